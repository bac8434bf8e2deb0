// What the coach says of a photo set, and what is done about it. Nothing of this is React.

const WAIT = 120; // ms: several changes at once are one question

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const edited = (photo) => ({ rotation: photo.rotation, crop: photo.crop });

// `uploads` asks for it and knows when photos come and go; `report` and `photo(id)` are what was said last.
export class Coach {
  constructor(uploads) {
    this.uploads = uploads;
    this.listeners = new Set();
    this.photos = new Map();
    this.report = null;
    this.marked = new Set();
    this.problem = "";
    this.acting = 0;
    this.overtaken = false; // two answers crossed: neither may show what both did
    this.asked = 0; // number of the newest question: an older answer that comes later is not believed
    this.setId = "";
    this.query = "";
    this.snapshot = this.look();
    uploads.changed = this.consult;
  }

  subscribe = (listener) => { this.listeners.add(listener); return () => this.listeners.delete(listener); };

  getSnapshot = () => this.snapshot;

  look() { return { photos: this.photos, report: this.report, marked: this.marked, problem: this.problem, busy: this.acting > 0 }; }

  say() { this.snapshot = this.look(); for (const listener of this.listeners) listener(); }

  // What counts as good depends on the subject, and captions on the trigger word.
  open(setId, subject, triggerWord) {
    const query = new URLSearchParams({ subject, trigger_word: triggerWord }).toString();
    if (!setId || (setId === this.setId && query === this.query)) return;
    if (setId !== this.setId) { this.photos = new Map(); this.report = null; this.marked = new Set(); }
    this.setId = setId;
    this.query = query;
    this.consult();
  }

  close() { clearTimeout(this.timer); this.asked += 1; }

  consult = () => {
    clearTimeout(this.timer);
    if (!this.setId) return;
    // Asked beside a change, it could be answered from before it, and the change's own answer would count as older.
    this.timer = setTimeout(() => {
      if (this.acting) this.overtaken = true;
      else this.ask("coach").catch(() => {});
    }, WAIT);
  };

  async ask(rest, method = "GET", body = undefined) {
    const number = ++this.asked;
    const setId = this.setId;
    try {
      const said = await this.uploads.ask(`/api/photosets/${setId}/${rest}?${this.query}`, {
        method, ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
      });
      this.problem = "";
      if (number === this.asked && setId === this.setId) this.take(said);
      return said;
    } catch (error) {
      this.problem = error.message;
      throw error;
    } finally {
      this.say();
    }
  }

  take({ photos, report }) {
    this.photos = new Map(photos.map((photo) => [photo.id, photo]));
    this.report = report;
    this.marked = new Set([...this.marked].filter((id) => this.photos.has(id)));
  }

  mark(ids) {
    this.marked = new Set(same([...this.marked], ids) ? [] : ids);
    this.say();
  }

  // --- what can be done: most of it gives a function that takes it back ---

  async act(steps) {
    this.acting += 1;
    if (this.acting > 1) this.overtaken = true;
    this.say();
    try {
      for (const step of steps) await this.ask(...step);
    } finally {
      this.acting -= 1;
      if (!this.acting && this.overtaken) { this.overtaken = false; this.consult(); }
      this.say();
    }
  }

  drop = (photo) => this.put(photo, "drop");

  keep = (photo) => this.put(photo, "keep");

  check = (photo) => this.put(photo, "check");

  restore = (photo) => this.put(photo, "restore");

  async put(photo, verb) {
    const before = this.photos.get(photo.id) ?? photo;
    await this.act([[`photos/${photo.id}/${verb}`, "POST"]]);
    return () => this.back([before]);
  }

  async edit(photo, edit) {
    const before = this.photos.get(photo.id) ?? photo;
    await this.act([[`photos/${photo.id}/edit`, "PUT", edit]]);
    return () => this.back([before]);
  }

  caption = (photo, text) => this.act([[`photos/${photo.id}/caption`, "PUT", { text }]]);

  async captionAll() {
    const before = [...this.photos.values()];
    await this.act([["captions", "POST"]]);
    return () => this.back(before);
  }

  async applyAll() {
    const before = [...this.photos.values()];
    await this.act([["fixes", "POST"]]);
    const changed = before.filter((was) => {
      const is = this.photos.get(was.id);
      return is && (was.dropped !== is.dropped || !same(edited(was), edited(is)));
    });
    return { changed: changed.length, undo: () => this.back(before) };
  }

  // Every photo as it was then, where it is otherwise now.
  async back(before) {
    const steps = [];
    for (const was of before) {
      const is = this.photos.get(was.id);
      if (!is) continue;
      if (was.dropped !== is.dropped) steps.push([`photos/${was.id}/${was.dropped ? "drop" : "restore"}`, "POST"]);
      if (was.kept !== is.kept) steps.push([`photos/${was.id}/${was.kept ? "keep" : "check"}`, "POST"]);
      if (!same(edited(was), edited(is))) steps.push([`photos/${was.id}/edit`, "PUT", edited(was)]);
      if (was.caption !== is.caption) steps.push([`photos/${was.id}/caption`, "PUT", { text: was.caption }]);
    }
    await this.act(steps);
  }
}
