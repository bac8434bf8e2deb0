// Photos into a set: drop or pick many, see each on its way and what became of it, take out, put in order.
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { paintThumbHash } from "./thumbhash.js";
import { Uploads } from "./photo_uploads.js";

const Icon = ({ path }) => (
  <svg viewBox="0 0 24 24" width="16" height="16" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true"><path d={path} /></svg>
);
const TICK = "M5 13l4 4L19 7";
const CROSS = "M6 6l12 12M18 6L6 18";
const EARLIER = "M15 6l-6 6 6 6";
const LATER = "M9 6l6 6-6 6";
const AGAIN = "M4 12a8 8 0 1 0 2.5-5.8M4 4v5h5";
const PICTURE = "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01";

const say = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const counted = (words, name, n) => say(n === 1 ? words[`${name}One`] : words[`${name}Many`], { n });

// Fixed size, so that nothing moves: the blurred look first, the thumbnail over it.
function Look({ item }) {
  const canvas = useRef(null);
  const photo = item.photo;
  useEffect(() => {
    if (canvas.current && photo?.thumbhash) paintThumbHash(canvas.current, photo.thumbhash, photo.width / photo.height);
  }, [photo?.thumbhash]);
  const source = photo?.thumb_url || item.preview;
  return (
    <>
      {photo?.thumbhash ? <canvas ref={canvas} width="32" height="32" aria-hidden="true" /> : !item.preview && <span className="photo-blank"><Icon path={PICTURE} /></span>}
      {source && <img src={source} srcSet={photo?.thumb_url ? `${photo.thumb_url} 1x, ${photo.thumb_url.replace(/256$/, "512")} 2x` : undefined} alt="" loading="lazy" decoding="async" draggable={false} onError={(e) => { e.currentTarget.hidden = true; }} />}
    </>
  );
}

function Photo({ item, uploads, words, first, last, dragged, onDrag, announce }) {
  const state = item.state;
  const busy = state === "waiting" || state === "sending" || state === "judging";
  const node = useRef(null);
  const step = (places, event) => {
    const button = event.currentTarget;
    uploads.move(item, places);
    announce(say(places < 0 ? words.movedEarlier : words.movedLater, { name: item.name }));
    requestAnimationFrame(() => (button.disabled ? node.current?.querySelector(".photo-move:not(:disabled)") : button)?.focus());
  };
  const remove = () => {
    const next = node.current?.nextElementSibling ?? node.current?.previousElementSibling;
    uploads.remove(item);
    announce(say(words.removed, { name: item.name }));
    requestAnimationFrame(() => next?.querySelector(".photo-remove")?.focus());
  };
  const percent = Math.round(item.progress * 100);
  return (
    <li ref={node} className="photo" aria-label={item.name} data-state={state} data-dragged={dragged || undefined} draggable={state === "accepted"}
      onDragStart={(e) => { e.dataTransfer.effectAllowed = "move"; e.dataTransfer.setData("text/plain", item.name); onDrag(item); }}
      onDragEnd={() => onDrag(null)}
      onDragEnter={() => onDrag(undefined, item)}>
      <div className="photo-square">
        <Look item={item} />
        {busy && (
          <div className="photo-progress">
            <span>{state === "judging" ? words.checking : state === "waiting" ? words.waiting : `${percent} %`}</span>
            <div className="bar" role="progressbar" aria-label={say(words.uploading, { name: item.name })} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}>
              <span style={{ width: `${percent}%` }} />
            </div>
          </div>
        )}
        {state === "accepted" && <span className="photo-tick" title={words.ready}><Icon path={TICK} /><span className="sr-only">{words.ready}</span></span>}
        {item.message && <p className="photo-message" role="alert">{item.message}</p>}
        <div className="photo-actions">
          {state === "failed" && <button type="button" className="photo-button" aria-label={say(words.retryOne, { name: item.name })} title={words.retry} onClick={() => uploads.retry(item)}><Icon path={AGAIN} /></button>}
          <button type="button" className="photo-button photo-remove" aria-label={say(busy ? words.cancelOne : words.removeOne, { name: item.name })} title={busy ? words.cancel : words.remove} onClick={remove}><Icon path={CROSS} /></button>
        </div>
        {state === "accepted" && (
          <div className="photo-moves">
            <button type="button" className="photo-button photo-move" disabled={first} aria-label={say(words.earlierOne, { name: item.name })} title={words.earlier} onClick={(e) => step(-1, e)}><Icon path={EARLIER} /></button>
            <button type="button" className="photo-button photo-move" disabled={last} aria-label={say(words.laterOne, { name: item.name })} title={words.later} onClick={(e) => step(1, e)}><Icon path={LATER} /></button>
          </div>
        )}
      </div>
      <p className="photo-name" title={item.name}>{item.name}</p>
    </li>
  );
}

