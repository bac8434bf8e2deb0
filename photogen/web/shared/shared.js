// One picture of a link: the arrow keys and a swipe lead to its neighbours, Escape back to all of them.
const go = (which) => document.querySelector(which)?.click();
const ways = { ArrowLeft: "a[rel=prev]", ArrowRight: "a[rel=next]", Escape: "a[data-up]" };
document.addEventListener("keydown", (event) => {
  if (!ways[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault(); // of its own, Escape stops the page that is being loaded
  go(ways[event.key]);
});
let from = null;
document.addEventListener("touchstart", (event) => {
  from = event.touches.length === 1 && visualViewport.scale === 1 ? [event.touches[0].clientX, event.touches[0].clientY] : null;
}, { passive: true });
document.addEventListener("touchend", (event) => {
  if (!from) return;
  const [x, y] = [event.changedTouches[0].clientX - from[0], event.changedTouches[0].clientY - from[1]];
  if (Math.abs(x) > 56 && Math.abs(x) > 2 * Math.abs(y)) go(ways[x > 0 ? "ArrowLeft" : "ArrowRight"]);
}, { passive: true });
