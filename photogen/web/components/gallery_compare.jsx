// Two pictures against each other: one laid over the other with a line that is drawn, or side by side.
import { useEffect, useRef, useState } from "react";
import { Icon, media } from "./gallery_parts.jsx";

const One = ({ item, style, className }) => (
  <img className={className} style={style} src={media(item).large} alt={item.p} draggable={false} decoding="async" />
);

export function Compare({ pair, onClose, words }) {
  const dialog = useRef(null);
  const [beside, setBeside] = useState(false);
  const [at, setAt] = useState(50); // percent of the width that shows the first one
  useEffect(() => {
    const element = dialog.current;
    if (pair && !element.open) { setAt(50); element.showModal(); }
    if (!pair && element.open) element.close();
  }, [pair]);
  const [first, second] = pair ?? [];
  const ratio = first ? first.w / first.h : 1;
  return (
    <dialog ref={dialog} className="gallery-compare" aria-label={words.compare} onCancel={(e) => { e.preventDefault(); onClose(); }}>
      {first && (
        <>
          <div className="gallery-compare-head">
            <h2>{words.compare}</h2>
            <div className="segmented" role="group" aria-label={words.layout}>
              <button type="button" aria-pressed={!beside} onClick={() => setBeside(false)}>{words.over}</button>
              <button type="button" aria-pressed={beside} onClick={() => setBeside(true)}>{words.beside}</button>
            </div>
            <button type="button" className="btn btn-ghost btn-icon" aria-label={words.close} onClick={onClose}><Icon name="close" /></button>
          </div>
          {beside ? (
            <div className="gallery-beside">
              {[first, second].map((item) => <figure key={item.id}><One item={item} /><figcaption dir="auto">{item.p}</figcaption></figure>)}
            </div>
          ) : (
            <div className="gallery-over">
              <div style={{ aspectRatio: ratio, "--ratio": ratio }}>
                <One item={second} />
                <One item={first} style={{ clipPath: `inset(0 ${100 - at}% 0 0)` }} />
                <span className="line" style={{ left: `${at}%` }} aria-hidden="true" />
                <input type="range" min="0" max="100" step="0.1" value={at} aria-label={words.compareSlider} onChange={(e) => setAt(Number(e.target.value))} />
              </div>
            </div>
          )}
        </>
      )}
    </dialog>
  );
}
