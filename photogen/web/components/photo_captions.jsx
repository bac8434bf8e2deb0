// The captions of a set: what each photo shows, in words, with the trigger word looked for in each.
import { useEffect, useRef, useState } from "react";
import { Icon, Look, counted, say } from "./photo_parts.jsx";

const WAIT = 800; // ms after the last letter before it is saved

function Caption({ photo, trigger, words, coach, missing }) {
  const [text, setText] = useState(photo.caption);
  const [saved, setSaved] = useState("");
  const sent = useRef(photo.caption);
  const timer = useRef();
  useEffect(() => {
    if (photo.caption !== sent.current) { sent.current = photo.caption; setText(photo.caption); }
  }, [photo.caption]);
  const send = async (next) => {
    clearTimeout(timer.current);
    if (next === sent.current) return;
    sent.current = next;
    setSaved(words.saving);
    setSaved((await coach.caption(photo, next)) ? words.saved : words.notSaved);
  };
  const write = useRef(send);
  write.current = send;
  const latest = useRef(text);
  latest.current = text;
  useEffect(() => () => { write.current(latest.current); }, []); // what was typed last is not lost when the list is filtered
  const edit = (event) => {
    const next = event.target.value;
    setText(next);
    setSaved("");
    clearTimeout(timer.current);
    timer.current = setTimeout(() => write.current(next), WAIT);
  };
  const insert = () => { const next = `${trigger}, ${text}`; setText(next); send(next); };
  const id = `caption-${photo.id}`;
  return (
    <li className="caption" aria-label={photo.name}>
      <div className="caption-look photo-square"><Look photo={photo} /></div>
      <div className="caption-body">
        <div className="caption-head"><label htmlFor={id} className="caption-name">{say(words.captionOf, { name: photo.name })}</label><span role="status">{saved}</span></div>
        <textarea id={id} className="input caption-text" rows={2} maxLength={1000} value={text} placeholder={words.captionEmpty} aria-describedby={`${id}-said`} onChange={edit} onBlur={() => send(text)} />
        <div id={`${id}-said`} className="caption-said">
          {photo.caption_problem && <span className="photo-remark" data-severity="warn"><Icon name="warn" size={13} /><span>{photo.caption_problem}</span></span>}
          {missing && <button type="button" className="photo-fix" aria-label={say(words.insertOne, { word: trigger, name: photo.name })} onClick={insert}>{say(words.insert, { word: trigger })}</button>}
        </div>
      </div>
    </li>
  );
}

export function Captions({ photos, trigger, words, coach, busy }) {
  const [search, setSearch] = useState("");
  const [problems, setProblems] = useState(null); // ids that had one when the tick was set: a row doesn't go while it is mended
  const used = photos.filter((photo) => !photo.dropped);
  if (!used.length) return null;
  const written = used.filter((photo) => photo.caption).length;
  const without = (photo) => Boolean(trigger && photo.caption && !photo.caption.toLowerCase().includes(trigger.toLowerCase()));
  const missing = used.filter(without).length;
  const wanted = search.trim().toLowerCase();
  const only = (event) => setProblems(event.target.checked ? new Set(used.filter((photo) => photo.caption_problem || without(photo)).map((photo) => photo.id)) : null);
  const shown = used.filter((photo) => (!problems || problems.has(photo.id)) && (!wanted || photo.caption.toLowerCase().includes(wanted) || photo.name.toLowerCase().includes(wanted)));
  return (
    <details className="captions">
      <summary className="summary">
        {words.captions}
        <span className="captions-count">{written ? counted(words, "written", written, { m: used.length }) : words.automatic}</span>
        {missing > 0 && <span className="captions-count" data-tone="warn">{counted(words, "missing", missing)}</span>}
      </summary>
      <p className="score-help">{words.captionsHelp}</p>
      <div className="captions-bar">
        <input type="search" className="input" aria-label={words.searchCaptions} placeholder={words.searchCaptions} value={search} onChange={(e) => setSearch(e.target.value)} onKeyDown={(e) => { if (e.key === "Enter") e.preventDefault(); }} />
        <label className="captions-only"><input type="checkbox" className="check" checked={Boolean(problems)} onChange={only} />{words.onlyProblems}</label>
        {missing > 0 && <button type="button" className="btn btn-secondary btn-sm" disabled={busy} onClick={() => coach.captionAll()}>{say(words.insertAll, { word: trigger })}</button>}
      </div>
      {shown.length ? (
        <ul role="list" className="captions-list" aria-label={words.captions}>
          {shown.map((photo) => <Caption key={photo.id} photo={photo} trigger={trigger} words={words} coach={coach} missing={without(photo)} />)}
        </ul>
      ) : <p className="score-help" role="status">{problems && !wanted ? words.noProblems : words.noCaptions}</p>}
    </details>
  );
}
