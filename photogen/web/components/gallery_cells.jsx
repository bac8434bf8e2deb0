// The cards in view. Scrolling draws them alone, and not the whole gallery with its filters and dialogs.
import { useLayoutEffect, useReducer } from "react";
import { Card } from "./gallery_card.jsx";

// A value that is told to those who show it.
export class Told {
  constructor(now, same = Object.is) { this.now = now; this.same = same; this.listeners = new Set(); }

  tell(value) {
    if (this.same(this.now, value)) return;
    this.now = value;
    for (const listener of this.listeners) listener();
  }
}

export function useTold(told) {
  const [, draw] = useReducer((n) => n + 1, 0);
  useLayoutEffect(() => { told.listeners.add(draw); return () => told.listeners.delete(draw); }, [told]);
  return told.now;
}

export const sameSpan = (a, b) => a[0] === b[0] && a[1] === b[1];

// `span` (Told) is the first row that is drawn, and the one after the last.
export function Cells({ span, laid, feed, grid, focus, selection, shape, ...same }) {
  const [first, end] = useTold(span);
  const cells = [];
  if (laid) for (const row of laid.rows.slice(first, end)) cells.push(...laid.cells(row, feed.items));
  if (laid && focus < feed.items.length && !cells.some((cell) => cell.index === focus) && grid.current?.contains(document.activeElement)) {
    const row = laid.rows[laid.of(focus)]; // what has the focus stays, wherever one scrolls
    cells.push(laid.cells(row, feed.items)[focus - row.start]);
  }
  const focusable = cells.some((cell) => cell.index === focus) ? focus : cells[0]?.index;
  return cells.map((cell) => {
    const item = feed.items[cell.index];
    return (
      <Card key={item.id} cell={cell} item={item} fresh={feed.fresh.has(item.id)} focusable={cell.index === focusable} onMark={selection.mark} onPress={selection.press}
        selected={selection.has(item.id)} selecting={selection.some} list={shape === "list"} total={feed.ended && feed.previous === null ? feed.items.length : -1} {...same} />
    );
  });
}
