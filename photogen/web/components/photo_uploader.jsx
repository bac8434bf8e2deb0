// Photos into a set: drop or pick many, see each on its way and what became of it; what the coach says of them.
import { Suspense, lazy, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { Captions } from "./photo_captions.jsx";
import { PhotoCard } from "./photo_card.jsx";
import { Coach } from "./photo_coach.js";
import { Pairs, pairsOf } from "./photo_pairs.jsx";
import { Icon, counted, say } from "./photo_parts.jsx";
import { Score } from "./photo_score.jsx";
import { Uploads } from "./photo_uploads.js";
import { Toasts, useToasts } from "./toasts.jsx";

const Editor = lazy(() => import("./photo_editor.jsx"));

// What a tap does, said in a toast with a way back. Each gives whether it went well.
function useDeeds(coach, words) {
  const { toasts, toast } = useToasts();
  const [open, setOpen] = useState(null);
  const deeds = useMemo(() => {
    const failed = (error) => { toast(error.message, "bad"); return false; };
    const done = (text, back) => { toast(text, "good", { text: words.undo, run: () => back().catch(failed) }); return true; };
    const tell = (sentence, deed) => async (photo, ...rest) => {
      try { return done(say(words[sentence], { name: photo?.name }), await deed(photo, ...rest)); } catch (error) { return failed(error); }
    };
    const quiet = (deed) => async (...about) => { try { await deed(...about); return true; } catch (error) { return failed(error); } };
    const turned = tell("rotated", (photo) => coach.edit(photo, photo.suggested_rotation !== photo.rotation
      ? { rotation: photo.suggested_rotation, crop: photo.suggested_crop } : { rotation: (photo.rotation + 90) % 360, crop: null }));
    const cut = tell("cropped", (photo) => coach.edit(photo, { rotation: photo.suggested_rotation, crop: photo.suggested_crop }));
    return {
      open: setOpen,
      drop: tell("droppedOne", coach.drop),
      keep: tell("keptOne", coach.keep),
      rotate: turned,
      crop: (photo) => (photo.suggested_crop ? cut(photo) : setOpen(photo)),
      restore: quiet(coach.restore),
      check: quiet(coach.check),
      caption: quiet(coach.caption),
      captionAll: tell("inserted", () => coach.captionAll()),
      applyAll: async () => {
        try {
          const { changed, undo } = await coach.applyAll();
          return done(counted(words, "applied", changed), undo);
        } catch (error) { return failed(error); }
      },
      save: async (photo, edit) => {
        try {
          const back = await coach.edit(photo, edit);
          setOpen(null);
          done(say(words.edited, { name: photo.name }), back);
          return "";
        } catch (error) { return error.message; }
      },
    };
  }, [coach, words, toast]);
  return { deeds, toasts, open, close: () => setOpen(null) };
}

export function PhotoUploader({ setId, subject, triggerWord, maxBytes, smallestCrop, words, onChange, onContinue }) {
  const [[uploads, coach]] = useState(() => { const all = new Uploads(maxBytes, words); return [all, new Coach(all)]; });
  const now = useSyncExternalStore(uploads.subscribe, uploads.getSnapshot, uploads.getSnapshot);
  const said = useSyncExternalStore(coach.subscribe, coach.getSnapshot, coach.getSnapshot);
  const { deeds, toasts, open, close } = useDeeds(coach, words);
  const [over, setOver] = useState(false);
  const [dragged, setDragged] = useState(null);
  const [spoken, announce] = useState("");
  const depth = useRef(0);
  const list = useRef(null);

  useEffect(() => { uploads.open(setId); }, [uploads, setId]);
  useEffect(() => { coach.open(setId, subject, triggerWord); }, [coach, setId, subject, triggerWord]);

  useEffect(() => {
    const changed = () => uploads.connection(navigator.onLine);
    if (!navigator.onLine) changed();
    window.addEventListener("online", changed);
    window.addEventListener("offline", changed);
    return () => {
      window.removeEventListener("online", changed);
      window.removeEventListener("offline", changed);
      uploads.close();
      coach.close();
    };
  }, [uploads, coach]);

  const busy = now.busy > 0;
  const heard = useRef(onChange);
  heard.current = onChange;
  const told = useRef("");
  useEffect(() => {
    if (!now.loaded && !now.items.length) return;
    const news = `${now.accepted} ${now.rejected} ${now.busy} ${said.report?.score} ${said.report?.photos_used}`;
    if (news === told.current) return;
    told.current = news;
    heard.current?.(now.accepted, now.rejected, now.busy);
  }, [now.accepted, now.rejected, now.busy, now.loaded, said.report]);

  useEffect(() => {
    if (!busy) return;
    const warn = (event) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [busy]);

  const carriesFiles = (event) => [...event.dataTransfer.types].includes("Files");
  const drop = {
    onDragEnter: (e) => { if (carriesFiles(e)) { e.preventDefault(); depth.current += 1; setOver(true); } },
    onDragOver: (e) => { if (carriesFiles(e) || dragged) e.preventDefault(); },
    onDragLeave: (e) => { if (carriesFiles(e)) { depth.current = Math.max(0, depth.current - 1); if (!depth.current) setOver(false); } },
    onDrop: (e) => { e.preventDefault(); depth.current = 0; setOver(false); if (carriesFiles(e)) uploads.add(e.dataTransfer.files); },
  };
  const drag = (item, target) => {
    if (item !== undefined) setDragged(item);
    else if (dragged && target.key !== dragged.key) uploads.place(dragged, target);
  };
  const pick = (event) => {
    uploads.add(event.target.files);
    event.target.value = ""; // the same file can be picked again
  };
  const mark = (ids) => {
    coach.mark(ids);
    if (coach.marked.size) list.current?.querySelector(`[data-photo="${ids[0]}"]`)?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  };

  const summary = [
    now.accepted > 0 && counted(words, "ready", now.accepted),
    now.busy > 0 && counted(words, "busy", now.busy),
    now.rejected > 0 && counted(words, "refused", now.rejected),
    now.failed > 0 && counted(words, "failed", now.failed),
  ].filter(Boolean).join(", ");
  const shown = now.items.map((item) => ({ item, photo: said.photos.get(item.photo?.id) ?? item.photo }));
  const present = shown.filter(({ item }) => item.state === "accepted").map(({ photo }) => photo);
  const about = new Map(present.map((photo) => [photo.id, photo]));
  const fixable = present.filter((photo) => !photo.dropped && !photo.kept && photo.remarks?.some((remark) => remark.fix)).length;

  return (
    <div className="photos" {...drop}>
      <label className="photo-drop" data-over={over || undefined} data-slim={now.items.length > 0 || undefined}>
        <input type="file" multiple className="sr-only" aria-label={words.add} aria-describedby="photo-help" accept="image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,.heif" onChange={pick} />
        <Icon name="up" />
        <span className="photo-drop-title">{over ? words.letGo : now.items.length ? words.more : words.title}</span>
        <span className="btn btn-secondary" aria-hidden="true">{words.add}</span>
        <span id="photo-help" className="photo-help">{words.help}</span>
      </label>
      <div className="photo-summary">
        <p role="status">{summary}</p>
        {now.failed > 0 && <button type="button" className="btn btn-ghost btn-sm" onClick={() => uploads.retryAll()}>{words.retryAll}</button>}
      </div>
      {now.offline && <p className="notice" data-tone="warn" role="status">{words.offline}</p>}
      {now.problem && (
        <div className="notice" data-tone="bad" role="alert">
          <p className="flex-1">{now.problem}</p>
          <button type="button" className="btn btn-ghost btn-sm" onClick={() => { uploads.reload(); coach.consult(); }}>{words.retry}</button>
        </div>
      )}
      {said.report && present.length > 0 && <Score report={said.report} marked={said.marked} fixable={fixable} words={words} busy={said.busy} onMark={mark} onApply={deeds.applyAll} onContinue={onContinue} />}
      <Pairs pairs={pairsOf(about)} words={words} coach={deeds} />
      <ul ref={list} role="list" className="photo-grid" aria-label={words.list} data-marking={said.marked.size > 0 || undefined}>
        {shown.map(({ item, photo }, at) => (
          <PhotoCard key={item.key} item={item} photo={photo} uploads={uploads} coach={deeds} words={words} first={at === 0} last={at === shown.length - 1}
            dragged={dragged?.key === item.key} marked={said.marked.has(photo?.id)} onDrag={drag} announce={announce} />
        ))}
      </ul>
      {said.report && <Captions photos={present} trigger={triggerWord} words={words} coach={deeds} busy={said.busy} />}
      {open && <Suspense fallback={null}><Editor key={open.id} photo={about.get(open.id) ?? open} smallest={smallestCrop} words={words} onSave={deeds.save} onClose={close} /></Suspense>}
      <p className="sr-only" aria-live="polite">{spoken}</p>
      <Toasts toasts={toasts} words={words} />
    </div>
  );
}
