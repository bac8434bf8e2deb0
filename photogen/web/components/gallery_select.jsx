// Choosing pictures: by click, with shift, by drawing over them, by a long press; or all that match.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Icon, counted, fill } from "./gallery_parts.jsx";

export const SHARED_MOST = 500; // pictures that one link names
const PRESS = 420; // ms until a touch is a long press
const NONE = { ids: new Set(), all: false };

export function useSelection(feed) {
  const [selection, setSelection] = useState(NONE);
  const anchor = useRef(-1);
  const drawing = useRef(null); // {from, base, on}: drawing over pictures has begun
  const pressed = useRef(0); // when a long press ended in a choice: the click that follows is none
  const now = useRef(selection);
  now.current = selection;

  useEffect(() => setSelection(NONE), [feed]);

  const put = useCallback((from, to, on, base) => {
    const ids = new Set(base);
    for (let i = Math.min(from, to); i <= Math.max(from, to); i += 1) {
      const id = feed.items[i]?.id;
      if (id) { if (on) ids.add(id); else ids.delete(id); }
    }
    setSelection({ ids, all: false });
  }, [feed]);

  const mark = useCallback((at, range) => {
    const { ids, all } = now.current;
    const base = all ? feed.items.map((item) => item.id) : ids;
    if (range && anchor.current >= 0) put(anchor.current, at, true, base);
    else { put(at, at, !new Set(base).has(feed.items[at]?.id), base); anchor.current = at; }
  }, [feed, put]);

  const clear = useCallback(() => { anchor.current = -1; setSelection(NONE); }, []);
  const all = useCallback(() => setSelection({ ids: new Set(), all: true }), []);

  const begin = useCallback((at) => {
    const { ids, all: every } = now.current;
    const base = every ? feed.items.map((item) => item.id) : [...ids];
    const on = !base.includes(feed.items[at]?.id);
    anchor.current = at;
    drawing.current = { from: at, base, on };
    put(at, at, on, base);
  }, [feed, put]);

  // Over which pictures it is drawn: from the first one to the one under the pointer.
  useEffect(() => {
    const over = (event) => {
      const drawn = drawing.current;
      if (!drawn) return;
      const to = Number(document.elementFromPoint(event.clientX, event.clientY)?.closest(".gallery-card")?.querySelector("a")?.dataset.index ?? -1);
      if (to >= 0) put(drawn.from, to, drawn.on, drawn.base);
      const edge = event.clientY < 90 ? -14 : event.clientY > window.innerHeight - 90 ? 14 : 0;
      if (edge) window.scrollBy(0, edge);
    };
    const still = (event) => { if (drawing.current && event.cancelable) event.preventDefault(); }; // the page doesn't scroll under a finger that draws
    const up = () => { drawing.current = null; };
    window.addEventListener("pointermove", over);
    window.addEventListener("pointerup", up);
    window.addEventListener("pointercancel", up);
    window.addEventListener("touchmove", still, { passive: false });
    return () => {
      window.removeEventListener("pointermove", over);
      window.removeEventListener("pointerup", up);
      window.removeEventListener("pointercancel", up);
      window.removeEventListener("touchmove", still);
    };
  }, [put]);

  const timer = useRef(0);
  const press = useCallback((at) => ({
    onPointerDown: (event) => {
      if (event.button) return;
      if (event.target.closest("[data-mark]")) { event.preventDefault(); if (event.shiftKey) mark(at, true); else begin(at); return; }
      if (event.pointerType === "mouse") return;
      const [x, y] = [event.clientX, event.clientY];
      clearTimeout(timer.current);
      const stop = () => { clearTimeout(timer.current); window.removeEventListener("pointermove", moved); window.removeEventListener("pointerup", stop); window.removeEventListener("pointercancel", stop); };
      const moved = (e) => { if (Math.hypot(e.clientX - x, e.clientY - y) > 10) stop(); };
      timer.current = setTimeout(() => { stop(); pressed.current = Date.now(); navigator.vibrate?.(10); begin(at); }, PRESS);
      window.addEventListener("pointermove", moved);
      window.addEventListener("pointerup", stop);
      window.addEventListener("pointercancel", stop);
    },
    onClickCapture: (event) => { if (Date.now() - pressed.current < 900 && !event.target.closest("[data-mark]")) { pressed.current = 0; event.preventDefault(); event.stopPropagation(); } },
    onContextMenu: (event) => { if (Date.now() - pressed.current < 2000 || drawing.current) event.preventDefault(); },
  }), [begin, mark]);

  const items = useMemo(() => feed.items.filter((item) => selection.ids.has(item.id)), [feed, feed.items, selection]);
  return { ...selection, items, some: selection.all || items.length > 0, has: (id) => selection.all || selection.ids.has(id), mark, clear, selectAll: all, press };
}

export function SelectionBar({ selection, total, place, album, progress, words, onAct, onAlbum, onCompare, onDownload, onShare }) {
  if (!selection.some && !progress) return null;
  const act = (action, icon, text, more) => (
    <button type="button" className="btn btn-ghost" aria-label={text} title={text} disabled={Boolean(progress)} onClick={() => onAct({ action, ...more })}><Icon name={icon} /><span>{text}</span></button>
  );
  const number = selection.all ? total : { count: selection.items.length };
  const matching = !selection.all && total && (total.more || total.count > selection.items.length);
  return (
    <div className="gallery-selection" role="region" aria-label={words.selection}>
      <button type="button" className="btn btn-ghost btn-icon" aria-label={words.clearSelection} title={words.clearSelection} disabled={Boolean(progress)} onClick={selection.clear}><Icon name="close" /></button>
      <p role="status" className="num">{progress || (number ? fill(words.selected, { n: counted(number, words) }) : words.allSelected)}</p>
      {matching && !progress && <button type="button" className="btn btn-ghost all" onClick={selection.selectAll}>{fill(words.selectAll, { n: counted(total, words) })}</button>}
      <span className="acts">
        {place.trash
          ? act("restore", "restore", words.restore)
          : (
            <>
              {selection.items.some((item) => !item.f) || selection.all ? act("favourite", "heart", words.favourite) : act("unfavourite", "heart", words.unfavourite)}
              <button type="button" className="btn btn-ghost" aria-label={words.addToAlbum} title={words.addToAlbum} disabled={Boolean(progress)} onClick={onAlbum}><Icon name="album" /><span>{words.album}</span></button>
              {album && act("take", "close", words.takeOut, { album: album.id, name: album.name })}
              {onCompare && selection.items.length === 2 && <button type="button" className="btn btn-ghost" aria-label={words.compare} title={words.compare} onClick={onCompare}><Icon name="compare" /><span>{words.compare}</span></button>}
              {!selection.all && selection.items.length <= SHARED_MOST && <button type="button" className="btn btn-ghost" aria-label={words.share} title={words.share} disabled={Boolean(progress)} onClick={onShare}><Icon name="share" /><span>{words.share}</span></button>}
              <button type="button" className="btn btn-ghost" aria-label={words.download} title={words.download} disabled={Boolean(progress)} onClick={onDownload}><Icon name="download" /><span>{words.download}</span></button>
              {act("trash", "trash", words.delete)}
            </>
          )}
      </span>
    </div>
  );
}
