// Taking pictures away: the format, with the recipe or without, as a file or a ZIP.
import { useRef, useState } from "react";
import { ask } from "./gallery_feed.js";
import { Icon, counted, fill, reason } from "./gallery_parts.jsx";
import { Dialog } from "./ui.jsx";

const FORMATS = ["original", "png", "jpeg", "webp"];

// `wanted` is {ids} or {query}, and how many; null while nothing is asked for.
export function DownloadDialog({ wanted, onClose, words }) {
  const form = useRef(null);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const one = wanted?.ids?.length === 1 ? wanted.ids[0] : "";
  const close = () => { setError(null); onClose(); };
  const save = async (event) => {
    event.preventDefault();
    const asked = new URLSearchParams(new FormData(form.current));
    if (!asked.has("recipe")) asked.set("recipe", "0");
    if (one) {
      asked.delete("ids");
      Object.assign(document.createElement("a"), { href: `/api/images/${one}/download?${asked}`, download: "" }).click();
      close();
      return;
    }
    setBusy(true);
    setError(null);
    try {
      asked.set("check", "1");
      await ask("/api/gallery/zip", { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body: asked });
      HTMLFormElement.prototype.submit.call(form.current); // the browser saves what comes, the page stays
      close();
    } catch (problem) { setError(problem); }
    setBusy(false);
  };
  return (
    <Dialog open={Boolean(wanted)} onClose={close} label={words.download} first="input:checked">
      <div className="gallery-dialog-head">
        <h2>{wanted && !one && wanted.total ? fill(words.downloadMany, { n: counted(wanted.total, words) }) : words.download}</h2>
        <button type="button" className="btn btn-ghost btn-icon btn-sm" aria-label={words.close} onClick={close}><Icon name="close" /></button>
      </div>
      <form ref={form} className="gallery-dialog-body gallery-name" method="post" action="/api/gallery/zip" onSubmit={save}>
        <fieldset className="field">
          <legend className="field-label">{words.format}</legend>
          <div className="segmented mt-1.5">
            {FORMATS.map((format) => <label key={format}><input type="radio" name="format" value={format} defaultChecked={format === "original"} className="sr-only" />{words[`format_${format}`]}</label>)}
          </div>
        </fieldset>
        <label className="flex items-start gap-2.5 text-sm">
          <input type="checkbox" className="check mt-0.5" name="recipe" value="1" defaultChecked />
          <span>{words.withRecipe}<span className="block text-muted">{words.withRecipeHelp}</span></span>
        </label>
        {wanted?.ids ? <input type="hidden" name="ids" value={wanted.ids.join(",")} /> : <input type="hidden" name="query" value={wanted?.query ?? ""} />}
        {error && <p role="alert" className="field-error">{reason(error, words)} <span className="code">{error.code}</span></p>}
        <div className="gallery-name-foot">
          <button type="button" className="btn btn-secondary" onClick={close}>{words.cancel}</button>
          <button className="btn btn-primary" disabled={busy}><Icon name="download" />{one ? words.download : words.downloadZip}</button>
        </div>
      </form>
    </Dialog>
  );
}
