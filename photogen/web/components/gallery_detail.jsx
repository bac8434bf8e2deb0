// One picture, large, with everything needed to make it again.
import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { Icon, fill, media, reason } from "./gallery_parts.jsx";
import { recipeOf } from "./gallery_recipes.js";
import { Recipe } from "./gallery_recipe.jsx";
import { Stage } from "./gallery_stage.jsx";

function useRecipe(id) {
  const [found, setFound] = useState({ id: "", recipe: null, error: null });
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (!id) return;
    let here = true;
    recipeOf(id)
      .then((recipe) => { if (here) setFound({ id, recipe, error: null }); })
      .catch((error) => { if (here) setFound({ id, recipe: null, error }); });
    return () => { here = false; };
  }, [id, tries]);
  const current = found.id === id ? found : { recipe: null, error: null };
  return { ...current, retry: () => { setFound({ id: "", recipe: null, error: null }); setTries((n) => n + 1); } };
}

// The picture itself, as PNG, onto the clipboard; where the page is not secure a browser has none.
function CopyPicture({ id, words }) {
  const [state, setState] = useState("");
  useEffect(() => {
    if (state !== "check" && state !== "alert") return;
    const timer = setTimeout(() => setState(""), 2500);
    return () => clearTimeout(timer);
  }, [state]);
  if (!window.ClipboardItem || !navigator.clipboard?.write) return null;
  const picture = async () => {
    const answer = await fetch(`/api/images/${id}/download?format=png&recipe=1`);
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.blob();
  };
  const copy = async () => {
    setState("copy");
    try { // the promise goes in: Safari lets nothing be written once the click is over
      await navigator.clipboard.write([new ClipboardItem({ "image/png": picture() })]);
      setState("check");
    } catch { setState("alert"); }
  };
  const label = { check: words.copied, alert: words.notCopied }[state] ?? words.copyPicture;
  return (
    <button type="button" className="btn btn-secondary btn-icon" aria-label={label} title={label} aria-busy={state === "copy"} onClick={copy}>
      <Icon name={state || "copy"} /><span role="status" className="sr-only">{state === "check" || state === "alert" ? label : ""}</span>
    </button>
  );
}

