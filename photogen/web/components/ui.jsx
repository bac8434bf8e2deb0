// What plain HTML can't do by itself, kept small: each island owns one element and speaks to the page by events.
import { Children, useCallback, useContext, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { ColorModeContext, EventLoopContext } from "$/utils/context-registry";
import { ReflexEvent } from "$/utils/state";
import { useLocation } from "react-router";
import { paintThumbHash } from "./thumbhash.js";

// --- fields -----------------------------------------------------------------------------------------------------

// A text field that answers at once: typing stays here, the page hears of it after `wait` ms or on leaving the field.
export function TextInput({ value, rows, wait = 250, onChange, ...props }) {
  const [text, setText] = useState(value ?? "");
  const sent = useRef(value ?? "");
  const timer = useRef();
  useEffect(() => {
    if (value !== undefined && value !== sent.current) {
      sent.current = value;
      setText(value);
    }
  }, [value]);
  const flush = useCallback((next) => {
    clearTimeout(timer.current);
    if (next !== sent.current) {
      sent.current = next;
      onChange?.(next);
    }
  }, [onChange]);
  const edit = (event) => {
    const next = event.target.value;
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => flush(next), wait);
  };
  const leave = (event) => { flush(text); props.onBlur?.(event); };
  // Enter sends the form: the page must have heard of the last letters by then. Ctrl+Enter does so from several lines.
  const enter = (event) => {
    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
    if (!rows) flush(text);
    else if (event.ctrlKey || event.metaKey) { flush(text); event.preventDefault(); event.target.form?.requestSubmit(); }
  };
  const Tag = rows ? "textarea" : "input";
  return <Tag {...props} rows={rows} value={text} onChange={edit} onBlur={leave} onKeyDown={enter} />;
}

// A number with a slider and a field that always agree. `scale="log"` spreads powers of ten evenly (learning rates).
export function NumberInput({ id, name, label, describedBy, value, min, max, step = 1, scale, disabled, invalid, slider = true, onChange }) {
  const [text, setText] = useState(String(value ?? ""));
  const sent = useRef(value);
  const timer = useRef();
  useEffect(() => {
    if (value !== sent.current) { sent.current = value; setText(String(value ?? "")); }
  }, [value]);
  const send = (raw) => {
    clearTimeout(timer.current);
    const number = Number(raw);
    if (raw !== "" && Number.isFinite(number) && number !== sent.current) { sent.current = number; onChange?.(number); }
  };
  const commit = (raw, wait) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => send(raw), wait);
  };
  const settle = () => {
    const number = Number(text);
    const fixed = text === "" || !Number.isFinite(number) ? sent.current : Math.min(max, Math.max(min, number));
    setText(String(fixed ?? ""));
    send(String(fixed ?? ""));  // at once: what takes the focus may be the button that sends the form
  };
  const log = scale === "log";
  const number = Number(text) || min;
  const position = log ? (Math.log(number / min) / Math.log(max / min)) * 1000 : number;
  const slide = (event) => {
    const raw = Number(event.target.value);
    const next = log ? Number((min * Math.pow(max / min, raw / 1000)).toPrecision(2)) : raw;
    setText(String(next));
    commit(String(next), 120);
  };
  return (
    <div className="flex items-center gap-3">
      {slider && (
        <input type="range" className="slider" tabIndex={-1} aria-hidden="true" disabled={disabled}
          min={log ? 0 : min} max={log ? 1000 : max} step={log ? 1 : step} value={position} onChange={slide} onPointerUp={settle} />
      )}
      <input id={id} name={name} type="number" inputMode="decimal" className={slider ? "input w-24! shrink-0 text-right" : "input"} aria-label={label}
        aria-describedby={describedBy} aria-invalid={invalid || undefined} disabled={disabled} min={min} max={max} step={log ? "any" : step}
        value={text} onChange={(e) => { setText(e.target.value); const n = Number(e.target.value); if (n >= min && n <= max) commit(e.target.value, 250); }} onBlur={settle}
        onKeyDown={(e) => { if (e.key === "Enter") settle(); }} />
    </div>
  );
}