export function PhotoUploader({ setId, maxBytes, words, onChange }) {
  const [uploads] = useState(() => new Uploads(maxBytes, words));
  const now = useSyncExternalStore(uploads.subscribe, uploads.getSnapshot, uploads.getSnapshot);
  const [over, setOver] = useState(false);
  const [dragged, setDragged] = useState(null);
  const [spoken, announce] = useState("");
  const depth = useRef(0);

  useEffect(() => { uploads.open(setId); }, [uploads, setId]);

  useEffect(() => {
    const changed = () => uploads.connection(navigator.onLine);
    if (!navigator.onLine) changed();
    window.addEventListener("online", changed);
    window.addEventListener("offline", changed);
    return () => {
      window.removeEventListener("online", changed);
      window.removeEventListener("offline", changed);
      uploads.close();
    };
  }, [uploads]);

  const busy = now.busy > 0;
  const heard = useRef(onChange);
  heard.current = onChange;
  const told = useRef("");
  useEffect(() => {
    if (!now.loaded && !now.items.length) return;
    const news = `${now.accepted} ${now.rejected} ${now.busy}`;
    if (news === told.current) return;
    told.current = news;
    heard.current?.(now.accepted, now.rejected, now.busy);
  }, [now.accepted, now.rejected, now.busy, now.loaded]);

  useEffect(() => {
    if (!busy) return;
    const warn = (event) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [busy]);

  const carriesFiles = (event) => [...event.dataTransfer.types].includes("Files");
  const drop = {
    onDragEnter: (e) => { if (carriesFiles(e)) { e.preventDefault(); depth.current += 1; setOver(true); } },
    onDragOver: (e) => { if (carriesFiles(e) || dragged) e.preventDefault(); },
    onDragLeave: (e) => { if (carriesFiles(e)) { depth.current = Math.max(0, depth.current - 1); if (!depth.current) setOver(false); } },
    onDrop: (e) => { e.preventDefault(); depth.current = 0; setOver(false); if (carriesFiles(e)) uploads.add(e.dataTransfer.files); },
  };
  const drag = (item, target) => {
    if (item !== undefined) setDragged(item);
    else if (dragged && target.key !== dragged.key) uploads.place(dragged, target);
  };
  const pick = (event) => {
    uploads.add(event.target.files);
    event.target.value = ""; // the same file can be picked again
  };

  const summary = [
    now.accepted > 0 && counted(words, "ready", now.accepted),
    now.busy > 0 && counted(words, "busy", now.busy),
    now.rejected > 0 && counted(words, "refused", now.rejected),
    now.failed > 0 && counted(words, "failed", now.failed),
  ].filter(Boolean).join(", ");

  return (
    <div className="photos" {...drop}>
      <label className="photo-drop" data-over={over || undefined} data-slim={now.items.length > 0 || undefined}>
        <input type="file" multiple className="sr-only" aria-label={words.add} aria-describedby="photo-help" accept="image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,.heif" onChange={pick} />
        <Icon path="M12 16V4m0 0L7 9m5-5l5 5M4 16v4h16v-4" />
        <span className="photo-drop-title">{over ? words.drop : now.items.length ? words.more : words.title}</span>
        <span className="btn btn-secondary" aria-hidden="true">{words.add}</span>
        <span id="photo-help" className="photo-help">{words.help}</span>
      </label>
      <div className="photo-summary">
        <p role="status">{summary}</p>
        {now.failed > 0 && <button type="button" className="btn btn-ghost btn-sm" onClick={() => uploads.retryAll()}>{words.retryAll}</button>}
      </div>
      {now.offline && <p className="notice" data-tone="warn" role="status">{words.offline}</p>}
      {now.problem && (
        <div className="notice" data-tone="bad" role="alert">
          <p className="flex-1">{now.problem}</p>
          <button type="button" className="btn btn-ghost btn-sm" onClick={() => uploads.reload()}>{words.retry}</button>
        </div>
      )}
      <ul role="list" className="photo-grid" aria-label={words.list}>
        {now.items.map((item, at) => (
          <Photo key={item.key} item={item} uploads={uploads} words={words} first={at === 0} last={at === now.items.length - 1}
            dragged={dragged?.key === item.key} onDrag={drag} announce={announce} />
        ))}
      </ul>
      <p className="sr-only" aria-live="polite">{spoken}</p>
    </div>
  );
}
