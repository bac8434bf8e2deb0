// A loss curve: the points faint, a smoothed line over them, values under the pointer and by the keyboard.
import { useEffect, useMemo, useRef, useState } from "react";

const HEIGHT = 220;
const EDGE = { left: 46, right: 14, top: 12, bottom: 28 };

const say = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const short = (value) => (value === 0 ? "0" : Math.abs(value) >= 0.001 && Math.abs(value) < 1000 ? String(Number(value.toPrecision(3))) : value.toExponential(1));

// Forwards and backwards, so that the line does not lag behind what it smooths.
function smoothed(values) {
  const weight = 2 / (Math.max(3, values.length / 12) + 1);
  const pass = (list) => {
    let mean = list[0];
    return list.map((value) => { mean += weight * (value - mean); return mean; });
  };
  return pass(pass(values).reverse()).reverse();
}

// Round numbers, about `count` of them, from `low` to `high`.
function ticks(low, high, count) {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough);
  const found = [];
  for (let at = Math.ceil(low / step); at * step <= high + step / 1e6; at++) found.push(at * step);
  return found;
}

function useWidth(node) {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    watch.observe(node.current);
    return () => watch.disconnect();
  }, []);
  return width;
}

function usePoints(trainingId, version) {
  const [points, setPoints] = useState([]);
  useEffect(() => {
    const given = new AbortController();
    fetch(`/api/trainings/${trainingId}/losses`, { credentials: "same-origin", signal: given.signal })
      .then((response) => (response.ok ? response.json() : { points: null }))
      .then((said) => said.points && setPoints(said.points))
      .catch(() => {}); // the next change asks again; the words beside the curve tell the same
    return () => given.abort();
  }, [trainingId, version]);
  return points;
}

export function LossCurve({ trainingId, version, steps, summary, words }) {
  const frame = useRef(null);
  const width = useWidth(frame);
  const points = usePoints(trainingId, version);
  const [at, setAt] = useState(null);
  const [clip] = useState(() => `loss-${Math.random().toString(36).slice(2)}`);
  const drawn = useMemo(() => {
    if (points.length < 2 || width < 120) return null;
    const losses = points.map(([, loss]) => loss);
    const line = smoothed(losses);
    const sorted = [...losses].sort((a, b) => a - b);
    const most = Math.min(sorted[sorted.length - 1], sorted[Math.floor(sorted.length * 0.97)] * 1.5); // a lone spike does not flatten the rest
    const pad = (most - sorted[0]) * 0.08 || Math.abs(most) * 0.1 || 1;
    const [low, high] = [Math.max(0, sorted[0] - pad), most + pad];
    const end = Math.max(steps, points[points.length - 1][0], 1);
    const x = (step) => EDGE.left + (step / end) * (width - EDGE.left - EDGE.right);
    const y = (loss) => HEIGHT - EDGE.bottom - ((loss - low) / (high - low)) * (HEIGHT - EDGE.top - EDGE.bottom);
    const path = (list) => list.map((loss, n) => `${n ? "L" : "M"}${x(points[n][0]).toFixed(1)},${y(loss).toFixed(1)}`).join("");
    return {
      line, x, y,
      raw: path(losses), smooth: path(line),
      rows: ticks(low, high, 4), columns: ticks(0, end, width < 480 ? 3 : 5),
    };
  }, [points, width, steps]);
  const place = at === null ? null : Math.min(at, points.length - 1);
  const words_at = (n) => say(words.value, { step: points[n][0].toLocaleString(document.documentElement.lang), loss: short(points[n][1]), smooth: short(drawn.line[n]) });
  const point = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    const inside = event.clientX - box.left;
    let best = 0;
    points.forEach(([step], n) => { if (Math.abs(drawn.x(step) - inside) < Math.abs(drawn.x(points[best][0]) - inside)) best = n; });
    setAt(best);
  };
  return (
    <div ref={frame} className="loss">
      {drawn ? (
        <>
          <svg width={width} height={HEIGHT} role="img" aria-label={summary} onPointerMove={point} onPointerDown={point} onPointerLeave={() => setAt(null)}>
            <clipPath id={clip}><rect x={EDGE.left} y={EDGE.top - 4} width={width - EDGE.left - EDGE.right + 4} height={HEIGHT - EDGE.top - EDGE.bottom + 8} /></clipPath>
            <g className="loss-axis">
              {drawn.rows.map((value) => (
                <g key={value}>
                  <line x1={EDGE.left} x2={width - EDGE.right} y1={drawn.y(value)} y2={drawn.y(value)} />
                  <text x={EDGE.left - 8} y={drawn.y(value) + 4} textAnchor="end">{short(value)}</text>
                </g>
              ))}
              {drawn.columns.map((value) => (
                <text key={value} x={drawn.x(value)} y={HEIGHT - 8} textAnchor={value === 0 ? "start" : drawn.x(value) > width - 40 ? "end" : "middle"}>{value.toLocaleString(document.documentElement.lang)}</text>
              ))}
            </g>
            <g clipPath={`url(#${clip})`}>
              <path className="loss-raw" d={drawn.raw} />
              <path className="loss-line" d={drawn.smooth} />
            </g>
            {place !== null && (
              <g className="loss-mark">
                <line x1={drawn.x(points[place][0])} x2={drawn.x(points[place][0])} y1={EDGE.top} y2={HEIGHT - EDGE.bottom} />
                <circle cx={drawn.x(points[place][0])} cy={drawn.y(drawn.line[place])} r="4" />
              </g>
            )}
          </svg>
          <input type="range" className="slider loss-slider" style={{ marginLeft: EDGE.left - 9, width: Math.max(60, drawn.x(points[points.length - 1][0]) - EDGE.left + 18) }} min={0} max={points.length - 1} value={place ?? points.length - 1} aria-label={words.slider}
            aria-valuetext={words_at(place ?? points.length - 1)} onChange={(event) => setAt(Number(event.target.value))} onBlur={() => setAt(null)} />
          <p className="text-sm text-muted num min-h-5" aria-hidden="true">{words_at(place ?? points.length - 1)}</p>
        </>
      ) : <div style={{ height: HEIGHT + 60 }} aria-hidden="true" />}
    </div>
  );
}
