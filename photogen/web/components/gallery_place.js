// Where one is in the gallery: what chooses the pictures, their order and the open picture stand in the address.
import { useCallback, useEffect, useState } from "react";

// Filters by the name that they have in the address, and what may stand there.
const FILTERS = {
  model: /^(base:[a-z0-9][a-z0-9:._-]{0,63}|lora:[0-9a-z]{26})$/, style: /^[a-z0-9_-]{1,40}$/, aspect: /^([0-9]{1,4}:[0-9]{1,4}|custom)$/,
  seed: /^[0-9]{1,18}$/, month: /^[1-9][0-9]{3}(0[1-9]|1[0-2])$/, until: /^[1-9][0-9]{3}(0[1-9]|1[0-2])$/, favourite: /^1$/, rating: /^[1-5]$/,
  album: /^[0-9a-z]{26}$/, parent: /^[0-9a-z]{26}$/,
};
export const NAMES = Object.keys(FILTERS);
export const NO_FILTER = { q: "", ...Object.fromEntries(NAMES.map((name) => [name, ""])) };

export const placeOf = () => {
  const asked = new URLSearchParams(location.search);
  const found = { q: (asked.get("q") ?? "").trim().slice(0, 200), trash: asked.get("view") === "trash", image: asked.get("image") ?? "" };
  for (const [name, form] of Object.entries(FILTERS)) found[name] = form.test(asked.get(name) ?? "") ? asked.get(name) : "";
  found.sort = asked.get("sort") === "oldest" ? "oldest" : "";
  found.at = FILTERS.month.test(asked.get("at") ?? "") ? asked.get("at") : "";
  return found;
};

export const addressOf = (place) => {
  const asked = new URLSearchParams();
  if (place.trash) asked.set("view", "trash");
  for (const name of ["q", ...NAMES, "sort", "at", "image"]) if (place[name]) asked.set(name, place[name]);
  const query = asked.toString();
  return location.pathname + (query ? `?${query}` : "");
};

// What chooses the pictures, as the server is asked for them.
export const queryOf = (place) => {
  const asked = new URLSearchParams();
  if (place.trash) asked.set("view", "trash");
  if (place.q) asked.set("search", place.q);
  for (const name of NAMES) if (place[name]) asked.set(name, place[name]);
  return asked.toString();
};

export const filtered = (place) => Boolean(place.q) || NAMES.some((name) => place[name]);

export function usePlace() {
  const [place, setPlace] = useState(null); // null while the page is being built: the server doesn't know the address
  useEffect(() => {
    const read = () => setPlace(placeOf());
    read();
    window.addEventListener("popstate", read);
    return () => window.removeEventListener("popstate", read);
  }, []);
  const go = useCallback((change, push) => {
    const next = { ...placeOf(), ...change };
    history[push ? "pushState" : "replaceState"]({ ...history.state, gallery: push || history.state?.gallery }, "", addressOf(next));
    setPlace(next);
  }, []);
  return [place, go];
}
