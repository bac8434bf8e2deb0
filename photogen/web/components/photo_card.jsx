// One photo of the list: on its way, refused, or there with what the coach remarks and one tap to do about it.
import { useRef } from "react";
import { Icon, Look, say } from "./photo_parts.jsx";

const VERBS = ["crop", "rotate", "drop"];

// What one tap can do about this photo, what helps most first; leaving it out and keeping it are always among them.
function Fixes({ photo, words, coach }) {
  const wanted = new Set(photo.remarks.map((remark) => remark.fix));
  const offered = VERBS.filter((verb) => verb === "drop" || wanted.has(verb));
  const button = (verb, run) => (
    <button key={verb} type="button" className="photo-fix" data-suggested={wanted.has(verb) || undefined} aria-label={say(words[`${verb}One`], { name: photo.name })} onClick={run}>{words[verb]}</button>
  );
  return (
    <div className="photo-fixes">
      {offered.map((verb) => button(verb, () => coach[verb](photo)))}
      {button("keep", () => coach.keep(photo))}
    </div>
  );
}

function Said({ photo, words, coach }) {
  if (photo.dropped) {
    return (
      <>
        <p className="photo-remark">{words.dropped}</p>
        <div className="photo-fixes"><button type="button" className="photo-fix" aria-label={say(words.restoreOne, { name: photo.name })} onClick={() => coach.restore(photo)}>{words.restore}</button></div>
      </>
    );
  }
  if (photo.kept) {
    return (
      <>
        <p className="photo-remark">{words.kept}</p>
        <div className="photo-fixes"><button type="button" className="photo-fix" aria-label={say(words.checkOne, { name: photo.name })} onClick={() => coach.check(photo)}>{words.check}</button></div>
      </>
    );
  }
  if (!photo.remarks?.length) return null;
  return (
    <>
      <ul className="photo-remarks" role="list" aria-label={say(words.remarks, { name: photo.name })}>
        {photo.remarks.map((remark) => <li key={remark.code + remark.other_photo_id} className="photo-remark" data-severity={remark.severity}><Icon name={remark.severity} size={13} /><span>{remark.sentence}</span></li>)}
      </ul>
      <Fixes photo={photo} words={words} coach={coach} />
    </>
  );
}

export function PhotoCard({ item, photo, uploads, coach, words, first, last, dragged, marked, onDrag, announce }) {
  const state = item.state;
  const busy = state === "waiting" || state === "sending" || state === "judging";
  const accepted = state === "accepted";
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
    <li ref={node} className="photo" aria-label={item.name} data-photo={photo?.id} data-state={state} data-dropped={photo?.dropped || undefined} data-marked={marked || undefined}
      data-dragged={dragged || undefined} draggable={accepted}
      onDragStart={(e) => { e.dataTransfer.effectAllowed = "move"; e.dataTransfer.setData("text/plain", item.name); onDrag(item); }}
      onDragEnd={() => onDrag(null)}
      onDragEnter={() => onDrag(undefined, item)}>
      <div className="photo-square">
        <Look photo={photo} preview={item.preview} />
        {busy && (
          <div className="photo-progress">
            <span>{state === "judging" ? words.checking : state === "waiting" ? words.waiting : `${percent} %`}</span>
            <div className="bar" role="progressbar" aria-label={say(words.uploading, { name: item.name })} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}>
              <span style={{ width: `${percent}%` }} />
            </div>
          </div>
        )}
        {accepted && !photo?.dropped && !photo?.remarks?.length && <span className="photo-tick" title={words.ready}><Icon name="tick" /><span className="sr-only">{words.ready}</span></span>}
        {item.message && <p className="photo-message" role="alert">{item.message}</p>}
        <div className="photo-actions">
          {state === "failed" && <button type="button" className="photo-button" aria-label={say(words.retryOne, { name: item.name })} title={words.retry} onClick={() => uploads.retry(item)}><Icon name="again" /></button>}
          {accepted && photo && !photo.dropped && <button type="button" className="photo-button" aria-label={say(words.editOne, { name: item.name })} title={words.edit} onClick={() => coach.open(photo)}><Icon name="crop" /></button>}
          <button type="button" className="photo-button photo-remove" aria-label={say(busy ? words.cancelOne : words.removeOne, { name: item.name })} title={busy ? words.cancel : words.remove} onClick={remove}><Icon name="cross" /></button>
        </div>
        {accepted && (
          <div className="photo-moves">
            <button type="button" className="photo-button photo-move" disabled={first} aria-label={say(words.earlierOne, { name: item.name })} title={words.earlier} onClick={(e) => step(-1, e)}><Icon name="earlier" /></button>
            <button type="button" className="photo-button photo-move" disabled={last} aria-label={say(words.laterOne, { name: item.name })} title={words.later} onClick={(e) => step(1, e)}><Icon name="later" /></button>
          </div>
        )}
      </div>
      <p className="photo-name" title={item.name}>{item.name}</p>
      {accepted && photo && <Said photo={photo} words={words} coach={coach} />}
    </li>
  );
}
