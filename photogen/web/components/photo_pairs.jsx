// Photos that are almost the same, side by side: one of them is enough.
import { Look, say } from "./photo_parts.jsx";

// Each remark that names a twin, as long as both are there and nobody has decided.
export function pairsOf(photos) {
  const pairs = [];
  for (const photo of photos.values()) {
    if (photo.dropped || photo.kept) continue;
    for (const remark of photo.remarks) {
      const other = remark.other_photo_id && photos.get(remark.other_photo_id);
      if (other && !other.dropped && !pairs.some((pair) => pair.photo.id === photo.id)) pairs.push({ photo, other });
    }
  }
  return pairs;
}

const Side = ({ photo, caption, tone }) => (
  <figure className="pair-side">
    <div className="photo-square"><Look photo={photo} /></div>
    <figcaption><span className="pair-name" title={photo.name}>{photo.name}</span><span data-tone={tone}>{caption}</span></figcaption>
  </figure>
);

export function Pairs({ pairs, words, coach }) {
  if (!pairs.length) return null;
  return (
    <section className="pairs" aria-label={words.pairs}>
      <h3 className="pairs-title">{words.pairs}</h3>
      <p className="score-help">{words.pairsHelp}</p>
      <ul role="list" className="pairs-list">
        {pairs.map(({ photo, other }) => (
          <li key={photo.id} className="pair" aria-label={say(words.pair, { name: photo.name, other: other.name })}>
            <div className="pair-photos">
              <Side photo={other} caption={words.sharper} tone="good" />
              <Side photo={photo} caption={words.softer} />
            </div>
            <div className="photo-fixes">
              <button type="button" className="photo-fix" data-suggested onClick={() => coach.drop(photo)}>{words.keepSharper}</button>
              <button type="button" className="photo-fix" onClick={() => coach.keep(photo)}>{words.keepBoth}</button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
