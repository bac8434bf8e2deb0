// A training's whole log: fetched piece by piece as it grows, filtered here, followed until somebody scrolls up.
import { useEffect, useMemo, useRef, useState } from "react";

const DRAWN = 600; // lines drawn at once; a log may have tens of thousands
const NEAR = 24; // px from the end within which the log is followed
const BAR = /\d{1,3}%\|/;
const ERROR = /\b(?:error|exception|traceback|fatal|killed|failed)\b|out of memory/i;
const WARNING = /\bwarn(?:ing)?\b|deprecat/i;

const say = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// "bar", "info", "warning" or "error"; what is indented under an error belongs to it. An error may follow an unfinished
// bar in the same line.
function levelOf(text, before) {
  if (ERROR.test(text) || (before === "error" && /^\s/.test(text))) return "error";
  if (BAR.test(text)) return "bar";
  return WARNING.test(text) ? "warning" : "info";
}

const SHOWN = {
  all: () => true,
  quiet: (line) => line.level !== "bar",
  warnings: (line) => line.level === "warning" || line.level === "error",
  errors: (line) => line.level === "error",
};

// All lines so far. `version` grows when there are more of them.
function useLog(trainingId, version) {
  const [log, setLog] = useState({ lines: [], problem: "", asked: false });
  const state = useRef({ id: "", end: 0, busy: false, again: false, lines: [] });
  useEffect(() => {
    const now = state.current;
    if (now.id !== trainingId) {
      state.current = { id: trainingId, end: 0, busy: false, again: false, lines: [] };
      setLog({ lines: [], problem: "", asked: false });
    }
    const mine = state.current;
    const ask = async () => {
      if (mine.busy) { mine.again = true; return; }
      mine.busy = true;
      do {
        mine.again = false;
        try {
          const response = await fetch(`/api/trainings/${trainingId}/log?after=${mine.end}`, { credentials: "same-origin" });
          const said = await response.json();
          if (!response.ok) throw new Error(said.error?.code ?? `http_${response.status}`);
          if (state.current !== mine) return;
          mine.end = said.end;
          if (said.text) {
            let before = mine.lines[mine.lines.length - 1]?.level;
            const fresh = said.text.replace(/\n$/, "").split("\n").map((text, at) => {
              before = levelOf(text, before);
              return { n: mine.lines.length + at, text, level: before };
            });
            mine.lines = [...mine.lines, ...fresh];
          }
          setLog({ lines: mine.lines, problem: "", asked: true });
        } catch (error) {
          if (state.current === mine) setLog({ lines: mine.lines, problem: error.message || "network", asked: true });
        }
      } while (mine.again && state.current === mine);
      mine.busy = false;
    };
    ask();
  }, [trainingId, version]);
  return log;
}

export function TrainingLog({ trainingId, version, running, words }) {
  const { lines, problem, asked } = useLog(trainingId, version);
  const [level, setLevel] = useState("all");
  const [text, setText] = useState("");
  const [most, setMost] = useState(DRAWN);
  const [following, setFollowing] = useState(true);
  const box = useRef(null);
  const sought = text.trim().toLowerCase();
  const found = useMemo(
    () => lines.filter((line) => SHOWN[level](line) && (!sought || line.text.toLowerCase().includes(sought))),
    [lines, level, sought],
  );
  useEffect(() => setMost(DRAWN), [level, sought]);
  useEffect(() => {
    if (following && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [found, following, most]);
  const scroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    setFollowing(scrollHeight - scrollTop - clientHeight < NEAR);
  };
  // What stood at the top stays where it was when earlier lines come in above it.
  const earlier = () => {
    const from = box.current.scrollHeight - box.current.scrollTop;
    setFollowing(false);
    setMost(most + DRAWN);
    requestAnimationFrame(() => { box.current.scrollTop = box.current.scrollHeight - from; });
  };
  const hidden = Math.max(0, found.length - most);
  const filtered = level !== "all" || sought;
  const empty = !asked ? "" : problem ? say(words.problem, { code: problem }) : !lines.length ? (running ? words.waiting : words.none) : words.noMatch;
  return (
    <div>
      <div className="log-tools">
        <input type="search" className="input" placeholder={words.filter} aria-label={words.filter} value={text} maxLength={100} onChange={(e) => setText(e.target.value)} />
        <select className="input" aria-label={words.level} value={level} onChange={(e) => setLevel(e.target.value)}>
          {Object.keys(SHOWN).map((key) => <option key={key} value={key}>{words[key]}</option>)}
        </select>
        {lines.length > 0 && <a className="btn btn-secondary" href={`/api/trainings/${trainingId}/log.txt`} download>{words.download}</a>}
      </div>
      <div className="log-frame">
        <div ref={box} className="log-lines" role="log" aria-live="off" aria-label={words.title} tabIndex={0} onScroll={scroll}>
          {hidden > 0 && <button type="button" className="log-earlier" onClick={earlier}>{say(words.earlier, { n: hidden.toLocaleString(document.documentElement.lang) })}</button>}
          {found.length ? found.slice(hidden).map((line) => <div key={line.n} data-level={line.level}>{line.text}</div>) : <div className="text-muted">{empty}</div>}
        </div>
        {!following && <button type="button" className="btn btn-secondary btn-sm log-newest" onClick={() => setFollowing(true)}>{words.newest}</button>}
      </div>
      <p className="text-xs text-muted num mt-2" role="status">
        {filtered ? say(words.matches, { n: found.length.toLocaleString(document.documentElement.lang), m: lines.length.toLocaleString(document.documentElement.lang) }) : lines.length ? say(words.count, { n: lines.length.toLocaleString(document.documentElement.lang) }) : ""}
        {running && lines.length > 0 && ` · ${following ? words.following : words.paused}`}
      </p>
    </div>
  );
}
