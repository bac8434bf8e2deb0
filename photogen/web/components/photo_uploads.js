// The uploads of one photo set: a queue of files, what became of each, and their order. Nothing of this is React.

const PARALLEL = 3;
const ORDER_WAIT = 400; // ms after the last move before the order is saved

const endpoint = (setId, rest = "") => `/api/photosets/${setId}/photos${rest}`;

// Not crypto.randomUUID: that is missing where the page is served over plain http to another machine.
function newUploadId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const previewable = (file) => /^image\/(jpeg|png|webp|gif|bmp|avif|svg\+xml)$/.test(file?.type ?? "") && file.size > 0;

// An item: { key, name, file, state, progress, photo, message, resume }
// state: waiting | sending | judging | accepted | rejected | failed
export class Uploads {
  constructor(maxBytes, words) {
    this.maxBytes = maxBytes;
    this.words = words;
    this.setId = "";
    this.items = [];
    this.listeners = new Set();
    this.requests = new Map();
    this.offline = false;
    this.problem = "";
    this.loaded = false;
    this.changed = () => {}; // photos came or went
    this.snapshot = this.look();
  }

  subscribe = (listener) => { this.listeners.add(listener); return () => this.listeners.delete(listener); };

  getSnapshot = () => this.snapshot;

  look() {
    const count = (...states) => this.items.filter((item) => states.includes(item.state)).length;
    return {
      items: [...this.items],
      accepted: count("accepted"),
      rejected: count("rejected"),
      failed: count("failed"),
      busy: count("waiting", "sending", "judging"),
      offline: this.offline,
      problem: this.problem,
      loaded: this.loaded,
    };
  }

  say() { this.snapshot = this.look(); for (const listener of this.listeners) listener(); }

  change(item, fields) {
    const at = this.items.findIndex((other) => other.key === item.key);
    if (at < 0) return;
    this.items[at] = { ...this.items[at], ...fields };
    this.say();
  }

  current(item) { return this.items.find((other) => other.key === item.key); }

  // --- what is there already ---

  async open(setId) {
    if (!setId || setId === this.setId) return;
    if (this.setId) { this.close(); this.items = []; }
    this.setId = setId;
    await this.reload();
    this.pump();
  }

  async reload() {
    const setId = this.setId;
    try {
      const said = await this.ask(endpoint(setId));
      if (setId !== this.setId) return;
      const here = new Set(this.items.map((item) => item.key));
      const known = said.photos.filter((photo) => !here.has(photo.upload_id)).map((photo) => this.settled({ key: photo.upload_id, name: photo.name }, photo));
      this.items = [...known, ...this.items];
      this.problem = "";
      this.loaded = true;
    } catch (error) {
      this.problem = error.message || this.words.unreachable;
    }
    this.say();
  }

  close() {
    for (const request of this.requests.values()) request.abort();
    this.requests.clear();
    clearTimeout(this.timer);
    for (const item of this.items) if (item.preview) URL.revokeObjectURL(item.preview);
  }

  async ask(url, options = {}) {
    let response;
    try {
      response = await fetch(url, { credentials: "same-origin", ...options });
    } catch {
      throw new Error(this.words.unreachable);
    }
    if (response.status === 401) this.logIn();
    const said = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(said.error?.message ?? this.words.broken);
    return said;
  }