// A radio button or a tick that answers at once: the browser keeps its state, the page's value is put in when it changes.
export function Choice({ type, checked, onChange, ...props }) {
  const ref = useRef(null);
  useEffect(() => { ref.current.checked = !!checked; }, [checked]);
  const tell = (event) => onChange?.(type === "radio" ? event.target.value : event.target.checked);
  return <input {...props} ref={ref} type={type} defaultChecked={!!checked} onChange={tell} />;
}

// --- overlays ---------------------------------------------------------------------------------------------------

// <dialog> traps and gives back the focus itself. A click on the backdrop and Esc ask to close, unless `locked`.
// `first` selects what gets the focus at the start.
export function Dialog({ open, locked, onClose, className = "", label, children, id, first = ":is(input, textarea, select):not([type=hidden]), .dialog-foot button" }) {
  const ref = useRef(null);
  useEffect(() => {
    const dialog = ref.current;
    if (open && !dialog.open) {
      dialog.showModal();
      dialog.querySelector(first)?.focus();
    }
    if (!open && dialog.open) dialog.close();
  }, [open]);
  useBeforePaint(() => { // taken out of the page while open: only closing gives the focus back
    const dialog = ref.current;
    return () => { if (dialog.open) dialog.close(); };
  }, []);
  const ask = () => { if (!locked) onClose?.(); };
  return (
    <dialog id={id} ref={ref} className={`dialog ${className}`} aria-label={label}
      onCancel={(e) => { e.preventDefault(); ask(); }}
      onMouseDown={(e) => { if (e.target === ref.current) ask(); }}>
      {open ? children : null}
    </dialog>
  );
}

// A button with a list of actions: arrows, Home, End, Esc; closes on a choice and on a click elsewhere.
// The first child is what the button shows.
// `plain` makes it a panel of anything instead of a menu of actions.
export function Menu({ label, plain, triggerClass = "", listClass = "", children }) {
  const [trigger, ...actions] = Children.toArray(children);
  const [open, setOpen] = useState(false);
  const root = useRef(null);
  const id = useId();
  useEffect(() => {
    if (!open) return;
    const items = () => [...root.current.querySelectorAll('[role="menuitem"]')];
    if (!plain) items()[0]?.focus();
    const away = (e) => { if (!root.current.contains(e.target)) setOpen(false); };
    const key = (e) => {
      const all = items();
      const at = all.indexOf(document.activeElement);
      const go = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[e.key];
      if (go !== undefined && !plain) { e.preventDefault(); all[(go + all.length) % all.length]?.focus(); }
      if (e.key === "Escape" || (e.key === "Tab" && !plain)) { setOpen(false); if (e.key === "Escape") root.current.querySelector("button").focus(); }
    };
    document.addEventListener("pointerdown", away);
    document.addEventListener("keydown", key);
    return () => { document.removeEventListener("pointerdown", away); document.removeEventListener("keydown", key); };
  }, [open]);
  return (
    <div ref={root} className="menu">
      <button type="button" className={triggerClass} aria-label={label} aria-haspopup={plain ? undefined : "menu"} aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => setOpen(!open)}>
        {trigger}
      </button>
      {open && <div id={id} role={plain ? "group" : "menu"} aria-label={label} className={`menu-list ${listClass}`}
        onClick={(e) => { if (e.target.closest('[role="menuitem"], a')) setTimeout(() => setOpen(false)); }}>{actions}</div>}
    </div>
  );
}

// --- messages ---------------------------------------------------------------------------------------------------

