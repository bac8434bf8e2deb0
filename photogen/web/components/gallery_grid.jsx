// The gallery: justified rows of which only those in view are in the page, a dialog with the recipe, search, trash.
import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from "react";
import { Link } from "react-router";
import { Bar } from "./gallery_bar.jsx";
import { Detail } from "./gallery_detail.jsx";
import { Rows, feedOf, forgetOthers } from "./gallery_feed.js";
import { destination } from "./gallery_keys.js";
import { useMoves } from "./gallery_moves.jsx";
import { Icon, fill, media, reason } from "./gallery_parts.jsx";
import { addressOf, placeOf, usePlace } from "./gallery_place.js";
import { paintThumbHash } from "./thumbhash.js";
import { Toasts } from "./toasts.jsx";

const CARDS_MOST = 140;
const NARROW_SKELETON = [1, 1.5, 0.78, 1.75, 1, 0.78, 1.5, 1, 1.75, 0.78, 1, 1.5, 0.78, 1, 1.75, 1.5, 1, 0.78];

// --- the grid -------------------------------------------------------------------------------------------------------

const sameCell = (a, b) => a.index === b.index && a.left === b.left && a.top === b.top && a.width === b.width && a.height === b.height;

// Drawn again only when something of it changed: while scrolling, most of what is in the page stays as it is.
const Card = memo(function Card({ cell, item, fresh, focusable, place, words, onOpen, total }) {
  const canvas = useRef(null);
  useEffect(() => { if (item.th && canvas.current) paintThumbHash(canvas.current, item.th, item.w / item.h); }, [item.th, item.w, item.h]);
  const open = (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    onOpen(cell.index);
  };
  return (
    <div role="listitem" className="gallery-card" data-fresh={fresh || undefined} aria-posinset={cell.index + 1} aria-setsize={total}
      style={{ left: cell.left, top: cell.top, width: cell.width, height: cell.height }}>
      <a href={addressOf({ ...place, image: item.id })} data-index={cell.index} tabIndex={focusable ? 0 : -1} onClick={open} draggable={false}
        aria-keyshortcuts={place.trash ? undefined : "Delete"}>
        <canvas ref={canvas} aria-hidden="true" />
        <Thumb item={item} width={cell.width} words={words} />
      </a>
    </div>
  );
}, (before, after) => Object.keys(after).every((name) => (name === "cell" ? sameCell(before.cell, after.cell) : before[name] === after[name])));

function Thumb({ item, width, words }) {
  const [state, setState] = useState("");
  const { src, srcSet } = media(item);
  return (
    <>
      <img key={item.id} src={src} srcSet={srcSet} sizes={`${Math.ceil(width)}px`} alt={item.p} decoding="async" data-state={state}
        ref={(img) => { if (img?.complete && img.naturalWidth && !state) setState("at-once"); }}
        onLoad={() => setState((now) => now || "loaded")} onError={() => setState("lost")} />
      {state === "lost" && <span className="gallery-lost">{words.lost}</span>}
    </>
  );
}

const Skeleton = ({ label }) => (
  <div role="status" aria-label={label} className="gallery-skeleton">
    {NARROW_SKELETON.map((ratio, i) => <div key={i} className="skeleton" style={{ aspectRatio: ratio, flexGrow: ratio }} />)}
  </div>
);

function Nothing({ icon, sentence, help, children }) {
  return (
    <div className="empty">
      <Icon name={icon} />
      <p className="text-lg font-semibold">{sentence}</p>
      {help && <p className="text-sm text-muted max-w-[44ch]">{help}</p>}
      {children && <div className="mt-3">{children}</div>}
    </div>
  );
}

function Failed({ error, words, retry }) {
  return (
    <div role="alert" className="notice" data-tone="bad">
      <Icon name="alert" />
      <div className="min-w-0 flex-1">
        <p>{reason(error, words)} <span className="code">{error.code}</span></p>
        <button type="button" className="btn btn-secondary btn-sm mt-3" onClick={retry}>{words.retry}</button>
      </div>
    </div>
  );
}

export function GalleryGrid({ version = 0, words }) {
  const [place, go] = usePlace();
  return (
    <div className="gallery">
      <Bar place={place ?? { q: "", trash: false }} go={go} words={words} />
      {place ? <Gallery place={place} go={go} version={version} words={words} /> : <Skeleton label={words.loading} />}
    </div>
  );
}

