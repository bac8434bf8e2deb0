// What the grid and the dialog have in common.

const PATHS = {
  search: "m21 21-4.3-4.3M19 11a8 8 0 1 1-16 0 8 8 0 0 1 16 0Z",
  alert: "M12 8v5m0 3h.01M22 12a10 10 0 1 1-20 0 10 10 0 0 1 20 0Z",
  trash: "M3 6h18M8 6V4a2 2 0 0 1 2-2h4a2 2 0 0 1 2 2v2m3 0-1 14a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2L5 6m5 5v6m4-6v6",
  images: "M18 22H4a2 2 0 0 1-2-2V6m20 7-1.3-1.3a2.4 2.4 0 0 0-3.4 0L11 18M8 2h12a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2Zm6 6a2 2 0 1 1-4 0 2 2 0 0 1 4 0Z",
  up: "m5 12 7-7 7 7M12 19V5",
  left: "m15 18-6-6 6-6",
  right: "m9 18 6-6-6-6",
  close: "M18 6 6 18M6 6l12 12",
  download: "M12 3v12m5-5-5 5-5-5M5 21h14",
  more: "M4.5 12a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0M11.5 12a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0M18.5 12a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0",
  copy: "M10 8h10a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H10a2 2 0 0 1-2-2V10a2 2 0 0 1 2-2ZM4 16a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2h10a2 2 0 0 1 2 2",
  check: "m5 12.5 4.5 4.5L19 7.5",
  restore: "M3 12a9 9 0 1 0 3-6.7L3 8m0-5v5h5",
  reuse: "M15 4V2m0 14v-2M8 9h2m10 0h2m-4.2 2.8L19 13M17.8 6.2 19 5M3 21l9-9m.2-5.8L11 5",
  heart: "M20.8 5.6a5.4 5.4 0 0 0-7.7 0L12 6.7l-1.1-1.1a5.4 5.4 0 1 0-7.7 7.7L12 22l8.8-8.7a5.4 5.4 0 0 0 0-7.7Z",
  star: "m12 3 2.8 5.7 6.2.9-4.5 4.4 1.1 6.2-5.6-3-5.6 3 1.1-6.2L3 9.6l6.2-.9L12 3Z",
  album: "M4 6V5a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v1M4 8h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2v-9a2 2 0 0 1 2-2Z",
  compare: "M12 3v18M9 5H5a2 2 0 0 0-2 2v10a2 2 0 0 0 2 2h4m6-14h4a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-4",
  edit: "M12 20h9M16.5 3.5a2.1 2.1 0 0 1 3 3L7 19l-4 1 1-4L16.5 3.5Z",
  keys: "M4 5h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2Zm3 4h.01M11 9h.01M15 9h.01M8 15h8",
  justified: "M3 4h10v7H3zM16 4h5v7h-5zM3 14h5v6H3zM11 14h10v6H11z",
  square: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z",
  list: "M9 6h12M9 12h12M9 18h12M4 6h.01M4 12h.01M4 18h.01",
  share: "M4 12v8a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-8M16 6l-4-4-4 4m4-4v13",
  link: "M10 13a5 5 0 0 0 7.5.5l3-3a5 5 0 0 0-7-7l-1.7 1.7M14 11a5 5 0 0 0-7.5-.5l-3 3a5 5 0 0 0 7 7l1.7-1.7",
  expand: "M15 3h6v6m-12 12H3v-6m18-12-7 7M3 21l7-7",
};

export function Icon({ name, full }) {
  return (
    <svg viewBox="0 0 24 24" width="18" height="18" fill={full ? "currentColor" : "none"} stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

export const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

export const lang = () => document.documentElement.lang || "en";

// One of each kind: they are slow to make, and the browser clears thousands of them away in one long task.
const formats = new Map();
const formatOf = (Kind, options) => {
  const key = `${Kind.name} ${lang()} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Kind(lang(), options));
  return formats.get(key);
};

export const number = (value, digits = 2) => formatOf(Intl.NumberFormat, { maximumFractionDigits: digits }).format(value);

export const dollars = (value) => formatOf(Intl.NumberFormat, { style: "currency", currency: "USD" }).format(value);

// "March 2026" for 202603.
export const monthName = (month, style = "long") =>
  formatOf(Intl.DateTimeFormat, { month: style, year: "numeric", timeZone: "UTC" }).format(Date.UTC(Math.floor(month / 100), (month % 100) - 1));

// "1,234 pictures", "5,000+ pictures".
export const counted = ({ count, more }, words) =>
  (more ? fill(words.countMore, { n: number(count) }) : fill(count === 1 ? words.countOne : words.countMany, { n: number(count) }));

// What to say of an error: the server's own sentence, or that it could not be reached.
export const reason = (error, words) => error.message || (error.code === "network" ? words.offline : words.broken);

// Addresses of a picture's sizes; thumbnails are named by their longest side.
export function media(item) {
  const at = `/media/images/${item.id}`;
  const wide = (side) => Math.round(item.w >= item.h ? Math.min(side, item.w) : (Math.min(side, item.h) * item.w) / item.h);
  return { src: `${at}/512`, srcSet: `${at}/512 ${wide(512)}w, ${at}/1024 ${wide(1024)}w`, large: `${at}/1024`, original: `${at}/original` };
}