  logIn() { location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`); }

  // --- new files ---

  add(files) {
    const fresh = [...files].map((file) => {
      const item = { key: newUploadId(), name: file.name || "photo", file, state: "waiting", progress: 0, photo: null, message: "" };
      if (file.size <= this.maxBytes) return item;
      const megabytes = (file.size / 1e6).toFixed(1);
      return { ...item, file: null, state: "rejected", message: this.words.tooBig.replace("{mb}", megabytes) };
    });
    this.items = [...this.items, ...fresh];
    this.say();
    this.pump();
  }

  pump() {
    if (!this.setId || this.offline) return;
    for (const item of this.items) {
      if (this.requests.size >= PARALLEL) return;
      if (item.state === "waiting" && !(item.resume > Date.now())) this.send(item);
    }
  }

  send(item) {
    const request = new XMLHttpRequest();
    this.requests.set(item.key, request);
    this.change(item, { state: "sending", progress: 0, message: "" });
    const done = (fields) => {
      if (this.requests.get(item.key) !== request) return;
      this.requests.delete(item.key);
      this.change(item, fields);
      this.pump();
      if (fields.state === "accepted") this.changed();
      if (!this.look().busy) this.saveOrder();
    };
    request.open("POST", endpoint(this.setId));
    request.setRequestHeader("content-type", "application/octet-stream");
    request.setRequestHeader("x-upload-id", item.key);
    request.setRequestHeader("x-file-name", encodeURIComponent(item.name.slice(-255)));
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) this.change(item, { progress: event.loaded / event.total });
    };
    request.upload.onload = () => this.change(item, { state: "judging", progress: 1 });
    request.onload = () => this.answered(item, request, done);
    request.onerror = () => done({ state: "failed", message: this.words.interrupted });
    request.ontimeout = request.onerror;
    request.timeout = 10 * 60 * 1000;
    request.send(item.file);
  }

  answered(item, request, done) {
    let said = {};
    try { said = JSON.parse(request.responseText); } catch { /* not ours: a proxy's page */ }
    if (request.status === 200 && said.photo) {
      done(this.settled(item, said.photo));
    } else if (request.status === 401) {
      this.logIn();
    } else if (request.status === 429) {
      const seconds = Math.min(120, Number(request.getResponseHeader("retry-after")) || 5);
      done({ state: "waiting", progress: 0, resume: Date.now() + seconds * 1000 });
      setTimeout(() => this.pump(), seconds * 1000 + 50);
    } else if (request.status === 413) {
      done({ state: "rejected", message: said.error?.message ?? this.words.broken });
    } else {
      done({ state: "failed", message: said.error?.message ?? this.words.broken });
    }
  }

  settled(item, photo) {
    const accepted = photo.status === "accepted";
    return {
      ...item,
      photo,
      file: null,
      state: accepted ? "accepted" : "rejected",
      message: photo.problem,
      preview: !accepted && previewable(item.file) ? URL.createObjectURL(item.file) : "",
    };
  }

  retry(item) {
    this.change(item, { state: "waiting", message: "", progress: 0 });
    this.pump();
  }

  retryAll() {
    this.items = this.items.map((item) => (item.state === "failed" ? { ...item, state: "waiting", message: "", progress: 0 } : item));
    this.say();
    this.pump();
  }

  connection(online) {
    this.offline = !online;
    this.say();
    if (online) { if (!this.loaded && this.setId) this.reload(); this.retryAll(); }
  }

  // --- taking out and putting in order ---

  async remove(item) {
    const { state, photo } = this.current(item) ?? item;
    const request = this.requests.get(item.key);
    const before = this.items;
    this.items = this.items.filter((other) => other.key !== item.key);
    if (item.preview) URL.revokeObjectURL(item.preview);
    if (request && state === "sending") {
      this.requests.delete(item.key);
      request.abort();
    } else if (request) {
      // All bytes are there, so it will become a photo: it is taken out again as soon as it has an id.
      request.onload = () => {
        this.requests.delete(item.key);
        try { this.discard(JSON.parse(request.responseText).photo.id); } catch { /* refused: nothing to take out */ }
        this.pump();
      };
    }
    this.say();
    this.pump();
    if (!photo) return;
    try {
      await this.discard(photo.id);
    } catch (error) {
      this.items = before.filter((other) => other.key === item.key || this.current(other));
      this.change(item, { message: error.message });
    }
  }

  async discard(photoId) {
    await this.ask(endpoint(this.setId, `/${photoId}`), { method: "DELETE" });
    this.changed();
  }

  // Moves an item by so many places, or to the place of another one.
  move(item, places) {
    const from = this.items.findIndex((other) => other.key === item.key);
    this.place(item, this.items[Math.max(0, Math.min(this.items.length - 1, from + places))]);
  }

  place(item, target) {
    const from = this.items.findIndex((other) => other.key === item.key);
    const to = this.items.findIndex((other) => other.key === target?.key);
    if (from < 0 || to < 0 || from === to) return;
    const [moved] = this.items.splice(from, 1);
    this.items.splice(to, 0, moved);
    this.say();
    this.saveOrder();
  }

  // After moves, and after a batch: photos arrive in the order in which they were judged, not in that of the list.
  saveOrder() {
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      const ids = this.items.filter((item) => item.photo).map((item) => item.photo.id);
      if (this.look().busy || ids.length < 2) return;
      try {
        await this.ask(`/api/photosets/${this.setId}/order`, {
          method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify({ ids }),
        });
        this.problem = "";
      } catch (error) {
        this.problem = error.message;
      }
      this.say();
    }, ORDER_WAIT);
  }
}