// Toasts of the server, shown once each: ids are sortable, the newest that was seen survives a reload of the tab.
export function Toasts({ items, closeLabel, codeLabel }) {
  const [shown, setShown] = useState([]);
  const [addEvents] = useContext(EventLoopContext);
  const timers = useRef(new Map());
  const close = useCallback((id) => { clearTimeout(timers.current.get(id)); setShown((all) => all.filter((x) => x.id !== id)); }, []);
  useEffect(() => {
    const seen = sessionStorage.getItem("toast") ?? "";
    const fresh = (items ?? []).filter((x) => x.id > seen);
    if (!fresh.length) return;
    sessionStorage.setItem("toast", fresh[fresh.length - 1].id);
    setShown((all) => [...all, ...fresh].slice(-4));
    for (const x of fresh) if (x.tone !== "bad") timers.current.set(x.id, setTimeout(() => close(x.id), x.action ? 10000 : 5000));
  }, [items, close]);
  useEffect(() => () => timers.current.forEach(clearTimeout), []);
  const act = (x) => { addEvents([ReflexEvent(x.event, x.payload)], []); close(x.id); };
  const list = (bad) => (
    <div role={bad ? "alert" : "status"} aria-live={bad ? "assertive" : "polite"} className="contents">
      {shown.filter((x) => (x.tone === "bad") === bad).map((x) => (
        <div key={x.id} className="toast" data-tone={x.tone}>
          <p>{x.text}{x.code && <span className="block mt-1 text-muted">{codeLabel} <span className="code">{x.code}</span></span>}</p>
          {x.action && <button type="button" onClick={() => act(x)}>{x.action}</button>}
          <button type="button" className="toast-close" aria-label={closeLabel} onClick={() => close(x.id)}>×</button>
        </div>
      ))}
    </div>
  );
  return <div className="toasts">{list(false)}{list(true)}</div>;
}

// A quiet word when the connection has been away for longer than a blink.
export function Offline({ text }) {
  const [, errors] = useContext(EventLoopContext);
  const [late, setLate] = useState(false);
  const away = errors.length > 0;
  useEffect(() => {
    if (!away) { setLate(false); return; }
    const timer = setTimeout(() => setLate(true), 1200);
    return () => clearTimeout(timer);
  }, [away]);
  return <div role="status">{late && <div className="offline"><span className="spinner" aria-hidden="true" />{text}</div>}</div>;
}

// A link past what every page has, into the page's own content: the router would change the address and leave the focus.
export function SkipLink({ to, className, children }) {
  const skip = (event) => {
    event.preventDefault();
    const content = document.getElementById(to);
    content.focus({ preventScroll: true });
    content.scrollIntoView();
  };
  return <a href={`#${to}`} className={className} onClick={skip}>{children}</a>;
}

// A part of a page that an address may name (#packs): it may come long after the browser has looked for it.
export function Anchored({ id, className, children }) {
  const part = useRef(null);
  const { hash, key } = useLocation();
  useEffect(() => { if (hash === `#${id}`) part.current.scrollIntoView(); }, [hash, key, id]);
  return <div ref={part} id={id} className={className}>{children}</div>;
}

