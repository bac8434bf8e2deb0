// Into the trash and out of it, at once and with a way back; and what is said about it.
import { useCallback } from "react";
import { forgetOthers, post } from "./gallery_feed.js";
import { reason } from "./gallery_parts.jsx";
import { useToasts } from "./toasts.jsx";

export function useMoves(feed, words) {
  const { toasts, toast } = useToasts();

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