export function Detail({ id, item, index, trash, words, neighbours, onClose, onClosed, onPrevious, onNext, onMove, onHeart, onRate, onAlbum, onKeys, onSave, onShare, onPlace, children }) {
  const dialog = useRef(null);
  const swipe = useRef(null);
  const zoomed = useRef(false);
  const shownBefore = useRef(false);
  const { recipe, error, retry } = useRecipe(id);
  const shown = item ?? (recipe && { id, p: recipe.prompt, w: recipe.width, h: recipe.height, th: recipe.thumbhash, t: Date.parse(recipe.created_at) });
  const inTrash = trash || Boolean(recipe?.deleted_at);

  useEffect(() => {
    const element = dialog.current;
    const root = document.documentElement.style;
    if (id) {
      shownBefore.current = true;
      if (element.open) return;
      element.showModal();
      element.focus();
      root.scrollbarGutter = window.innerWidth > document.documentElement.clientWidth ? "stable" : "";
      root.overflow = "hidden";
      return;
    }
    if (element.open) element.close();
    Object.assign(root, { overflow: "", scrollbarGutter: "" });
    if (shownBefore.current) { shownBefore.current = false; onClosed(); } // while a modal is open nothing behind it takes the focus
  }, [id]);
  useEffect(() => () => Object.assign(document.documentElement.style, { overflow: "", scrollbarGutter: "" }), []);

  // The next and the previous one are at hand before they are asked for.
  const [after, before] = neighbours;
  useEffect(() => {
    if (!id) return;
    for (const near of [after, before]) if (near) { new Image().src = media(near).large; recipeOf(near.id).catch(() => {}); }
  }, [id, after, before]);

  const keys = (event) => {
    if (event.target.closest("input, textarea") || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowLeft") { event.preventDefault(); onPrevious?.(); }
    if (event.key === "ArrowRight") { event.preventDefault(); onNext?.(); }
    if (event.key === "?") { event.preventDefault(); onKeys(); }
    if (!inTrash && item && event.key === "f") { event.preventDefault(); onHeart(); }
    if (!inTrash && item && /^[0-5]$/.test(event.key)) { event.preventDefault(); onRate(Number(event.key)); }
    if (!inTrash && item && event.key === "b") { event.preventDefault(); onAlbum(item); }
    if (!inTrash && shown && event.key === "s") { event.preventDefault(); onShare(shown); }
    if (event.key === "Delete" && item && !inTrash) { event.preventDefault(); onMove(item); }
  };
  const touch = {
    onTouchStart: (e) => { swipe.current = e.touches.length === 1 && !zoomed.current ? [e.touches[0].clientX, e.touches[0].clientY] : null; },
    onTouchEnd: (e) => {
      if (!swipe.current || zoomed.current) return;
      const [x, y] = [e.changedTouches[0].clientX - swipe.current[0], e.changedTouches[0].clientY - swipe.current[1]];
      if (Math.abs(x) > 56 && Math.abs(x) > 2 * Math.abs(y)) (x > 0 ? onPrevious : onNext)?.();
    },
  };
  const download = shown && `${media(shown).original}?download=1`;
  return (
    <dialog ref={dialog} tabIndex={-1} className="gallery-detail" aria-label={words.detail} onKeyDown={keys}
      onCancel={(e) => { e.preventDefault(); onClose(); }} onClose={() => { if (id) onClose(); }}>
      {id && (
        <>
          <div className="gallery-stage" {...touch}>
            {shown ? <Stage key={id} item={shown} words={words} onZoom={(on) => { zoomed.current = on; }} /> : !error && <div className="skeleton gallery-waiting" />}
            <button type="button" className="gallery-arrow left" aria-label={words.previous} disabled={!onPrevious} onClick={onPrevious ?? undefined}><Icon name="left" /></button>
            <button type="button" className="gallery-arrow right" aria-label={words.next} disabled={!onNext} onClick={onNext ?? undefined}><Icon name="right" /></button>
          </div>
          <div className="gallery-side">
            <div className="gallery-side-head">
              <h2 className="text-lg mr-auto">{words.recipe}</h2>
              {shown && !inTrash && <button type="button" className="btn btn-ghost btn-sm" onClick={() => onShare(shown)}><Icon name="share" />{words.share}</button>}
              <button type="button" className="btn btn-ghost btn-icon btn-sm" aria-label={words.close} onClick={onClose}><Icon name="close" /></button>
            </div>
            {item && !inTrash && (
              <div className="gallery-marks">
                <button type="button" className="gallery-love" aria-pressed={Boolean(item.f)} aria-label={words.favourite} title={`${words.favourite} (F)`} onClick={onHeart}><Icon name="heart" full={item.f} /></button>
                <div role="group" aria-label={words.rating} className="gallery-rating">
                  {[1, 2, 3, 4, 5].map((n) => (
                    <button key={n} type="button" aria-label={fill(words.stars, { n })} aria-pressed={item.r === n} data-on={n <= (item.r ?? 0) ? "" : undefined} onClick={() => onRate(n)}><Icon name="star" full={n <= (item.r ?? 0)} /></button>
                  ))}
                </div>
                <button type="button" className="btn btn-ghost btn-sm" onClick={() => onAlbum(item)}><Icon name="album" />{words.addToAlbum}</button>
              </div>
            )}
            <div className="gallery-side-body">
              {error && (
                <div role="alert" className="notice" data-tone="bad">
                  <Icon name="alert" />
                  <div>
                    <p>{reason(error, words)} <span className="code">{error.code}</span></p>
                    {error.status !== 404 && <button type="button" className="btn btn-secondary btn-sm mt-3" onClick={retry}>{words.retry}</button>}
                  </div>
                </div>
              )}
              {recipe ? <Recipe recipe={recipe} words={words} onPlace={onPlace} /> : !error && [72, 20, 20, 20, 20, 20].map((height, i) => <div key={i} className="skeleton mb-3" style={{ height }} />)}
            </div>
            {shown && (
              <div className="gallery-side-foot">
                {!inTrash && (
                  <details className="menu gallery-reuse">
                    <summary className="btn btn-primary"><Icon name="reuse" />{words.reuse}</summary>
                    <ul className="menu-list">
                      {[["all", words.reuseAll], ["unseeded", words.reuseUnseeded], ["prompt", words.reusePrompt], ["variations", words.reuseVariations]].map(([keep, text]) => (
                        <li key={keep}><Link className="menu-item" to={`/generate?from=${id}&keep=${keep}`}>{text}</Link></li>
                      ))}
                      <li><Link className="menu-item" to={`/generate?input=${id}`}>{words.reuseInput}</Link></li>
                    </ul>
                  </details>
                )}
                <a className="btn btn-secondary btn-icon" href={media(shown).original} target="_blank" rel="noreferrer" aria-label={words.full} title={words.full}><Icon name="expand" /></a>
                <a className="btn btn-secondary btn-icon" href={download} download aria-label={words.download} title={words.download}><Icon name="download" /></a>
                {!inTrash && <CopyPicture key={id} id={id} words={words} />}
                {!inTrash && <button type="button" className="btn btn-secondary btn-icon" aria-label={words.downloadAs} title={words.downloadAs} onClick={() => onSave(shown)}><Icon name="more" /></button>}
                {inTrash
                  ? <button type="button" className="btn btn-secondary" onClick={() => onMove(shown)}><Icon name="restore" />{words.restore}</button>
                  : <button type="button" className="btn btn-danger btn-icon" aria-label={words.delete} title={words.delete} onClick={() => onMove(shown)}><Icon name="trash" /></button>}
              </div>
            )}
          </div>
          {children}
        </>
      )}
    </dialog>
  );
}
