// The gallery's data: pages by keyset in both directions, what arrives live, what is changed.
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
  constructor({ query, trash, oldest, at }) {
    this.query = query; // what chooses the pictures, as in the server's address
    this.trash = trash;
    this.oldest = oldest;
    this.at = at; // the month that it begins at; "" for the beginning
    this.items = [];
    this.ids = new Set();
    this.prompts = new Map(); // a batch shares its prompt: one string for all of its pictures
    this.waiting = []; // arrived at the top while somebody looks further down
    this.next = undefined; // undefined: nothing asked yet; null: the end
    this.previous = null; // null: the beginning of the list is here
    this.asked = null; // the cursor of the last page
    this.busy = null;
    this.starting = false;
    this.error = null;
    this.total = null; // {count, more}
    this.y = 0;
    this.revision = 0; // changes when items before the end changed: the layout starts afresh
    this.listeners = new Set();
    this.fresh = new Set();
  }

  get ended() { return this.next === null; }

  subscribe(listener) { this.listeners.add(listener); return () => this.listeners.delete(listener); }

  say() { for (const listener of this.listeners) listener(); }

  url(more) {
    const asked = new URLSearchParams(this.query);
    if (this.oldest) asked.set("sort", "oldest");
    for (const [name, value] of Object.entries({ limit: PAGE, ...more })) if (value) asked.set(name, value);
    return `/api/gallery?${asked}`;
  }

  when(item) { return this.trash ? item.d : item.t; }

  // Positive when `a` stands before `b` in the list.
  newer(a, b) { return (this.oldest ? -1 : 1) * (this.when(a) - this.when(b) || (a.id > b.id ? 1 : -1)); }

  known(item) {
    const prompt = this.prompts.get(item.p);
    if (prompt === undefined) {
      if (this.prompts.size > 2000) this.prompts.clear();
      this.prompts.set(item.p, item.p);
    } else item.p = prompt;
    this.ids.add(item.id);
    return item;
  }

  take(items) { return items.filter((item) => !this.ids.has(item.id)).map((item) => this.known(item)); }

  load(url, then) {
    this.error = null;
    this.busy = ask(url)
      .then(then)
      .catch((error) => { this.error = error; })
      .finally(() => { this.busy = null; this.say(); });
    this.say();
    return this.busy;
  }

  more(limit = PAGE) {
    if (this.busy || this.ended) return this.busy ?? Promise.resolve();
    const first = this.next === undefined;
    return this.load(this.url({ limit, before: this.next, start: first ? this.at : "" }), (page) => {
      for (const item of this.take(page.items)) this.items.push(item);
      this.asked = this.next ?? null;
      this.next = page.next;
      if (first) this.previous = page.prev ?? null;
    });
  }

  // What stands before the first one. Who looks at the list keeps looking at the same picture.
  earlier() {
    if (this.busy || this.previous === null) return this.busy ?? Promise.resolve();
    return this.load(this.url({ after: this.previous }), (page) => {
      this.items = [...this.take(page.items), ...this.items];
      this.previous = page.prev ?? null;
      this.revision += 1;
    });
  }

  // As far as it had been scrolled before the tab was reloaded.
  async begin() {
    const kept = JSON.parse(sessionStorage.getItem(REMEMBERED) ?? "null");
    const wanted = kept?.key === this.key && kept.count <= RELOADED_MOST ? kept.count : 0;
    this.starting = true;
    if (!this.total) this.count();
    await this.more(wanted > PAGE ? 200 : PAGE);
    while (this.items.length < wanted && !this.ended && !this.error) await this.more(200);
    if (wanted) this.y = kept.y;
    this.starting = false;
    this.say();
  }

  async count() {
    try {
      this.total = await ask(`/api/gallery/count?${this.query}`);
    } catch {
      this.total = null; // only the number is missing: the list itself says what is wrong
    }
    this.say();
  }

  get key() { return keyOf(this); }

  remember() { sessionStorage.setItem(REMEMBERED, JSON.stringify({ key: this.key, y: this.y, count: this.previous ? 0 : this.items.length })); }

  // What is new. While `still`, nothing that is looked at may move: it waits to be called in.
  async refresh(still) {
    if (this.next === undefined || this.busy) return;
    this.count();
    if (this.previous !== null) return; // what is new stands before the part of the list that is here
    if (this.oldest) { if (this.ended) { this.next = this.asked ?? undefined; await this.more(); } return; }
    const page = await ask(this.url());
    const listed = new Set(page.items.map((item) => item.id));
    const fresh = page.items.filter((item) => !this.ids.has(item.id));
    this.mend(page.items);
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

  // Hearts and stars of pictures that are here already.
  mend(items) {
    const said = new Map(items.map((item) => [item.id, item]));
    this.items = this.items.map((item) => {
      const now = said.get(item.id);
      return now && (now.f !== item.f || now.r !== item.r) ? { ...item, f: now.f, r: now.r } : item;
    });
  }

  change(ids, values) {
    const wanted = new Set(ids);
    this.items = this.items.map((item) => (wanted.has(item.id) ? { ...item, ...values } : item));
    this.say();
  }

  restart() {
    this.items = [];
    this.ids.clear();
    this.next = undefined;
    this.previous = null;
    this.stale = false;
    this.waiting = [];
    this.revision += 1;
    this.count();
    return this.more();
  }

  reveal() {
    if (!this.waiting.length) return;
    if (this.stale) { this.restart(); return; }
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
    if (this.total) this.total = { ...this.total, count: this.total.more ? this.total.count : Math.max(0, this.total.count - dropped.length) };
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
    if (low === 0 && this.previous !== null) return;
    this.items.splice(low, 0, this.known(item));
    this.revision += 1;
    this.say();
  }
}

const feeds = new Map();
const keyOf = ({ query, oldest, at }) => `${query}|${oldest ? "oldest" : ""}|${at}`;

export function feedOf(list) {
  const key = keyOf(list);
  let feed = feeds.get(key);
  if (!feed) {
    feed = new Feed(list);
    for (const other of feeds.values()) if (other.query === feed.query) feed.total = other.total; // counted already
    feeds.set(key, feed);
    if (feeds.size > 4) feeds.delete(feeds.keys().next().value);
  }
  return feed;
}

// Lists that don't show what has just changed begin anew when they are next looked at.
export function forgetOthers(feed) {
  for (const [key, other] of feeds) if (other !== feed) feeds.delete(key);
}
