// Everything needed to make a picture again.
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { ask } from "./gallery_feed.js";
import { Icon, dollars, fill, lang, number } from "./gallery_parts.jsx";
import { NO_FILTER } from "./gallery_place.js";

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

const size = (bytes) => (bytes < 1e6 ? `${number(bytes / 1e3, 0)} kB` : `${number(bytes / 1e6, 1)} MB`);

const KINDS = { "image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WebP" };

// What it was made from, and what was made from it.
function Family({ recipe, words, narrow, onOpen }) {
  const [children, setChildren] = useState([]);
  useEffect(() => {
    let here = true;
    ask(`/api/gallery?parent=${recipe.id}&limit=6`).then((page) => { if (here) setChildren(page.items); }).catch(() => {}); // the recipe is complete without them
    return () => { here = false; };
  }, [recipe.id]);
  const one = (id, alt) => (
    <a key={id} href={`/gallery?image=${id}`} onClick={(event) => { if (!event.ctrlKey && !event.metaKey) { event.preventDefault(); onOpen(id); } }}><img src={`/media/images/${id}/512`} alt={alt} loading="lazy" decoding="async" /></a>
  );
  const above = recipe.ancestors;
  if (!above.length && !children.length) return null;
  return (
    <div className="gallery-family">
      {above.length > 0 && (
        <section aria-label={words.madeFrom}>
          <h3>{words.madeFrom}</h3>
          <div className="gallery-line">{above.map((id, n) => one(id, n === above.length - 1 ? words.madeFrom : fill(words.ancestor, { n: above.length - n })))}</div>
        </section>
      )}
      {children.length > 0 && (
        <section aria-label={words.madeOf}>
          <h3>{words.madeOf}</h3>
          <div>{children.slice(0, 5).map((child) => one(child.id, child.p))}</div>
          <Link className="link text-sm" to={`/gallery?parent=${recipe.id}`} onClick={narrow({ parent: recipe.id })}>{words.showThem}</Link>
        </section>
      )}
    </div>
  );
}

export function Recipe({ recipe, words, onPlace }) {
  const narrow = (change) => (event) => { event.preventDefault(); onPlace({ ...NO_FILTER, ...change }); };
  const made = new Date(recipe.created_at);
  const cost = fill(recipe.credits === 1 ? words.credit : words.credits, { n: number(recipe.credits), price: dollars(recipe.credits / 10) });
  const facts = [
    [words.model, recipe.lora_model_id ? <Link className="link" to={`/models/${recipe.lora_model_id}`}>{recipe.model_name}</Link> : recipe.model_name],
    [words.version, recipe.vendor_model && <span className="gallery-mono">{recipe.vendor_model}</span>, true],
    [words.seed, <span key="seed" className="num"><Link className="link" to={`/gallery?seed=${recipe.seed}`} onClick={narrow({ seed: String(recipe.seed) })}>{recipe.seed}</Link><Copy text={String(recipe.seed)} label={words.copySeed} words={words} /></span>],
    [words.size, `${recipe.width} × ${recipe.height}`],
    [words.aspect, recipe.aspect !== "custom" && recipe.aspect],
    [words.steps, recipe.steps],
    [words.guidance, recipe.guidance !== null && number(recipe.guidance)],
    [words.modelVersion, recipe.model_version],
    [words.scale, recipe.lora_scale !== null && number(recipe.lora_scale)],
    [words.style, recipe.style],
    [words.provider, recipe.vendor],
    [words.took, recipe.seconds !== null && fill(words.seconds, { n: number(recipe.seconds, 1) })],
    [words.cost, cost],
    [words.file, `${KINDS[recipe.content_type] ?? recipe.content_type}, ${size(recipe.bytes)}`],
    [words.made, <time key="made" dateTime={recipe.created_at}>{new Intl.DateTimeFormat(lang(), { dateStyle: "medium", timeStyle: "short" }).format(made)}</time>],
  ].filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false);
  return (
    <>
    <Family recipe={recipe} words={words} narrow={narrow} onOpen={(image) => onPlace({ image }, true)} />
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
    </>
  );
}
