// The gallery: rows of which only those in view are in the page, filters, months, a selection, a dialog with the recipe.
import { useCallback, useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from "react";
import { Link } from "react-router";
import { AlbumDialog, AlbumHead } from "./gallery_albums.jsx";
import { Bar, Chips, UNSEEN, useChoices } from "./gallery_bar.jsx";
import { Failed, Nothing, Skeleton } from "./gallery_card.jsx";
import { Cells, Told, sameSpan } from "./gallery_cells.jsx";
import { Compare } from "./gallery_compare.jsx";
import { Detail } from "./gallery_detail.jsx";
import { DownloadDialog } from "./gallery_download.jsx";
import { feedOf, forgetOthers } from "./gallery_feed.js";
import { destination } from "./gallery_keys.js";
import { Months } from "./gallery_months.jsx";
import { useMoves } from "./gallery_moves.jsx";
import { Icon, fill } from "./gallery_parts.jsx";
import { scrolled } from "./gallery_pace.js";
import { NO_FILTER, filtered, placeOf, queryOf, usePlace } from "./gallery_place.js";
import { Rows } from "./gallery_rows.js";
import { SHARED_MOST, SelectionBar, useSelection } from "./gallery_select.jsx";
import { ShareDialog } from "./gallery_share.jsx";
import { KeySheet } from "./gallery_sheet.jsx";
import { Toasts } from "./toasts.jsx";

const CARDS_MOST = 140;
const JUMPED_TO = 3; // pixels from the top of the window to the month that was jumped to: less than the gap between rows
const SHAPE = "gallery.shape";

export function GalleryGrid({ version = 0, words }) {
  const [place, go] = usePlace();
  return (
    <div className="gallery">
      <Bar place={place ?? { ...NO_FILTER, trash: false }} go={go} words={words} />
      {place ? <Gallery place={place} go={go} version={version} words={words} /> : <Skeleton label={words.loading} />}
    </div>
  );
}

function Gallery({ place, go, version, words }) {
  const query = queryOf(place);
  const feed = useMemo(() => feedOf({ query, trash: place.trash, oldest: place.sort === "oldest", at: place.at }), [query, place.sort, place.at]);
  const choices = useChoices(version);
  const [shape, setShape] = useState(() => localStorage.getItem(SHAPE) || "justified");
  const [dialog, setDialog] = useState(""); // keys, or album
  const [pair, setPair] = useState(null); // two pictures that are compared
  const [saving, setSaving] = useState(null); // what is to be downloaded
  const [sharing, setSharing] = useState(null); // what is to be shared
  const [, draw] = useReducer((n) => n + 1, 0);
  const [width, setWidth] = useState(0);
  const [focus, setFocus] = useState(0);
  const { toasts, toast, move, moveAll, progress, failed } = useMoves(feed, words);
  const selection = useSelection(feed);
  const grid = useRef(null);
  const rows = useRef(null);
  const [span] = useState(() => new Told([0, 0], sameSpan)); // the rows that are drawn
  const [month] = useState(() => new Told(0)); // the one that is looked at
  const opener = useRef(null);
  const leaving = useRef(false);
  const settled = useRef(null); // the feed whose place has been found again
  const jumped = useRef(false); // to a month whose pictures are not here yet
  const hold = useRef(null); // the picture that is looked at, and where it stands in the window

  useEffect(() => feed.subscribe(draw), [feed]);
  useEffect(() => { if (feed.next === undefined && !feed.busy) feed.begin(); }, [feed]);

  // Rows for this width; only what was appended is laid out anew.
  if (width && !rows.current?.fits(width, feed, shape)) rows.current = new Rows(width, feed, shape);
  rows.current?.extend(feed.items, feed.ended);

  const look = useCallback(() => {
    const element = grid.current;
    const laid = rows.current;
    if (!element || !laid?.rows.length) return;
    const y = -element.getBoundingClientRect().top;
    if (settled.current === feed) feed.y = window.scrollY;
    const [first, end] = laid.window(Math.max(0, y), window.innerHeight, CARDS_MOST);
    span.tell([first, end]);
    const seen = laid.rows[laid.at(Math.max(0, y + 1))];
    const held = feed.items[seen.start];
    hold.current = y > 0 || feed.previous !== null ? { feed, laid, id: held.id, top: jumped.current ? JUMPED_TO : seen.top - y } : null;
    const made = new Date(feed.items[laid.rows[laid.at(Math.max(0, y + 10))].end - 1].t);
    month.tell(made.getUTCFullYear() * 100 + made.getUTCMonth() + 1);
    if (feed.previous !== null && y < 2 * window.innerHeight && !feed.error) feed.earlier();
    if (!feed.ended && !feed.error && laid.height - y < 4 * window.innerHeight) feed.more();
    if (y <= 0 && feed.waiting.length) feed.reveal();
    return y;
  }, [feed, span, month]);

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
    const scroll = () => { frame ||= requestAnimationFrame(() => { frame = 0; const y = look(); if (y !== undefined) scrolled(y); }); };
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

  // The layout is new (something came in before, the window was turned): what is looked at stays where it is.
  useLayoutEffect(() => {
    const held = hold.current;
    const laid = rows.current;
    if (held && held.feed === feed && laid && held.laid !== laid && grid.current && settled.current === feed) {
      const at = feed.items.findIndex((item) => item.id === held.id);
      if (at >= 0) {
        const top = grid.current.getBoundingClientRect().top + laid.rows[laid.of(at)].top;
        jumped.current = false;
        if (Math.abs(top - held.top) > 1) window.scrollBy({ top: top - held.top, behavior: "instant" });
      }
    }
    look();
  });

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

  const tellKeys = useCallback(() => setDialog("keys"), []);
  const reshape = useCallback((one) => { localStorage.setItem(SHAPE, one); setShape(one); }, []);

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
    move({ action: feed.trash ? "restore" : "trash" }, [item]);
    if (!placeOf().image) requestAnimationFrame(() => reach(Math.min(at, feed.items.length - 1)));
  }, [feed, go, close, move, reach]);

  const heart = useCallback((at) => {
    const item = feed.items[at];
    if (item) move({ action: item.f ? "unfavourite" : "favourite" }, [item]);
  }, [feed, move]);

  const act = async (change) => {
    if (selection.all) { selection.clear(); await moveAll(change, feed.total ?? { count: feed.items.length, more: !feed.ended }); return; }
    const items = selection.items;
    if (!["favourite", "unfavourite", "rate"].includes(change.action)) selection.clear();
    await move(change, items);
  };

  const rate = (item, rating) => move({ action: "rate", rating: item.r === rating ? 0 : rating }, [item]);

  const jump = useCallback((to) => { jumped.current = true; go({ at: to, image: "" }); window.scrollTo(0, 0); }, [go]);

  // Keys that mean the same wherever the focus is in the gallery.
  const shortcuts = (event, item, at) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select")) return false;
    const some = selection.some && !placeOf().image;
    const sharable = !selection.all && selection.items.length <= SHARED_MOST;
    if (event.key === "?") setDialog("keys");
    else if (event.key === "f" && !feed.trash && (some || item)) { if (some) act({ action: selection.items.every((one) => one.f) && !selection.all ? "unfavourite" : "favourite" }); else heart(at); }
    else if (/^[0-5]$/.test(event.key) && !feed.trash && (some || item)) { if (some) act({ action: "rate", rating: Number(event.key) }); else rate(item, Number(event.key)); }
    else if (event.key === "b" && !feed.trash && (some || item)) { if (!some && item) setDialog({ items: [item] }); else setDialog("album"); }
    else if (event.key === "s" && !feed.trash && (some ? sharable : item)) setSharing({ ids: some ? selection.items.map((one) => one.id) : [item.id] });
    else return false;
    event.preventDefault();
    return true;
  };

  const keys = (event) => {
    const at = Number(event.target.dataset?.index ?? -1);
    const laid = rows.current;
    if (shortcuts(event, feed.items[at], at) || at < 0 || !laid) return;
    const to = event.ctrlKey || event.metaKey ? undefined : destination(event.key, at, laid, feed.items);
    if (to !== undefined) { event.preventDefault(); reach(to); if (event.shiftKey) selection.mark(Math.max(0, Math.min(to, feed.items.length - 1)), true); }
    else if (event.key === "x") { event.preventDefault(); selection.mark(at, event.shiftKey); }
    else if ((event.key === "Delete" || event.key === "Backspace") && !feed.trash) { event.preventDefault(); if (selection.some) act({ action: "trash" }); else remove(feed.items[at], at); }
  };

  useEffect(() => {
    const key = (event) => {
      if (document.querySelector("dialog[open]") || event.target.closest?.("input, textarea, select, .gallery-grid")) {
        if (event.key === "Escape" && selection.some && event.target.closest?.(".gallery-grid")) selection.clear();
        return;
      }
      if (event.key === "Escape" && selection.some) selection.clear();
      else shortcuts(event, null, -1);
    };
    const all = (event) => {
      if (event.key !== "a" || !(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]") || event.target.closest?.("input, textarea, select")) return;
      event.preventDefault();
      if (feed.items.length) selection.selectAll();
    };
    document.addEventListener("keydown", key);
    document.addEventListener("keydown", all);
    return () => { document.removeEventListener("keydown", key); document.removeEventListener("keydown", all); };
  });

  // --- what is drawn

  const laid = rows.current;
  const empty = feed.ended && !feed.items.length && !feed.error;
  const messages = <Toasts toasts={toasts} words={words} />;
  const arrived = feed.waiting.length;
  const album = choices.albums.find((one) => one.id === place.album);
  const months = !filtered(place) && !place.trash && choices.months.length > 1;
  const nothing = place.q ? fill(words.noMatch, { q: place.q }) : words.none;
  const addTo = async (id, name) => {
    const what = { action: "add", album: id, name };
    const items = dialog.items;
    setDialog("");
    if (items) await move(what, items); else await act(what);
  };
  return (
    <>
      <Chips place={place} go={go} choices={choices} total={feed.total} shape={shape} words={words} onKeys={tellKeys} onShape={reshape} />
      {album && <AlbumHead key={album.id} album={album} onGone={() => go({ album: "", image: "" })} onShare={() => setSharing({ album: album.id, name: album.name })} words={words} failed={failed} />}
      {place.trash && !empty && <p className="text-sm text-muted mb-4">{words.trashHelp}</p>}
      <div role="status" className="gallery-news">
        {arrived > 0 && (
          <button type="button" className="gallery-pill" onClick={() => { hold.current = null; feed.reveal(); window.scrollTo({ top: 0, behavior: "smooth" }); }}>
            <Icon name="up" />{fill(arrived === 1 ? words.newOne : arrived < 100 ? words.newMany : words.newLots, { n: arrived })}
          </button>
        )}
      </div>
      <p role="status" className="sr-only">{empty && filtered(place) ? nothing : ""}</p>
      {empty && filtered(place) && (
        <Nothing icon="search" sentence={nothing} help={place.q ? words.noMatchHelp : words.noneHelp}>
          <button type="button" className="btn btn-secondary" onClick={() => go({ ...NO_FILTER })}>{place.q && queryOf({ ...place, q: "" }) === (place.trash ? "view=trash" : "") ? words.clear : words.clearFilters}</button>
        </Nothing>
      )}
      {empty && !filtered(place) && (place.trash
        ? <Nothing icon="trash" sentence={words.trashEmpty} help={words.trashHelp} />
        : <Nothing icon="images" sentence={words.empty} help={words.emptyHelp}><Link to="/generate" className="btn btn-primary">{words.generate}</Link></Nothing>)}
      <div className="gallery-body" style={choices.ready ? undefined : UNSEEN}>
      <div ref={grid} role="list" aria-label={place.trash ? words.trash : words.pictures} aria-busy={Boolean(feed.busy)} className="gallery-grid" data-selecting={selection.some || undefined}
        style={{ height: laid?.height ?? 0 }} onKeyDown={keys} onFocus={(e) => { const at = e.target.dataset?.index; if (at) setFocus(Number(at)); }}>
        <Cells span={span} laid={laid} feed={feed} grid={grid} focus={focus} selection={selection} shape={shape} place={place} words={words} onOpen={open} onHeart={heart} />
      </div>
      {months && <Months months={choices.months} looked={month} onJump={jump} words={words} />}
      </div>
      {feed.error && <div className={feed.items.length ? "mt-4" : ""}><Failed error={feed.error} words={words} retry={() => (feed.previous !== null && feed.items.length ? feed.earlier() : feed.more())} /></div>}
      {!feed.error && !feed.ended && (feed.items.length ? <div className="mt-2"><Skeleton label={words.loading} /></div> : <Skeleton label={words.loading} />)}
      <SelectionBar selection={selection} total={feed.total} place={place} album={album} progress={progress} words={words} onAct={act} onAlbum={() => setDialog("album")} onCompare={() => setPair(selection.items)}
        onDownload={() => setSaving(selection.all ? { query: feed.query, total: feed.total } : { ids: selection.items.map((item) => item.id), total: { count: selection.items.length } })}
        onShare={() => setSharing({ ids: selection.items.map((item) => item.id) })} />
      <Compare pair={pair} onClose={() => setPair(null)} words={words} />
      <DownloadDialog wanted={saving} onClose={() => setSaving(null)} words={words} />
      <ShareDialog wanted={sharing} onClose={() => setSharing(null)} words={words} />
      <AlbumDialog open={dialog === "album" || Boolean(dialog.items)} albums={choices.albums} onClose={() => setDialog("")} onAdd={addTo} words={words} />
      <KeySheet open={dialog === "keys"} onClose={() => setDialog("")} words={words} />
      <Detail id={place.image} item={index < 0 ? null : feed.items[index]} index={index} trash={place.trash} words={words} onClose={close} onClosed={closed}
        onPrevious={index > 0 ? () => show(index - 1) : null} onNext={index >= 0 && index < feed.items.length - 1 ? () => show(index + 1) : null}
        neighbours={[feed.items[index + 1], index > 0 ? feed.items[index - 1] : null]} onMove={(item) => remove(item, index)} onHeart={() => heart(index)} onRate={(n) => rate(feed.items[index], n)} onAlbum={(item) => setDialog({ items: [item] })}
        onKeys={() => setDialog("keys")} onSave={(item) => setSaving({ ids: [item.id], total: { count: 1 } })} onShare={(item) => setSharing({ ids: [item.id] })} onPlace={(change, open) => { if (open) { go(change, true); return; } opener.current = null; go({ ...change, at: "", image: "" }); window.scrollTo(0, 0); }}>
        {place.image ? messages : null}
      </Detail>
      {place.image ? null : messages}
    </>
  );
}
