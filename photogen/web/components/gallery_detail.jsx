// One picture, large, with everything needed to make it again.
import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { ask } from "./gallery_feed.js";
import { Icon, fill, media, reason } from "./gallery_parts.jsx";
import { paintThumbHash } from "./thumbhash.js";

const recipes = new Map();

async function recipeOf(id) {
  if (!recipes.has(id)) {
    if (recipes.size > 200) recipes.delete(recipes.keys().next().value);
    const asked = ask(`/api/images/${encodeURIComponent(id)}`);
    recipes.set(id, asked);
    asked.catch(() => recipes.delete(id));
  }
  return recipes.get(id);
}

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

function Copy({ text, label, words }) {
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
      document.querySelector("dialog[open]").append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    setDone(true);
  };
  return (
    <button type="button" className="gallery-copy" onClick={copy} aria-label={done ? words.copied : label} title={done ? words.copied : label}>
      <Icon name={done ? "check" : "copy"} />
    </button>
  );
}

const number = (value, digits = 2) => new Intl.NumberFormat(document.documentElement.lang || "en", { maximumFractionDigits: digits }).format(value);

const size = (bytes) => (bytes < 1e6 ? `${number(bytes / 1e3, 0)} kB` : `${number(bytes / 1e6, 1)} MB`);

const KINDS = { "image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WebP" };

function Recipe({ recipe, words }) {
  const lang = document.documentElement.lang || "en";
  const made = new Date(recipe.created_at);
  const cost = fill(recipe.credits === 1 ? words.credit : words.credits, { n: number(recipe.credits), usd: (recipe.credits / 10).toFixed(2) });
  const facts = [
    [words.model, recipe.lora_model_id ? <Link className="link" to={`/models/${recipe.lora_model_id}`}>{recipe.model_name}</Link> : recipe.model_name],
    [words.version, recipe.vendor_model && <span className="gallery-mono">{recipe.vendor_model}</span>, true],
    [words.seed, <span key="seed" className="num">{recipe.seed}<Copy text={String(recipe.seed)} label={words.copySeed} words={words} /></span>],
    [words.size, `${recipe.width} × ${recipe.height}`],
    [words.aspect, recipe.aspect],
    [words.steps, recipe.steps],
    [words.guidance, recipe.guidance !== null && number(recipe.guidance)],
    [words.modelVersion, recipe.model_version],
    [words.scale, recipe.lora_scale !== null && number(recipe.lora_scale)],
    [words.style, recipe.style],
    [words.provider, recipe.vendor],
    [words.took, recipe.seconds !== null && fill(words.seconds, { n: number(recipe.seconds, 1) })],
    [words.cost, cost],
    [words.file, `${KINDS[recipe.content_type] ?? recipe.content_type}, ${size(recipe.bytes)}`],
    [words.made, <time key="made" dateTime={recipe.created_at}>{new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" }).format(made)}</time>],
  ].filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false);
  return (
    <dl className="gallery-recipe">
      <div className="whole">
        <dt>{words.prompt}<Copy text={recipe.prompt} label={words.copyPrompt} words={words} /></dt>
        <dd className="gallery-prompt" dir="auto">{recipe.prompt}</dd>
      </div>
      {recipe.prompt_sent !== recipe.prompt && (
        <div className="whole">
          <dt>{words.sent}<Copy text={recipe.prompt_sent} label={words.copySent} words={words} /></dt>
          <dd className="gallery-prompt soft" dir="auto">{recipe.prompt_sent}</dd>
        </div>
      )}
      {recipe.negative_prompt && <div className="whole"><dt>{words.negative}</dt><dd className="gallery-prompt soft" dir="auto">{recipe.negative_prompt}</dd></div>}
      {facts.map(([name, value, whole]) => <div key={name} className={whole ? "whole" : undefined}><dt>{name}</dt><dd>{value}</dd></div>)}
    </dl>
  );
}

function Stage({ item, words }) {
  const canvas = useRef(null);
  const [state, setState] = useState("");
  useEffect(() => { if (item.th && canvas.current) paintThumbHash(canvas.current, item.th, item.w / item.h); }, [item.th, item.w, item.h]);
  const { large, original } = media(item);
  const wide = Math.round(item.w >= item.h ? Math.min(1024, item.w) : (Math.min(1024, item.h) * item.w) / item.h);
  return (
    <a className="gallery-picture" href={original} target="_blank" rel="noreferrer" title={words.full}
      style={{ aspectRatio: `${item.w} / ${item.h}`, "--ratio": item.w / item.h }}>
      <canvas ref={canvas} aria-hidden="true" />
      <img src={large} srcSet={`${large} ${wide}w, ${original} ${Math.max(item.w, wide + 1)}w`} sizes="(max-width: 900px) 100vw, 70vw" alt={item.p}
        decoding="async" data-state={state} ref={(img) => { if (img?.complete && img.naturalWidth && !state) setState("at-once"); }}
        onLoad={() => setState((now) => now || "loaded")} onError={() => setState("lost")} />
      {state === "lost" && <span className="gallery-lost">{words.lost}</span>}
    </a>
  );
}

export function Detail({ id, item, index, trash, words, neighbours, onClose, onClosed, onPrevious, onNext, onMove, toast, children }) {
  const dialog = useRef(null);
  const swipe = useRef(null);
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
    if (event.key === "Delete" && item && !inTrash) { event.preventDefault(); onMove(item); }
  };
  const touch = {
    onTouchStart: (e) => { swipe.current = e.touches.length === 1 ? [e.touches[0].clientX, e.touches[0].clientY] : null; },
    onTouchEnd: (e) => {
      if (!swipe.current) return;
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
            {shown ? <Stage key={id} item={shown} words={words} /> : !error && <div className="skeleton gallery-waiting" />}
            <button type="button" className="gallery-arrow left" aria-label={words.previous} disabled={!onPrevious} onClick={onPrevious ?? undefined}><Icon name="left" /></button>
            <button type="button" className="gallery-arrow right" aria-label={words.next} disabled={!onNext} onClick={onNext ?? undefined}><Icon name="right" /></button>
          </div>
          <div className="gallery-side">
            <div className="gallery-side-head">
              <h2 className="text-lg">{words.recipe}</h2>
              <button type="button" className="btn btn-ghost btn-icon btn-sm" aria-label={words.close} onClick={onClose}><Icon name="close" /></button>
            </div>
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
              {recipe ? <Recipe recipe={recipe} words={words} /> : !error && [72, 20, 20, 20, 20, 20].map((height, i) => <div key={i} className="skeleton mb-3" style={{ height }} />)}
            </div>
            {shown && (
              <div className="gallery-side-foot">
                {!inTrash && <Link className="btn btn-primary" to={`/generate?from=${id}`}><Icon name="reuse" />{words.reuse}</Link>}
                <a className="btn btn-secondary" href={download} download><Icon name="download" />{words.download}</a>
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
