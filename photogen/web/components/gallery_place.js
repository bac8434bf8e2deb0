// Where one is in the gallery: the search, the trash and the open picture stand in the address.
import { useCallback, useEffect, useState } from "react";

export const placeOf = () => {
  const asked = new URLSearchParams(location.search);
  return { q: (asked.get("q") ?? "").trim().slice(0, 200), trash: asked.get("view") === "trash", image: asked.get("image") ?? "" };
};

export const addressOf = ({ q, trash, image }) => {
  const asked = new URLSearchParams();
  if (trash) asked.set("view", "trash");
  if (q) asked.set("q", q);
  if (image) asked.set("image", image);
  const query = asked.toString();
  return location.pathname + (query ? `?${query}` : "");
};

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
