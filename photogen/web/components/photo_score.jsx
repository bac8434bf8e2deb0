// How ready the set is, and why: a quiet dial with its reasons. A reason that is about photos marks them.
import { useState } from "react";
import { counted, say } from "./photo_parts.jsx";

const SHOWN = 4; // reasons at first; those that cost points stand in front
const ROUND = 2 * Math.PI * 26;
const TONES = { Ready: "good", Good: "good", Thin: "warn", "Not ready": "bad" };

const Dial = ({ score, word, words }) => (
  <div className="score-dial" data-tone={TONES[word]} role="meter" aria-label={words.score} aria-valuenow={score} aria-valuemin={0} aria-valuemax={100} aria-valuetext={say(words.scoreOf, { n: score, word: words[word] ?? word })}>
    <svg viewBox="0 0 60 60" width="64" height="64" aria-hidden="true">
      <circle cx="30" cy="30" r="26" />
      <circle cx="30" cy="30" r="26" strokeDasharray={ROUND} strokeDashoffset={ROUND * (1 - score / 100)} transform="rotate(-90 30 30)" />
    </svg>
    <span aria-hidden="true">{score}</span>
  </div>
);

function Reason({ reason, marked, onMark, words }) {
  const points = reason.points > 0 ? `+${reason.points}` : reason.points < 0 ? `−${-reason.points}` : "0";
  const inside = (
    <>
      <span className="score-points" data-sign={Math.sign(reason.points)}>{points}<span className="sr-only"> {words.points}</span></span>
      <span>{reason.sentence}</span>
    </>
  );
  if (!reason.photo_ids.length) return <li><span className="score-reason">{inside}</span></li>;
  return (
    <li>
      <button type="button" className="score-reason" aria-pressed={marked} onClick={onMark}>
        {inside}<span className="score-show">{counted(words, marked ? "hide" : "show", reason.photo_ids.length)}</span>
      </button>
    </li>
  );
}

export function Score({ report, marked, fixable, words, onMark, onApply, onContinue, busy }) {
  const [all, setAll] = useState(false);
  const reasons = [...report.reasons].sort((a, b) => Math.sign(a.points) - Math.sign(b.points) || Math.abs(b.points) - Math.abs(a.points));
  const same = (ids) => ids.length === marked.size && ids.every((id) => marked.has(id));
  return (
    <section className="score" aria-label={words.score}>
      <div className="score-head">
        <Dial score={report.score} word={report.word} words={words} />
        <div className="score-words">
          <p className="score-word">{words[report.word] ?? report.word}</p>
          <p className="score-help">{counted(words, "used", report.photos_used)}</p>
        </div>
        <div className="score-actions">
          {fixable > 0 && <button type="button" className="btn btn-secondary btn-sm" disabled={busy} aria-busy={busy} onClick={onApply}>{words.applyAll}</button>}
          {onContinue && (report.word === "Thin" || report.word === "Not ready") && <button type="button" className="btn btn-ghost btn-sm" onClick={onContinue}>{words.anyway}</button>}
        </div>
      </div>
      <ul className="score-reasons" role="list" aria-label={words.reasons}>
        {reasons.slice(0, all ? undefined : SHOWN).map((reason) => (
          <Reason key={reason.code} reason={reason} words={words} marked={reason.photo_ids.length > 0 && same(reason.photo_ids)} onMark={() => onMark(reason.photo_ids)} />
        ))}
      </ul>
      {reasons.length > SHOWN && <button type="button" className="btn btn-ghost btn-sm score-more" aria-expanded={all} onClick={() => setAll(!all)}>{all ? words.fewer : say(words.allReasons, { n: reasons.length })}</button>}
    </section>
  );
}
