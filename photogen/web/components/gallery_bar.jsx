// The head of the gallery: its name, the search, pictures or trash.
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { Icon } from "./gallery_parts.jsx";

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
  const to = (change) => { go(change); window.scrollTo(0, 0); };
  const tab = (trash, text) => (
    <a href={trash ? "?view=trash" : "?"} aria-current={place.trash === trash ? "page" : undefined}
      onClick={(e) => { e.preventDefault(); if (trash !== place.trash) to({ trash, q: "", image: "" }); }}>{text}</a>
  );
  return (
    <header className="gallery-bar">
      <h1>{words.title}</h1>
      <Search q={place.q} words={words} onSearch={(q) => to({ q, image: "" })} />
      <nav className="segmented" aria-label={words.views}>{tab(false, words.pictures)}{tab(true, words.trash)}</nav>
    </header>
  );
}
