// The gallery's data: pages by keyset, what arrives live, what is trashed; and the arithmetic of justified rows.
// Nothing of this is React: a feed outlives the page, so that coming back finds the place again.

export class Refusal extends Error {
  constructor(message, code, status) { super(message); this.code = code; this.status = status; }
}

export async function ask(url, options = {}) {
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal("", "network", 0);
  }
  if (response.status === 401) {
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
    return new Promise(() => {});
  }
  const said = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(said.error?.message ?? "", said.error?.code ?? `http_${response.status}`, response.status);
  return said;
}

export const post = (url, content) =>
  ask(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(content) });

const PAGE = 100;
const REMEMBERED = "gallery";
const RELOADED_MOST = 2000; // pictures fetched again after a reload of the tab to find the place; deeper, it begins at the top

export class Feed {
  constructor({ q, trash }) {
    this.q = q;
    this.trash = trash;
    this.items = [];
    this.ids = new Set();
    this.prompts = new Map(); // a batch shares its prompt: one string for all of its pictures
    this.waiting = []; // arrived at the top while somebody looks further down
    this.next = undefined; // undefined: nothing asked yet; null: the end
    this.busy = null;
    this.starting = false;
    this.error = null;
    this.y = 0;
    this.revision = 0; // changes when items before the end changed: the layout starts afresh
    this.listeners = new Set();
    this.fresh = new Set();
  }

  get ended() { return this.next === null; }

  subscribe(listener) { this.listeners.add(listener); return () => this.listeners.delete(listener); }

  say() { for (const listener of this.listeners) listener(); }

  url(before, limit = PAGE) {
    const asked = new URLSearchParams({ limit });
    if (this.q) asked.set("search", this.q);
    if (this.trash) asked.set("view", "trash");
    if (before) asked.set("before", before);
    return `/api/gallery?${asked}`;
  }

  when(item) { return this.trash ? item.d : item.t; }

  newer(a, b) { return this.when(a) - this.when(b) || (a.id > b.id ? 1 : -1); }

  known(item) {
    const prompt = this.prompts.get(item.p);
    if (prompt === undefined) {
      if (this.prompts.size > 2000) this.prompts.clear();
      this.prompts.set(item.p, item.p);
    } else item.p = prompt;
    this.ids.add(item.id);
    return item;
  }

  more(limit) {
    if (this.busy || this.ended) return this.busy ?? Promise.resolve();
    this.error = null;
    this.busy = ask(this.url(this.next, limit))
      .then((page) => {
        for (const item of page.items) if (!this.ids.has(item.id)) this.items.push(this.known(item));
        this.next = page.next;
      })
      .catch((error) => { this.error = error; })
      .finally(() => { this.busy = null; this.say(); });
    this.say();
    return this.busy;
  }

  // As far as it had been scrolled before the tab was reloaded.
  async begin() {
    const kept = JSON.parse(sessionStorage.getItem(REMEMBERED) ?? "null");
    const wanted = kept?.key === this.key && kept.count <= RELOADED_MOST ? kept.count : 0;
    this.starting = true;
    await this.more(wanted > PAGE ? 200 : PAGE);
    while (this.items.length < wanted && !this.ended && !this.error) await this.more(200);
    if (wanted) this.y = kept.y;
    this.starting = false;
    this.say();
  }

  get key() { return `${this.trash ? "trash" : ""}|${this.q}`; }

  remember() { sessionStorage.setItem(REMEMBERED, JSON.stringify({ key: this.key, y: this.y, count: this.items.length })); }

  // What is new at the top. While `still`, nothing that is looked at may move: it waits to be called in.
  async refresh(still) {
    if (this.next === undefined || this.busy) return;
    const page = await ask(this.url(null));
    const listed = new Set(page.items.map((item) => item.id));
    const fresh = page.items.filter((item) => !this.ids.has(item.id));
    const last = page.items[page.items.length - 1];
    const arrived = fresh.filter((item) => !this.items.length || this.newer(item, this.items[0]) > 0);
    if (arrived.length === page.items.length && page.next !== null) { // more came than a page holds: begin anew, when called in
      this.waiting = arrived;
      this.stale = true;
      if (!still) this.reveal();
      return this.say();
    }
    this.waiting = arrived;
    if (!still) {
      const gone = (item) => !listed.has(item.id) && (page.next === null || this.newer(item, last) > 0);
      const lost = this.items.filter(gone).map((item) => item.id);
      if (lost.length) this.drop(lost);
      for (const item of fresh) if (!arrived.includes(item)) this.insert(item);
      this.reveal();
    }
    this.say();
  }

  reveal() {
    if (!this.waiting.length) return;
    if (this.stale) {
      this.items = [];
      this.ids.clear();
      this.next = undefined;
      this.stale = false;
      this.waiting = [];
      this.revision += 1;
      this.more();
      return;
    }
    const arrived = this.waiting.filter((item) => !this.ids.has(item.id));
    this.waiting = [];
    this.fresh = new Set(arrived.map((item) => item.id));
    this.items = [...arrived.map((item) => this.known(item)), ...this.items];
    this.revision += 1;
    this.say();
  }

  drop(ids) {
    const lost = new Set(ids);
    const dropped = this.items.filter((item) => lost.has(item.id));
    this.items = this.items.filter((item) => !lost.has(item.id));
    for (const id of ids) this.ids.delete(id);
    this.revision += 1;
    this.say();
    return dropped;
  }

  insert(item) {
    if (this.ids.has(item.id)) return;
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.newer(this.items[middle], item) > 0) low = middle + 1; else high = middle;
    }
    if (low === this.items.length && !this.ended && this.items.length) return; // it belongs to a page that is yet to come
    this.items.splice(low, 0, this.known(item));
    this.revision += 1;
    this.say();
  }
}

const feeds = new Map();

export function feedOf(place) {
  const key = `${place.trash ? "trash" : ""}|${place.q}`;
  let feed = feeds.get(key);
  if (!feed) {
    feed = new Feed(place);
    feeds.set(key, feed);
    if (feeds.size > 4) feeds.delete(feeds.keys().next().value);
  }
  return feed;
}

// Lists that don't show what has just changed begin anew when they are next looked at.
export function forgetOthers(feed) {
  for (const [key, other] of feeds) if (other !== feed) feeds.delete(key);
}

// --- rows ---------------------------------------------------------------------------------------------------------

export const gapOf = (width) => (width < 560 ? 4 : 8);
const targetOf = (width) => Math.max(132, Math.min(272, width / 5));
const ratioOf = (item) => Math.max(0.4, Math.min(2.8, item.w / item.h || 1));

// Rows of one height each that fill the width, aspects kept. Continues where it stopped when only more was appended.
export class Rows {
  constructor(width, feed) {
    this.width = width;
    this.feed = feed;
    this.revision = feed.revision;
    this.rows = []; // {start, end, top, height}: items start..end-1
    this.count = 0;
  }

  fits(width, feed) { return this.width === width && this.feed === feed && this.revision === feed.revision; }

  extend(items, ended) {
    if (items.length === this.count && ended === this.ended) return;
    const gap = gapOf(this.width);
    const target = targetOf(this.width);
    const last = this.rows[this.rows.length - 1];
    if (last?.open) this.rows.pop();
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
      const width = ratioOf(items[index]) * row.height;
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
