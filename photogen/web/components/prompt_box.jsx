// The prompt: a text that grows, with suggestions below it. Typing stays here; the page hears of it a moment later and
// answers with what the text could become (`suggested.of` says which text that is about).
import { useCallback, useEffect, useId, useLayoutEffect, useRef, useState } from "react";

const useBeforePaint = typeof window === "undefined" ? useEffect : useLayoutEffect;
const WAIT = 180; // ms

export function PromptBox({ id, value, suggested, describedBy, invalid, placeholder, words, onChange, children }) {
  const [text, setText] = useState(value ?? "");
  const [typing, setTyping] = useState(false);
  const [at, setAt] = useState(-1);
  const sent = useRef(value ?? "");
  const timer = useRef();
  const area = useRef(null);
  const list = useId();

  useEffect(() => {
    if (value !== undefined && value !== sent.current) { sent.current = value; setText(value); setTyping(false); }
  }, [value]);
  useBeforePaint(() => { // browsers without `field-sizing`
    if (CSS.supports("field-sizing", "content")) return;
    area.current.style.height = "auto";
    area.current.style.height = `${area.current.scrollHeight + 2}px`;
  }, [text]);

  const flush = useCallback((next) => {
    clearTimeout(timer.current);
    if (next !== sent.current) { sent.current = next; onChange?.(next); }
  }, [onChange]);
  const edit = (event) => {
    const next = event.target.value;
    setText(next);
    setTyping(true);
    setAt(-1);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => flush(next), WAIT);
  };
  const found = typing && suggested?.of === text ? suggested.items : [];
  const open = found.length > 0;
  const take = (item) => {
    setText(item.text);
    setTyping(false);
    setAt(-1);
    flush(item.text);
    area.current.focus();
    requestAnimationFrame(() => area.current?.setSelectionRange(item.text.length, item.text.length));
  };
  const press = (event) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      setTyping(false);
      flush(text);
      event.preventDefault();
      event.target.form?.requestSubmit();
    } else if (open && (event.key === "ArrowDown" || event.key === "ArrowUp") && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      const count = found.length + 1; // none, then each
      setAt((now) => ((now + 1 + (event.key === "ArrowDown" ? 1 : count - 1)) % count) - 1);
    } else if (open && at >= 0 && found[at] && (event.key === "Enter" || event.key === "Tab")) {
      event.preventDefault();
      take(found[at]);
    } else if (open && event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      setTyping(false);
    }
  };
  return (
    <div className="prompt-box" data-invalid={invalid || undefined}>
      <textarea ref={area} id={id} name={id} rows={3} value={text} placeholder={placeholder} onChange={edit} onKeyDown={press}
        onBlur={() => { flush(text); setTyping(false); }} aria-describedby={describedBy} aria-invalid={invalid || undefined}
        aria-autocomplete="list" aria-haspopup="listbox" aria-controls={open ? list : undefined}
        aria-activedescendant={open && at >= 0 ? `${list}-${at}` : undefined} />
      <span role="status" className="sr-only">{open ? words.count.replace("{n}", found.length) : ""}</span>
      {open && (
        <ul id={list} role="listbox" aria-label={words.suggestions} className="prompt-list">
          {found.map((item, n) => (
            <li key={item.text} id={`${list}-${n}`} role="option" aria-selected={n === at} className="prompt-option"
              onPointerDown={(e) => e.preventDefault()} onClick={() => take(item)} dir="auto">
              <span className="prompt-option-text">{item.label}</span>
              <span className="prompt-option-from">{words[item.source]}</span>
            </li>
          ))}
        </ul>
      )}
      <div className="prompt-foot">{children}</div>
    </div>
  );
}
