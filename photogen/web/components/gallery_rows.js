// The arithmetic of rows: justified, square, or a list. Not React: it is done again only for what was appended.

export const gapOf = (width) => (width < 560 ? 4 : 8);
const targetOf = (width) => Math.max(168, Math.min(272, width / 5)); // on a phone three upright ones side by side
const LINE = 72;
const ratioOf = (item) => Math.max(0.4, Math.min(2.8, item.w / item.h || 1));

// Rows of one height each that fill the width, aspects kept. Continues where it stopped when only more was appended.
export class Rows {
  // `shape`: justified, square, or list.
  constructor(width, feed, shape) {
    this.width = width;
    this.feed = feed;
    this.shape = shape;
    this.revision = feed.revision;
    this.rows = []; // {start, end, top, height}: items start..end-1
    this.count = 0;
  }

  fits(width, feed, shape) { return this.width === width && this.feed === feed && this.shape === shape && this.revision === feed.revision; }

  extend(items, ended) {
    if (items.length === this.count && ended === this.ended) return;
    const gap = gapOf(this.width);
    const target = targetOf(this.width);
    const last = this.rows[this.rows.length - 1];
    if (last?.open) this.rows.pop();
    if (this.shape !== "justified") return this.even(items, ended, gap, target);
    let start = last ? (last.open ? last.start : last.end) : 0;
    let top = this.rows.length ? this.rows[this.rows.length - 1].top + this.rows[this.rows.length - 1].height + gap : 0;
    let ratios = 0;
    const close = (end, height) => {
      this.rows.push({ start, end, top, height });
      top += height + gap;
      start = end;
    };
    for (let i = start; i < items.length; i += 1) {
      const ratio = ratioOf(items[i]);
      const without = ratios ? (this.width - gap * (i - start - 1)) / ratios : Infinity;
      const height = (this.width - gap * (i - start)) / (ratios + ratio);
      ratios += ratio;
      if (height > target) continue;
      if (without - target < target - height) { // nearer to the target without this one: it begins the next row
        close(i, without);
        ratios = ratio;
      } else {
        close(i + 1, height);
        ratios = 0;
      }
    }
    if (start < items.length) {
      const height = Math.min(target, (this.width - gap * (items.length - start - 1)) / ratios);
      this.rows.push({ start, end: items.length, top, height, open: true });
    }
    this.count = items.length;
    this.ended = ended;
  }

  // Rows that are all alike.
  even(items, ended, gap, target) {
    const columns = this.shape === "list" ? 1 : Math.max(3, Math.round(this.width / (target * 0.85)));
    const height = this.shape === "list" ? LINE : (this.width - gap * (columns - 1)) / columns;
    for (let start = this.rows.length * columns; start < items.length; start += columns) {
      const end = Math.min(start + columns, items.length);
      this.rows.push({ start, end, top: (start / columns) * (height + gap), height, open: end - start < columns });
    }
    this.count = items.length;
    this.ended = ended;
  }

  get height() {
    const last = this.rows[this.rows.length - 1];
    return last ? last.top + last.height : 0;
  }

  // The row at `y` pixels from the top.
  at(y) {
    let low = 0;
    let high = this.rows.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.rows[middle].top <= y) low = middle; else high = middle - 1;
    }
    return low;
  }

  of(index) {
    let low = 0;
    let high = this.rows.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.rows[middle].end <= index) low = middle + 1; else high = middle;
    }
    return low;
  }

  // Places of the items of a row: {index, left, top, width, height}.
  cells(row, items) {
    const gap = gapOf(this.width);
    let left = 0;
    const cells = [];
    for (let index = row.start; index < row.end; index += 1) {
      const width = this.shape === "list" ? this.width : (this.shape === "square" ? 1 : ratioOf(items[index])) * row.height;
      cells.push({ index, left, top: row.top, width, height: row.height });
      left += width + gap;
    }
    return cells;
  }

  // Rows to draw for a window of `height` at `y`: what is seen, and as much around it as `most` cards allow.
  window(y, height, most) {
    if (!this.rows.length) return [0, 0];
    let first = this.at(y);
    let end = this.at(y + height) + 1;
    const cards = () => this.rows[end - 1].end - this.rows[first].start;
    for (let step = 0; step < 12 && cards() < most; step += 1) {
      const grown = [first, end];
      if (end < this.rows.length && this.rows[end].top < y + 2 * height) end += 1;
      if (first > 0 && cards() < most && this.rows[first - 1].top > y - height) first -= 1;
      if (grown[0] === first && grown[1] === end) break;
    }
    return [first, end];
  }
}
