// Moments and spans in words, each with a clock of its own; the server draws none, for it does not know the hour there.
import { useEffect, useState } from "react";

const UNITS = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];

// "5 minutes ago", the exact moment on hover; renews itself.
export function Ago({ at, className }) {
  const [now, setNow] = useState(null);
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 20000);
    return () => clearInterval(timer);
  }, []);
  if (!at) return null;
  const lang = typeof document === "undefined" ? "en" : document.documentElement.lang || "en";
  const date = new Date(at);
  const seconds = now === null ? 0 : (date.getTime() - now) / 1000;
  const [unit, size] = UNITS.find(([, s]) => Math.abs(seconds) >= s) ?? ["second", 1];
  const words = now === null ? "" : Math.abs(seconds) < 45
    ? new Intl.RelativeTimeFormat(lang, { numeric: "auto" }).format(0, "second")
    : new Intl.RelativeTimeFormat(lang, { numeric: "auto" }).format(Math.round(seconds / size), unit);
  const exact = now === null ? undefined : new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "medium" }).format(date);
  return <time className={className} dateTime={at} title={exact}>{words}</time>;
}

// A running clock, "1:04", from `since` (ISO) until `until` (ISO) or now.
export function Elapsed({ since, until, className }) {
  const [now, setNow] = useState(null);
  useEffect(() => {
    setNow(Date.now());
    if (until) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [until]);
  if (!since || now === null) return null;
  const total = Math.max(0, Math.round(((until ? Date.parse(until) : now) - Date.parse(since)) / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  return <span className={`num ${className ?? ""}`}>{h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`}</span>;
}

// What is left until a moment, by the second; nothing once it is over.
export function Until({ at, className }) {
  const [now, setNow] = useState(null);
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [at]);
  const left = at && now !== null ? Math.round((Date.parse(at) - now) / 1000) : 0;
  if (!(left > 0)) return null;
  const two = (n) => String(n).padStart(2, "0");
  const text = `${Math.floor(left / 3600)}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
  return <span className={`num ${className ?? ""}`} role="timer" aria-live="off">{text}</span>;
}
