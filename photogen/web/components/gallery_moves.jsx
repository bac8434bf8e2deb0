// What is done to pictures: at once in sight, then at the server, and with a way back; and what is said about it.
import { useCallback, useState } from "react";
import { forgetOthers, post } from "./gallery_feed.js";
import { counted, fill, number, reason } from "./gallery_parts.jsx";
import { forgetRecipes } from "./gallery_recipes.js";
import { useToasts } from "./toasts.jsx";

const MOST = 500; // pictures that one request names

const batches = (ids) => Array.from({ length: Math.ceil(ids.length / MOST) }, (_, n) => ids.slice(n * MOST, (n + 1) * MOST));

export function useMoves(feed, words) {
  const { toasts, toast } = useToasts();
  const [progress, setProgress] = useState("");

  const failed = useCallback((error) => toast(`${reason(error, words)} (${error.code})`, "bad"), [toast, words]);

  // What the list shows of it before the server has heard; gives what puts it back.
  const show = useCallback((act, items) => {
    const ids = items.map((item) => item.id);
    if (act.action === "favourite" || act.action === "unfavourite" || act.action === "rate") {
      const before = items.map((item) => [item.id, { f: item.f, r: item.r }]);
      feed.change(ids, act.action === "rate" ? { r: act.rating } : { f: act.action === "favourite" ? 1 : undefined });
      return () => { for (const [id, values] of before) feed.change([id], values); };
    }
    if (act.action === "add" || (act.action === "take" && !feed.query.includes(act.album))) return () => {};
    feed.drop(ids);
    return () => { for (const item of items) feed.insert(item); };
  }, [feed]);

  const said = useCallback((act, n) => {
    const amount = counted({ count: n }, words);
    return { trash: n === 1 ? words.trashed : fill(words.trashedMany, { n: amount }), restore: n === 1 ? words.restored : fill(words.restoredMany, { n: amount }),
      add: fill(words.addedTo, { n: amount, album: act.name }), take: fill(words.takenFrom, { n: amount, album: act.name }) }[act.action];
  }, [words]);

  const undoing = { trash: "trash", favourite: "favourite", add: "add" };

  // One thing to some pictures. `undo`: a way back is offered.
  const move = useCallback(async (act, items, undo = true) => {
    const { name, ...change } = act;
    const back = show(act, items);
    forgetOthers(feed);
    const moments = [];
    try {
      for (const ids of batches(items.map((item) => item.id))) {
        const answer = await post("/api/images/change", { do: change, ids });
        if (answer.changed) moments.push(answer.at);
      }
    } catch (error) {
      back();
      failed(error);
      return false;
    } finally { forgetRecipes(act); }
    const text = said(act, items.length);
    if (!text) return true;
    const revert = async () => {
      try {
        if (undoing[act.action]) for (const at of moments) await post("/api/images/undo", { action: undoing[act.action], at, album: act.album });
        else for (const ids of batches(items.map((item) => item.id))) await post("/api/images/change", { do: { ...change, action: { restore: "trash", take: "add" }[act.action] }, ids });
        back();
        forgetOthers(feed);
      } catch (error) { failed(error); }
      forgetRecipes(act);
    };
    toast(text, "good", undo ? { text: words.undo, run: revert } : undefined);
    return true;
  }, [feed, toast, words, show, said, failed]);

  // One thing to all that match, step by step at the server: the filter is sent, not the pictures.
  const moveAll = useCallback(async (act, total) => {
    const { name, ...change } = act;
    const moments = [];
    let before = null;
    let seen = 0;
    let done = 0;
    const tell = (text) => setProgress(text);
    try {
      do {
        tell(fill(words.working, { n: number(seen), total: counted(total, words) }));
        const answer = await post("/api/images/change", { do: change, query: feed.query, before });
        if (answer.changed) moments.push(answer.at);
        done += answer.changed;
        seen += answer.seen ?? 0;
        before = answer.next ?? null;
      } while (before);
    } catch (error) { failed(error); }
    tell("");
    forgetRecipes(act);
    forgetOthers(feed);
    await feed.restart();
    const revert = async () => {
      try {
        let left = moments.length;
        for (const at of moments) {
          tell(fill(words.undoing, { n: number(left--) }));
          await post("/api/images/undo", { action: act.action, at, album: act.album });
        }
      } catch (error) { failed(error); }
      tell("");
      forgetRecipes(act);
      forgetOthers(feed);
      feed.restart();
    };
    const text = said(act, done) ?? fill(words.changedMany, { n: counted({ count: done }, words) });
    toast(text, "good", undoing[act.action] && moments.length ? { text: words.undo, run: revert } : undefined);
  }, [feed, toast, words, said, failed]);

  return { toasts, toast, move, moveAll, progress, failed };
}
