// What the parts of the photo list have in common: icons, words, and how a photo looks before and after it has arrived.
import { useEffect, useRef } from "react";
import { paintThumbHash } from "./thumbhash.js";

const PATHS = {
  tick: "M5 13l4 4L19 7",
  cross: "M6 6l12 12M18 6L6 18",
  earlier: "M15 6l-6 6 6 6",
  later: "M9 6l6 6-6 6",
  again: "M4 12a8 8 0 1 0 2.5-5.8M4 4v5h5",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01",
  up: "M12 16V4m0 0L7 9m5-5l5 5M4 16v4h16v-4",
  crop: "M6 2v14a2 2 0 0 0 2 2h14M18 22V8a2 2 0 0 0-2-2H2",
  warn: "M12 9v4m0 4h.01M10.3 3.9L2 18a2 2 0 0 0 1.7 3h16.6a2 2 0 0 0 1.7-3L13.7 3.9a2 2 0 0 0-3.4 0z",
  hint: "M12 16v-4m0-4h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  left: "M3 12a9 9 0 1 0 2.6-6.4L3 8m0-5v5h5",
  right: "M21 12a9 9 0 1 1-2.6-6.4L21 8m0-5v5h-5",
};

export const Icon = ({ name, size = 16 }) => (
  <svg viewBox="0 0 24 24" width={size} height={size} fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true"><path d={PATHS[name]} /></svg>
);

export const say = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
export const counted = (words, name, n, values) => say(n === 1 ? words[`${name}One`] : words[`${name}Many`], { n, ...values });

// The larger thumbnail's address, from the small one's.
const twice = (address) => address.replace(/\/256(?=$|\?)/, "/512");

// Fixed size, so that nothing moves: the blurred look first, the thumbnail over it.
export function Look({ photo, preview, whole }) {
  const canvas = useRef(null);
  useEffect(() => {
    if (canvas.current && photo?.thumbhash) paintThumbHash(canvas.current, photo.thumbhash, photo.width / photo.height);
  }, [photo?.thumbhash]);
  const source = photo?.thumb_url || preview;
  return (
    <>
      {photo?.thumbhash ? <canvas ref={canvas} width="32" height="32" aria-hidden="true" /> : !preview && <span className="photo-blank"><Icon name="picture" /></span>}
      {source && <img key={source} src={source} srcSet={photo?.thumb_url ? `${source} 1x, ${twice(source)} 2x` : undefined} alt="" loading="lazy" decoding="async" draggable={false} data-whole={whole || undefined} onError={(e) => { e.currentTarget.hidden = true; }} />}
    </>
  );
}