function Gallery({ place, go, version, words }) {
  const feed = useMemo(() => feedOf({ q: place.q, trash: place.trash }), [place.q, place.trash]);
  const [, draw] = useReducer((n) => n + 1, 0);
  const [width, setWidth] = useState(0);
  const [focus, setFocus] = useState(0);
  const { toasts, toast, move } = useMoves(feed, words);
  const grid = useRef(null);
  const rows = useRef(null);
  const span = useRef([0, 0]);
  const opener = useRef(null);
  const leaving = useRef(false);
  const settled = useRef(null); // the feed whose place has been found again

  useEffect(() => feed.subscribe(draw), [feed]);
  useEffect(() => { if (feed.next === undefined && !feed.busy) feed.begin(); }, [feed]);

  // Rows for this width; only what was appended is laid out anew.
  if (width && !rows.current?.fits(width, feed)) rows.current = new Rows(width, feed);
  rows.current?.extend(feed.items, feed.ended);

  const look = useCallback(() => {
    const element = grid.current;
    const laid = rows.current;
    if (!element || !laid?.rows.length) return;
    const y = -element.getBoundingClientRect().top;
    if (settled.current === feed) feed.y = window.scrollY;
    const [first, end] = laid.window(Math.max(0, y), window.innerHeight, CARDS_MOST);
    if (first !== span.current[0] || end !== span.current[1]) { span.current = [first, end]; draw(); }
    if (!feed.ended && !feed.error && laid.height - y < 4 * window.innerHeight) feed.more();
    if (y <= 0 && feed.waiting.length) feed.reveal();
  }, [feed]);

  useLayoutEffect(() => {
    const element = grid.current;
    if (!element) return;
    const measure = () => setWidth(Math.floor(element.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    let frame = 0;
    const scroll = () => { frame ||= requestAnimationFrame(() => { frame = 0; look(); }); };
    window.addEventListener("scroll", scroll, { passive: true });
    window.addEventListener("resize", scroll);
    const leave = () => feed.remember();
    window.addEventListener("pagehide", leave);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener("scroll", scroll);
      window.removeEventListener("resize", scroll);
      window.removeEventListener("pagehide", leave);
    };
  }, [feed, look]);

  useLayoutEffect(look);

  // Back at the place where it was left, before anything is painted.
  const laidOut = Boolean(rows.current?.rows.length);
  useLayoutEffect(() => {
    if (!laidOut || settled.current === feed || feed.starting) return;
    settled.current = feed;
    const y = feed.y;
    if (y > 0) { window.scrollTo(0, y); requestAnimationFrame(() => { window.scrollTo(0, y); look(); }); }
  });

  // A picture came, went or moved elsewhere.
  const heard = useRef(version);
  useEffect(() => {
    if (heard.current === version) return;
    heard.current = version;
    forgetOthers(feed);
    const top = grid.current?.getBoundingClientRect().top ?? 0;
    feed.refresh(top < 0 || Boolean(placeOf().image)).catch(() => {}); // the next announcement tries again
  }, [version, feed]);

  const index = place.image ? feed.items.findIndex((item) => item.id === place.image) : -1;

  const open = useCallback((at) => {
    opener.current = at;
    setFocus(at);
    go({ image: feed.items[at].id }, true);
  }, [feed, go]);

  const show = useCallback((at) => {
    if (at < 0 || at >= feed.items.length) return;
    opener.current = at;
    go({ image: feed.items[at].id });
    if (at > feed.items.length - 20) feed.more();
  }, [feed, go]);

  const reach = useCallback((at) => {
    const laid = rows.current;
    if (!laid || at < 0 || at >= feed.items.length) return;
    setFocus(at);
    const row = laid.rows[laid.of(at)];
    const top = grid.current.getBoundingClientRect().top + row.top;
    const margin = 72;
    if (top < margin) window.scrollBy(0, top - margin);
    else if (top + row.height > window.innerHeight - margin) window.scrollBy(0, top + row.height - window.innerHeight + margin);
    look();
    const take = () => grid.current?.querySelector(`a[data-index="${at}"]`)?.focus({ preventScroll: true });
    take(); // at once, for fast fingers; and once more when what changed is drawn
    requestAnimationFrame(take);
  }, [feed, look]);

  const close = useCallback(() => {
    if (!history.state?.gallery) { go({ image: "" }); return; }
    if (leaving.current) return; // going back takes a while, and a second time would leave the gallery
    leaving.current = true;
    history.back();
  }, [go]);

  // The dialog gives the focus to what had it before: it belongs to the picture that was looked at last.
  const closed = useCallback(() => {
    leaving.current = false;
    const at = opener.current;
    opener.current = null;
    if (at !== null) reach(Math.min(at, feed.items.length - 1));
  }, [feed, reach]);

  const remove = useCallback((item, at) => {
    const following = feed.items[at + 1] ?? feed.items[at - 1];
    if (placeOf().image && at >= 0) { if (following) go({ image: following.id }); else close(); }
    move(item, true);
    if (!placeOf().image) requestAnimationFrame(() => reach(Math.min(at, feed.items.length - 1)));
  }, [feed, go, close, move, reach]);

  const keys = (event) => {
    const at = Number(event.target.dataset?.index ?? -1);
    const laid = rows.current;
    if (at < 0 || !laid) return;
    const to = destination(event.key, at, laid, feed.items);
    if (to !== undefined) { event.preventDefault(); reach(to); }
    else if ((event.key === "Delete" || event.key === "Backspace") && !feed.trash) { event.preventDefault(); remove(feed.items[at], at); }
  };

  // --- what is drawn

  const laid = rows.current;
  const [first, end] = span.current;
  const cells = [];
  if (laid) for (const row of laid.rows.slice(first, end)) cells.push(...laid.cells(row, feed.items));
  if (laid && focus < feed.items.length && !cells.some((cell) => cell.index === focus) && grid.current?.contains(document.activeElement)) {
    const row = laid.rows[laid.of(focus)]; // what has the focus stays, wherever one scrolls
    cells.push(laid.cells(row, feed.items)[focus - row.start]);
  }
  const focusable = cells.some((cell) => cell.index === focus) ? focus : cells[0]?.index;
  const empty = feed.ended && !feed.items.length && !feed.error;
  const messages = <Toasts toasts={toasts} words={words} />;
  const arrived = feed.waiting.length;
  return (
    <>
      {place.trash && !empty && <p className="text-sm text-muted mb-4">{words.trashHelp}</p>}
      <div role="status" className="gallery-news">
        {arrived > 0 && (
          <button type="button" className="gallery-pill" onClick={() => { feed.reveal(); window.scrollTo({ top: 0, behavior: "smooth" }); }}>
            <Icon name="up" />{fill(arrived === 1 ? words.newOne : arrived < 100 ? words.newMany : words.newLots, { n: arrived })}
          </button>
        )}
      </div>
      <p role="status" className="sr-only">{empty && place.q ? fill(words.noMatch, { q: place.q }) : ""}</p>
      {empty && place.q && (
        <Nothing icon="search" sentence={fill(words.noMatch, { q: place.q })} help={words.noMatchHelp}>
          <button type="button" className="btn btn-secondary" onClick={() => go({ q: "" })}>{words.clear}</button>
        </Nothing>
      )}
      {empty && !place.q && (place.trash
        ? <Nothing icon="trash" sentence={words.trashEmpty} help={words.trashHelp} />
        : <Nothing icon="images" sentence={words.empty} help={words.emptyHelp}><Link to="/generate" className="btn btn-primary">{words.generate}</Link></Nothing>)}
      <div ref={grid} role="list" aria-label={place.trash ? words.trash : words.pictures} aria-busy={Boolean(feed.busy)} className="gallery-grid"
        style={{ height: laid?.height ?? 0 }} onKeyDown={keys} onFocus={(e) => { const at = e.target.dataset?.index; if (at) setFocus(Number(at)); }}>
        {cells.map((cell) => (
          <Card key={feed.items[cell.index].id} cell={cell} item={feed.items[cell.index]} fresh={feed.fresh.has(feed.items[cell.index].id)}
            focusable={cell.index === focusable} place={place} words={words} onOpen={open} total={feed.ended ? feed.items.length : -1} />
        ))}
      </div>
      {feed.error && <div className={feed.items.length ? "mt-4" : ""}><Failed error={feed.error} words={words} retry={() => feed.more()} /></div>}
      {!feed.error && !feed.ended && (feed.items.length ? <div className="mt-2"><Skeleton label={words.loading} /></div> : <Skeleton label={words.loading} />)}
      <Detail id={place.image} item={index < 0 ? null : feed.items[index]} index={index} trash={place.trash} words={words} onClose={close} onClosed={closed}
        onPrevious={index > 0 ? () => show(index - 1) : null} onNext={index >= 0 && index < feed.items.length - 1 ? () => show(index + 1) : null}
        neighbours={[feed.items[index + 1], index > 0 ? feed.items[index - 1] : null]} onMove={(item) => remove(item, index)} toast={toast}>
        {place.image ? messages : null}
      </Detail>
      {place.image ? null : messages}
    </>
  );
}
