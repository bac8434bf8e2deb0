// One picture of the list, and what stands in the list's place while there is none.
import { memo, useEffect, useState } from "react";
import { Icon, fill, lang, media, reason } from "./gallery_parts.jsx";
import { inTurn, resting } from "./gallery_pace.js";
import { addressOf } from "./gallery_place.js";
import { thumbHashUrl } from "./thumbhash.js";

const NARROW_SKELETON = [1, 1.5, 0.78, 1.75, 1, 0.78, 1.5, 1, 1.75, 0.78, 1, 1.5, 0.78, 1, 1.75, 1.5, 1, 0.78];

let formatter;
const moment = (at) => (formatter ??= new Intl.DateTimeFormat(lang(), { dateStyle: "medium", timeStyle: "short" })).format(at);

const sameCell = (a, b) => a.index === b.index && a.left === b.left && a.top === b.top && a.width === b.width && a.height === b.height;

// Drawn again only when something of it changed: while scrolling, most of what is in the page stays as it is.
export const Card = memo(function Card({ cell, item, fresh, focusable, place, words, onOpen, onMark, onHeart, onPress, total, selected, selecting, list }) {
  const [asked, ask] = useState(resting);
  useEffect(() => (asked ? undefined : inTurn(() => ask(true), cell.top)), [asked, cell.top]);
  const blurred = item.th ? thumbHashUrl(item.th, item.w / item.h) : "";
  const open = (event) => {
    if (event.metaKey || event.ctrlKey || event.button) return;
    event.preventDefault();
    if (selecting || event.shiftKey) onMark(cell.index, event.shiftKey); else onOpen(cell.index);
  };
  return (
    <div role="listitem" className="gallery-card" data-fresh={fresh || undefined} data-selected={selected || undefined} data-list={list || undefined}
      aria-posinset={cell.index + 1} aria-setsize={total}
      style={{ left: cell.left, top: cell.top, width: cell.width, height: cell.height }} {...onPress(cell.index)}>
      <a href={addressOf({ ...place, image: item.id })} data-index={cell.index} tabIndex={focusable ? 0 : -1} onClick={open} draggable={false} aria-label={asked ? undefined : item.p}
        aria-keyshortcuts={place.trash ? "x" : "Delete f x"}>
        <span className="gallery-thumb" style={{ aspectRatio: list ? Math.max(0.5, Math.min(1.9, item.w / item.h)) : undefined, backgroundImage: blurred && `url("${blurred}")` }}>
          {asked && <Thumb item={item} width={list ? 96 : cell.width} words={words} />}
        </span>
        {list && (
          <span className="gallery-line">
            <span className="what" dir="auto" aria-hidden="true">{item.p}</span>
            <span className="when num">{item.w} × {item.h}</span>
            <time className="when num" dateTime={new Date(item.t).toISOString()}>{moment(item.t)}</time>
          </span>
        )}
        {item.r > 0 && <span className="gallery-stars" role="img" aria-label={fill(words.stars, { n: item.r })}>{"★".repeat(item.r)}</span>}
      </a>
      <button type="button" className="gallery-mark" data-mark={cell.index} tabIndex={focusable ? 0 : -1} aria-pressed={selected} aria-label={words.select}
        onClick={(event) => { if (event.detail === 0) onMark(cell.index, event.shiftKey); }}><Icon name="check" /></button>
      {!place.trash && (
        <button type="button" className="gallery-heart" data-on={item.f ? "" : undefined} tabIndex={focusable ? 0 : -1} aria-pressed={Boolean(item.f)} aria-label={words.favourite}
          onClick={() => onHeart(cell.index)}><Icon name="heart" full={item.f} /></button>
      )}
    </div>
  );
}, (before, after) => Object.keys(after).every((name) => (name === "cell" ? sameCell(before.cell, after.cell) : before[name] === after[name])));

// What the attribute says then is not React's: a hundred pictures a second come in without anything being drawn anew.
// Only where the list stands still they fade in: each that does is a layer of its own.
const loaded = ({ currentTarget: img }) => { img.dataset.state ||= resting() ? "loaded" : "at-once"; };
const shownAtOnce = (img) => { if (img?.complete && img.naturalWidth) img.dataset.state = "at-once"; };

function Thumb({ item, width, words }) {
  const [lost, lose] = useState(false);
  const { src, srcSet } = media(item);
  return (
    <>
      <img key={item.id} src={src} srcSet={srcSet} sizes={`${Math.ceil(width)}px`} alt={item.p} decoding="async" data-state={lost ? "lost" : ""} ref={shownAtOnce}
        onLoad={loaded} onError={() => lose(true)} />
      {lost && <span className="gallery-lost">{words.lost}</span>}
    </>
  );
}

export const Skeleton = memo(({ label }) => (
  <div role="status" aria-label={label} className="gallery-skeleton">
    {NARROW_SKELETON.map((ratio, i) => <div key={i} className="skeleton" style={{ aspectRatio: ratio, flexGrow: ratio }} />)}
  </div>
));

export function Nothing({ icon, sentence, help, children }) {
  return (
    <div className="empty">
      <Icon name={icon} />
      <p className="text-lg font-semibold">{sentence}</p>
      {help && <p className="text-sm text-muted max-w-[44ch]">{help}</p>}
      {children && <div className="mt-3">{children}</div>}
    </div>
  );
}

export function Failed({ error, words, retry }) {
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
