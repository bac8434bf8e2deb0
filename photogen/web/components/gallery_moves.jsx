// Into the trash and out of it, at once and with a way back; and what is said about it.
import { useCallback, useState } from "react";
import { forgetOthers, post } from "./gallery_feed.js";
import { reason } from "./gallery_parts.jsx";

export function useMoves(feed, words) {
  const [toasts, setToasts] = useState([]);

  const toast = useCallback((text, tone, action) => {
    const id = Math.random();
    const close = () => setToasts((all) => all.filter((x) => x.id !== id));
    setToasts((all) => [...all, { id, text, tone, action: action && { ...action, run: () => { close(); action.run(); } }, close }].slice(-3));
    setTimeout(close, action ? 10000 : 6000);
  }, []);

  const move = useCallback(async (item, undo) => {
    const away = feed.trash ? "restore" : "trash";
    feed.drop([item.id]);
    forgetOthers(feed);
    try {
      await post(`/api/images/${away}`, { ids: [item.id] });
    } catch (error) {
      feed.insert(item);
      toast(`${reason(error, words)} (${error.code})`, "bad");
      return;
    }
    if (!undo) return;
    const back = async () => {
      try {
        await post(`/api/images/${away === "trash" ? "restore" : "trash"}`, { ids: [item.id] });
        feed.insert(item);
      } catch (error) {
        toast(`${reason(error, words)} (${error.code})`, "bad");
      }
    };
    toast(away === "trash" ? words.trashed : words.restored, "good", { text: words.undo, run: back });
  }, [feed, toast, words]);

  return { toasts, toast, move };
}

export function Toasts({ toasts, words }) {
  return (
    <div className="gallery-toasts" role="status">
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