// What is gone through part by part: when `at` changes, the next part begins at its top, for eyes and for readers.
export function Part({ at, label, children }) {
  const ref = useRef(null);
  const was = useRef(at);
  useEffect(() => {
    if (was.current === at) return;
    was.current = at;
    ref.current.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [at]);
  return <div ref={ref} role="group" aria-label={label} tabIndex={-1} className="outline-none!">{children}</div>;
}

// Where what one has begun appears: brought into view when `at` changes, if it is below the screen's end (on a phone).
export function Reveal({ at, label, className, children }) {
  const ref = useRef(null);
  const was = useRef(at);
  useEffect(() => {
    if (was.current === at) return;
    was.current = at;
    if (!at || ref.current.getBoundingClientRect().top < window.innerHeight - 160) return;
    ref.current.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }, [at]);
  return <section ref={ref} aria-label={label} className={className}>{children}</section>;
}

// --- small things -----------------------------------------------------------------------------------------------

// Dark, light or as the system does; kept in a cookie too, which outlives the storage cleared at log-out.
export function ThemeSwitch({ labels, label }) {
  const { rawColorMode, setColorMode } = useContext(ColorModeContext);
  const [mounted, setMounted] = useState(false);
  useEffect(() => setMounted(true), []);
  const choose = (mode) => {
    setColorMode(mode);
    document.cookie = `theme=${mode}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
  };
  return (
    <div role="radiogroup" aria-label={label} className="segmented">
      {["system", "light", "dark"].map((mode) => {
        const on = mounted && rawColorMode === mode;
        return <button key={mode} type="button" role="radio" aria-checked={on} onClick={() => choose(mode)}>{labels[mode]}</button>;
      })}
    </div>
  );
}

const useBeforePaint = typeof window === "undefined" ? useEffect : useLayoutEffect;

// A picture whose space is kept, whose blurred look (`preview`, a ThumbHash in base64) comes first, and which fades in
// once; one that the browser has at hand is there at once.
export function Picture({ src, src2x, alt, ratio, preview, eager, className = "", sizes }) {
  const canvas = useRef(null);
  const image = useRef(null);
  const [state, setState] = useState("waiting");
  useBeforePaint(() => {
    const [wide, high] = String(ratio || "1").split("/").map(Number);
    if (canvas.current) paintThumbHash(canvas.current, preview, wide / (high || 1));
  }, [preview, ratio]);
  useBeforePaint(() => {
    setState(image.current?.complete && image.current.naturalWidth ? "at-once" : "waiting");
  }, [src]);
  return (
    <div className={`picture ${className}`} style={{ aspectRatio: ratio || "1" }}>
      {preview && <canvas ref={canvas} width="18" height="18" aria-hidden="true" />}
      {src && <img ref={image} src={src} srcSet={src2x ? `${src} 1x, ${src2x} 2x` : undefined} sizes={sizes} alt={alt} loading={eager ? "eager" : "lazy"} decoding="async"
        data-state={state} onLoad={() => setState((now) => (now === "waiting" ? "loaded" : now))} onError={() => setState("lost")} />}
    </div>
  );
}

// --- native forms -----------------------------------------------------------------------------------------------

// Reads the flash that a refused form post left, once: puts the words where they belong and what was typed back into the fields.
export function FormFlash({ form, codeLabel }) {
  const ref = useRef(null);
  const [said, setSaid] = useState(null);
  useEffect(() => {
    const owner = ref.current.closest("form");
    const busy = () => owner.querySelector('[type="submit"]')?.setAttribute("aria-busy", "true");
    const back = () => owner.querySelector('[type="submit"]')?.removeAttribute("aria-busy");
    owner.addEventListener("submit", busy);
    window.addEventListener("pageshow", back);
    const found = document.cookie.match(/(?:^|; )flash="?([A-Za-z0-9_=-]+)"?/);
    if (found) {
      try {
        const flash = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(found[1].replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0))));
        if (flash.form === form) {
          document.cookie = "flash=; path=/; max-age=0; samesite=lax";
          for (const [name, value] of Object.entries(flash.values ?? {})) if (owner.elements[name]) owner.elements[name].value = value;
          const field = flash.field && owner.elements[flash.field];
          const place = flash.field && owner.querySelector(`[data-error="${CSS.escape(flash.field)}"]`);
          if (field && place) {
            place.textContent = flash.text;
            place.hidden = false;
            field.setAttribute("aria-invalid", "true");
            field.focus();
            field.addEventListener("input", () => { place.hidden = true; field.removeAttribute("aria-invalid"); }, { once: true });
          } else {
            setSaid(flash);
            const empty = [...owner.elements].find((e) => e.name && !e.value && e.type !== "hidden");
            empty?.focus();
          }
        }
      } catch { /* a cookie that is not ours says nothing */ }
    }
    const next = new URLSearchParams(location.search).get("next");
    if (next && owner.elements.next) owner.elements.next.value = next;
    return () => { owner.removeEventListener("submit", busy); window.removeEventListener("pageshow", back); };
  }, [form]);
  return (
    <div ref={ref} role={said?.tone === "good" ? "status" : "alert"} className="empty:hidden">
      {said && <div className="notice" data-tone={said.tone}><p>{said.text}{said.code === "internal" && <span className="block">{codeLabel} <span className="code">{said.code}</span></span>}</p></div>}
    </div>
  );
}

// --- copying ----------------------------------------------------------------------------------------------------

// A word with the button that copies it; says for a moment that it did.
export function CopyButton({ text, label, doneLabel, className }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 1600);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch { // plain http on another host than localhost has no clipboard
      const area = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    setDone(true);
  };
  return (
    <button type="button" className={className} onClick={copy} title={label}>
      <span className="code">{text}</span>
      <span aria-live="polite">{done ? doneLabel : label}</span>
    </button>
  );
}
