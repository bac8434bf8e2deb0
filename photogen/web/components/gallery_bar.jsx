// The head of the gallery: its name, the search, pictures or trash; and below it the filters as chips.
import { memo, useEffect, useLayoutEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { ask } from "./gallery_feed.js";
import { Icon, counted, monthName } from "./gallery_parts.jsx";
import { NO_FILTER, filtered } from "./gallery_place.js";

function Search({ q, words, onSearch }) {
  const [text, setText] = useState(q);
  const sent = useRef(q);
  const timer = useRef();
  const field = useRef(null);
  useEffect(() => { if (q !== sent.current) { sent.current = q; setText(q); } }, [q]);
  useEffect(() => {
    const key = (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, dialog")) return;
      event.preventDefault();
      field.current?.focus();
    };
    document.addEventListener("keydown", key);
    return () => { document.removeEventListener("keydown", key); clearTimeout(timer.current); };
  }, []);
  const send = (value) => { clearTimeout(timer.current); sent.current = value.trim(); onSearch(sent.current); };
  const edit = (value) => { setText(value); clearTimeout(timer.current); timer.current = setTimeout(() => send(value), 250); };
  useLayoutEffect(() => { if (field.current.value && field.current.value !== q) edit(field.current.value); }, []); // typed before the script ran
  return (
    <form role="search" className="gallery-search" onSubmit={(e) => { e.preventDefault(); send(text); }}>
      <Icon name="search" />
      <input ref={field} type="search" className="input" aria-label={words.search} placeholder={words.searchHint} maxLength={200} name="q"
        autoComplete="off" spellCheck={false} value={text} onChange={(e) => edit(e.target.value)} enterKeyHint="search" />
    </form>
  );
}

export function Bar({ place, go, words }) {
  const to = (change) => { go({ at: "", image: "", ...change }); window.scrollTo(0, 0); };
  const tab = (trash, text) => (
    <a href={trash ? "?view=trash" : "?"} aria-current={place.trash === trash ? "page" : undefined}
      onClick={(e) => { e.preventDefault(); if (trash !== place.trash) to({ ...NO_FILTER, trash, sort: "" }); }}>{text}</a>
  );
  return (
    <header className="gallery-bar">
      <h1>{words.title}</h1>
      <Search q={place.q} words={words} onSearch={(q) => to({ q })} />
      <nav className="segmented" aria-label={words.views}>{tab(false, words.pictures)}{tab(true, words.trash)}<Link to="/shared">{words.shared}</Link></nav>
    </header>
  );
}

// What the filters offer; asked once, the months and albums again when something changed. Until `ready` the filters and
// the pictures keep their places unseen: filters and the rail of months that came later would push them aside.
export function useChoices(version) {
  const [choices, setChoices] = useState({ models: [], styles: [], aspects: [], months: [], albums: [], ready: false });
  const offered = useRef(null);
  useEffect(() => {
    let here = true;
    offered.current ??= asked("/api/gallery/choices");
    Promise.all([offered.current, asked("/api/gallery/months"), asked("/api/albums")])
      .then((said) => { if (here) setChoices((now) => Object.assign({}, now, ...said, { ready: true })); });
    return () => { here = false; };
  }, [version]);
  return choices;
}

// A filter without choices isn't shown.
const asked = (url) => ask(url).catch(() => ({}));

function Chip({ name, value, options, any, label, to, words }) {
  if (!options.length && !value) return null;
  const known = !value || options.some(([one]) => String(one) === value);
  return (
    <span className="filter" data-on={value ? "" : undefined}>
      <select aria-label={label} value={value} onChange={(e) => to({ [name]: e.target.value })}>
        <option value="">{any}</option>
        {!known && <option value={value}>{name === "month" ? monthName(Number(value)) : value.replace(/^(base|lora):/, "")}</option>}
        {options.map(([one, text]) => <option key={one} value={one}>{text}</option>)}
      </select>
      {value && <button type="button" aria-label={`${words.takeOff}: ${label}`} onClick={() => to({ [name]: "" })}><Icon name="close" /></button>}
    </span>
  );
}

export const UNSEEN = { visibility: "hidden" };
const SHAPES = ["justified", "square", "list"];

export const Chips = memo(function Chips({ place, go, choices, total, shape, onShape, onKeys, words }) {
  const to = (change) => { go({ at: "", image: "", ...change }); window.scrollTo(0, 0); };
  const stars = [5, 4, 3, 2, 1].map((n) => [n, n === 5 ? "★★★★★" : `${"★".repeat(n)} ${words.orMore}`]);
  const months = choices.months.map(([month]) => [month, monthName(month)]);
  const some = { place, to, words };
  return (
    <div className="gallery-chips">
      <div role="group" aria-label={words.filters} className="filters" style={choices.ready ? undefined : UNSEEN}>
        <Chip {...some} name="model" value={place.model} options={choices.models} any={words.model} label={words.model} />
        <Chip {...some} name="style" value={place.style} options={choices.styles} any={words.style} label={words.style} />
        <Chip {...some} name="aspect" value={place.aspect} options={choices.aspects} any={words.aspect} label={words.aspect} />
        <Chip {...some} name="month" value={place.month} options={months} any={words.month} label={words.month} />
        {!place.trash && <Chip {...some} name="album" value={place.album} options={choices.albums.map((a) => [a.id, a.name])} any={words.album} label={words.album} />}
        <Chip {...some} name="rating" value={place.rating} options={stars} any={words.rating} label={words.rating} />
        <button type="button" className="filter" data-on={place.favourite ? "" : undefined} aria-pressed={Boolean(place.favourite)}
          onClick={() => to({ favourite: place.favourite ? "" : "1" })}><Icon name="heart" full={place.favourite} />{words.favourites}</button>
        {place.seed && <span className="filter" data-on=""><span className="num">{words.seed} {place.seed}</span>
          <button type="button" aria-label={`${words.takeOff}: ${words.seed}`} onClick={() => to({ seed: "" })}><Icon name="close" /></button></span>}
        {place.parent && <span className="filter" data-on=""><span>{words.madeFromOne}</span>
          <button type="button" aria-label={`${words.takeOff}: ${words.madeFromOne}`} onClick={() => to({ parent: "" })}><Icon name="close" /></button></span>}
        {filtered(place) && <button type="button" className="filter plain" onClick={() => to(NO_FILTER)}>{words.clearFilters}</button>}
      </div>
      <p role="status" className="gallery-count num">{total ? counted(total, words) : ""}</p>
      {!place.trash && (
        <span className="filter quiet">
          <select aria-label={words.sort} value={place.sort} onChange={(e) => to({ sort: e.target.value })}>
            <option value="">{words.newest}</option>
            <option value="oldest">{words.oldest}</option>
          </select>
        </span>
      )}
      <div className="segmented gallery-shapes" role="group" aria-label={words.layout}>
        {SHAPES.map((one) => (
          <button key={one} type="button" aria-pressed={shape === one} aria-label={words[one]} title={words[one]} onClick={() => onShape(one)}><Icon name={one} /></button>
        ))}
      </div>
      <button type="button" className="btn btn-ghost btn-icon gallery-keys-button" aria-label={words.keys} title={words.keys} onClick={onKeys}><Icon name="keys" /></button>
    </div>
  );
});
