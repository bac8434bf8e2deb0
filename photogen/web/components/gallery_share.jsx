// Share links: those that a picture or an album has, and making one.
import { useCallback, useEffect, useRef, useState } from "react";
import { ask, post } from "./gallery_feed.js";
import { Icon, counted, fill, number, reason } from "./gallery_parts.jsx";
import { Ago } from "./times.jsx";
import { Dialog } from "./ui.jsx";

const LASTS = ["day", "week", "month", "ever"];

function When({ sentence, at }) {
  const [before, after] = sentence.split("{when}");
  return <>{before}<Ago at={at} />{after}</>;
}

function Address({ link, words }) {
  const field = useRef(null);
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 1600);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    field.current.select();
    try { await navigator.clipboard.writeText(link.address); } catch { document.execCommand("copy"); } // plain http elsewhere than on localhost has no clipboard
    setDone(true);
  };
  const send = () => navigator.share({ url: link.address }).catch(() => {}); // who changes their mind is no error
  return (
    <div className="share-address">
      <input ref={field} className="input" readOnly value={link.address} aria-label={words.linkAddress} onFocus={(e) => e.target.select()} />
      <button type="button" className="btn btn-secondary" onClick={copy}><Icon name={done ? "check" : "copy"} /><span aria-live="polite">{done ? words.copied : words.copyLink}</span></button>
      {navigator.share && matchMedia("(pointer: coarse)").matches && <button type="button" className="btn btn-secondary btn-icon" aria-label={words.sendLink} title={words.sendLink} onClick={send}><Icon name="share" /></button>}
    </div>
  );
}

function Made({ link, words, onGone }) {
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState(null);
  const revoke = async () => {
    try { await post("/api/shares/revoke", { link: link.id }); onGone(link.id); } catch (problem) { setError(problem); }
  };
  const facts = [link.recipe && words.linkRecipe, link.downloads && words.linkDownloads, link.visits && fill(link.visits === 1 ? words.visitOne : words.visitMany, { n: number(link.visits) })];
  return (
    <li>
      {link.address ? <Address link={link} words={words} /> : <p className="text-sm text-muted">{words.linkUntold}</p>}
      <div className="share-facts">
        <p>{link.expires ? <When sentence={words.linkEnds} at={link.expires} /> : words.linkNoEnd}{facts.filter(Boolean).map((one) => ` · ${one}`)}</p>
        {asking
          ? <span><button type="button" className="btn btn-ghost btn-sm" onClick={() => setAsking(false)}>{words.cancel}</button><button type="button" className="btn btn-danger-solid btn-sm" autoFocus onClick={revoke}>{words.revokeNow}</button></span>
          : <button type="button" className="btn btn-ghost btn-sm" onClick={() => setAsking(true)}>{words.revoke}</button>}
      </div>
      {error && <p role="alert" className="field-error">{reason(error, words)} <span className="code">{error.code}</span></p>}
    </li>
  );
}

// `wanted` is {ids} or {album, name}; null while nothing is to be shared.
export function ShareDialog({ wanted, onClose, words }) {
  const form = useRef(null);
  const [links, setLinks] = useState(null);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const several = wanted?.ids?.length > 1;

  const look = useCallback(() => {
    setLinks(null);
    setError(null);
    if (!wanted) return undefined;
    if (several) { setLinks([]); return undefined; }
    let here = true;
    ask(`/api/shares?${wanted.album ? `album=${wanted.album}` : `image=${wanted.ids[0]}`}`)
      .then((said) => { if (here) setLinks(said.links.filter((link) => link.state === "active")); })
      .catch((problem) => { if (here) { setLinks([]); setError(problem); } });
    return () => { here = false; };
  }, [wanted, several]);
  useEffect(look, [look]);

  const make = async (event) => {
    event.preventDefault();
    const asked = new FormData(form.current);
    setBusy(true);
    setError(null);
    try {
      const what = wanted.album ? { album: wanted.album } : { pictures: wanted.ids };
      const said = await post("/api/shares", { ...what, lasts: asked.get("lasts"), recipe: asked.has("recipe"), downloads: asked.has("downloads") });
      setLinks((all) => [said.link, ...(all ?? [])]);
      requestAnimationFrame(() => form.current?.closest("dialog").querySelector(".share-address button")?.focus());
    } catch (problem) { setError(problem); }
    setBusy(false);
  };

  const title = wanted?.album ? fill(words.shareAlbum, { album: wanted.name }) : several ? fill(words.shareMany, { n: counted({ count: wanted.ids.length }, words) }) : words.sharePicture;
  return (
    <Dialog open={Boolean(wanted)} onClose={onClose} label={words.share} first=".share input:checked">
      <div className="gallery-dialog-head">
        <h2>{title}</h2>
        <button type="button" className="btn btn-ghost btn-icon btn-sm" aria-label={words.close} onClick={onClose}><Icon name="close" /></button>
      </div>
      <div className="gallery-dialog-body share">
        {links?.length > 0 && (
          <ul className="share-links" aria-label={words.links}>
            {links.map((link) => <Made key={link.id} link={link} words={words} onGone={(id) => setLinks((all) => all.filter((one) => one.id !== id))} />)}
          </ul>
        )}
        <form ref={form} className="gallery-name" onSubmit={make}>
          {!links?.length && <p className="text-sm text-soft">{wanted?.album ? words.shareAlbumHelp : words.shareHelp}</p>}
          <fieldset className="field">
            <legend className="field-label">{words.lasts}</legend>
            <div className="segmented mt-1.5">
              {LASTS.map((one) => <label key={one}><input type="radio" name="lasts" value={one} defaultChecked={one === "week"} className="sr-only" />{words[`lasts_${one}`]}</label>)}
            </div>
          </fieldset>
          <label className="flex items-start gap-2.5 text-sm">
            <input type="checkbox" className="check mt-0.5" name="recipe" />
            <span>{words.shareRecipe}<span className="block text-muted">{words.shareRecipeHelp}</span></span>
          </label>
          <label className="flex items-start gap-2.5 text-sm">
            <input type="checkbox" className="check mt-0.5" name="downloads" />
            <span>{words.shareDownloads}<span className="block text-muted">{words.shareDownloadsHelp}</span></span>
          </label>
          {error && <p role="alert" className="field-error">{reason(error, words)} <span className="code">{error.code}</span></p>}
          <div className="gallery-name-foot">
            <a className="btn btn-ghost mr-auto" href="/shared">{words.allLinks}</a>
            <button className={links?.length ? "btn btn-secondary" : "btn btn-primary"} disabled={busy}><Icon name="link" />{links?.length ? words.anotherLink : words.makeLink}</button>
          </div>
        </form>
      </div>
    </Dialog>
  );
}
