// The keys of the gallery.
import { Icon } from "./gallery_parts.jsx";
import { Dialog } from "./ui.jsx";

export function KeySheet({ open, onClose, words }) {
  return (
    <Dialog open={open} onClose={onClose} label={words.keys} first="button">
      <div className="dialog-head gallery-dialog-head">
        <h2>{words.keys}</h2>
        <button type="button" className="btn btn-ghost btn-icon btn-sm" aria-label={words.close} onClick={onClose}><Icon name="close" /></button>
      </div>
      <dl className="gallery-keys">
        {words.keyList.map(([keys, what]) => (
          <div key={what}><dt>{keys.split(" ").map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{what}</dd></div>
        ))}
      </dl>
    </Dialog>
  );
}
