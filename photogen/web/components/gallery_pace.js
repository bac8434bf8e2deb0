// When the pictures of cards are asked for: not while somebody rushes past them, else a few with each frame.

const RUSH = 3; // windows a second: beyond it a picture is seen for less than a third of a second
const AT_ONCE = 4; // with one frame: each request takes up to a millisecond of it
const REST = 100; // ms without scrolling

const waiting = new Map(); // what asks for a picture, and how far from the top of the list it stands
let seen = { y: 0, at: 0 };
let middle = 0;
let last = 0;
let rushing = false;
let restless = false;
let timer = 0;
let frame = 0;

export const resting = () => !restless;

// The list stands `y` pixels above the window's top now.
export function scrolled(y) {
  const at = performance.now();
  const past = at - seen.at;
  if (past > 30) {
    rushing = restless && Math.abs(y - seen.y) * 1000 > RUSH * window.innerHeight * past;
    seen = { y, at };
  }
  middle = y + window.innerHeight / 2;
  restless = true;
  last = at;
  clearTimeout(timer);
  timer = setTimeout(() => requestAnimationFrame(settle), REST); // a frame that takes longer than that is no rest
  if (!rushing) next();
}

function settle() {
  if (performance.now() - last < REST) return;
  restless = rushing = false;
  next();
}

// Calls `begin` when it is the turn of the picture at `top`; gives what takes the wish back.
export function inTurn(begin, top) {
  waiting.set(begin, top);
  next();
  return () => waiting.delete(begin);
}

function next() {
  if (frame || rushing || !waiting.size) return;
  frame = requestAnimationFrame(() => {
    frame = 0;
    if (rushing) return;
    const nearest = [...waiting].sort(([, a], [, b]) => Math.abs(a - middle) - Math.abs(b - middle)).slice(0, AT_ONCE);
    for (const [begin] of nearest) { waiting.delete(begin); begin(); }
    next();
  });
}
