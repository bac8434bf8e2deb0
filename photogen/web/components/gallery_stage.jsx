// A picture as large as there is room for: zoomed by a click, a wheel, two fingers or the keys + and -; moved by drawing.
import { useEffect, useRef, useState } from "react";
import { media } from "./gallery_parts.jsx";
import { paintThumbHash } from "./thumbhash.js";

const MOST = 8;
const FIT = { scale: 1, x: 0, y: 0 };

export function Stage({ item, words, onZoom }) {
  const canvas = useRef(null);
  const box = useRef(null);
  const points = useRef(new Map());
  const moved = useRef(false);
  const [state, setState] = useState("");
  const [view, setView] = useState(FIT);
  const seen = useRef(view);
  seen.current = view;
  useEffect(() => { if (item.th && canvas.current) paintThumbHash(canvas.current, item.th, item.w / item.h); }, [item.th, item.w, item.h]);
  useEffect(() => { onZoom(view.scale > 1); }, [view.scale > 1]);

  // To `scale`, with what lies under the point (in pixels from the middle) staying there.
  const zoom = (scale, x = 0, y = 0) => setView((now) => {
    const to = Math.max(1, Math.min(MOST, scale));
    if (to === 1) return FIT;
    const by = to / now.scale;
    return bounded({ scale: to, x: x - (x - now.x) * by, y: y - (y - now.y) * by });
  });
  const bounded = (to) => {
    const { offsetWidth: w, offsetHeight: h } = box.current;
    const room = (length, full) => Math.max(0, (length * to.scale - full) / 2);
    const stage = box.current.parentElement;
    const [mx, my] = [room(w, Math.min(stage.clientWidth, w * to.scale)), room(h, Math.min(stage.clientHeight, h * to.scale))];
    return { scale: to.scale, x: Math.max(-mx, Math.min(mx, to.x)), y: Math.max(-my, Math.min(my, to.y)) };
  };
  const fromMiddle = (event) => {
    const stage = box.current.parentElement.getBoundingClientRect();
    return [event.clientX - stage.left - stage.width / 2, event.clientY - stage.top - stage.height / 2];
  };
  // As many pixels of the picture as of the screen.
  const whole = () => Math.max(2, item.w / box.current.offsetWidth / (window.devicePixelRatio || 1));

  useEffect(() => {
    const element = box.current;
    const wheel = (event) => { event.preventDefault(); zoom(seen.current.scale * Math.exp(-event.deltaY / 400), ...fromMiddle(event)); };
    element.addEventListener("wheel", wheel, { passive: false });
    const key = (event) => {
      if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey) return;
      if (event.key === "+" || event.key === "=") zoom(seen.current.scale * 1.5);
      else if (event.key === "-") zoom(seen.current.scale / 1.5);
      else if (event.key === "z") zoom(seen.current.scale > 1 ? 1 : whole());
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", key);
    return () => { element.removeEventListener("wheel", wheel); document.removeEventListener("keydown", key); };
  }, []);

  const spread = () => { const [a, b] = [...points.current.values()]; return Math.hypot(a[0] - b[0], a[1] - b[1]); };
  const down = (event) => {
    if (event.button) return;
    points.current.set(event.pointerId, [event.clientX, event.clientY]);
    moved.current = false;
    if (seen.current.scale > 1 || points.current.size > 1) box.current.setPointerCapture(event.pointerId);
  };
  const move = (event) => {
    const last = points.current.get(event.pointerId);
    if (!last) return;
    const before = points.current.size > 1 ? spread() : 0;
    points.current.set(event.pointerId, [event.clientX, event.clientY]);
    const [dx, dy] = [event.clientX - last[0], event.clientY - last[1]];
    if (Math.hypot(dx, dy) > 2) moved.current = true;
    if (before) zoom((seen.current.scale * spread()) / before, ...fromMiddle(event));
    else if (seen.current.scale > 1) setView((now) => bounded({ ...now, x: now.x + dx, y: now.y + dy }));
  };
  const up = (event) => points.current.delete(event.pointerId);
  const click = (event) => {
    if (moved.current) return;
    if (event.detail === 0) zoom(view.scale > 1 ? 1 : whole()); else zoom(view.scale > 1 ? 1 : whole(), ...fromMiddle(event));
  };
  const { large, original } = media(item);
  const wide = Math.round(item.w >= item.h ? Math.min(1024, item.w) : (Math.min(1024, item.h) * item.w) / item.h);
  return (
    <button type="button" ref={box} className="gallery-picture" aria-label={words.zoom} aria-pressed={view.scale > 1} onClick={click}
      onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={up}
      style={{ aspectRatio: `${item.w} / ${item.h}`, "--ratio": item.w / item.h, transform: view.scale > 1 ? `translate(${view.x}px, ${view.y}px) scale(${view.scale})` : undefined }}>
      <canvas ref={canvas} aria-hidden="true" />
      <img src={large} srcSet={`${large} ${wide}w, ${original} ${Math.max(item.w, wide + 1)}w`} sizes={view.scale > 1 ? `${item.w}px` : "(max-width: 900px) 100vw, 70vw"} alt={item.p}
        decoding="async" draggable={false} data-state={state} ref={(img) => { if (img?.complete && img.naturalWidth && !state) setState("at-once"); }}
        onLoad={() => setState((now) => now || "loaded")} onError={() => setState("lost")} />
      {state === "lost" && <span className="gallery-lost">{words.lost}</span>}
    </button>
  );
}
