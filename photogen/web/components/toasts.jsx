// What an island says by itself, with one thing to do about it: undo, mostly.
import { useCallback, useState } from "react";

// `toast(text, tone, { text, run })` shows one; the button runs `run` and closes it.
export function useToasts() {
  const [toasts, setToasts] = useState([]);
  const toast = useCallback((text, tone, action) => {
    const id = Math.random();
    const close = () => setToasts((all) => all.filter((x) => x.id !== id));
    setToasts((all) => [...all, { id, text, tone, action: action && { ...action, run: () => { close(); action.run(); } }, close }].slice(-3));
    setTimeout(close, action ? 10000 : 6000);
  }, []);
  return { toasts, toast };
}

export function Toasts({ toasts, words }) {
  return (
    <div className="island-toasts" role="status">
      {toasts.map((x) => (
        <div key={x.id} className="toast" data-tone={x.tone}>
          <p>{x.text}</p>
          {x.action && <button type="button" onClick={x.action.run}>{x.action.text}</button>}
          <button type="button" className="toast-close" aria-label={words.close} onClick={x.close}>×</button>
        </div>
      ))}
    </div>
  );
}
