// Albums: choosing or making one for pictures, and the head of the one that is looked at.
import { useState } from "react";
import { post } from "./gallery_feed.js";
import { Icon, fill, number, reason } from "./gallery_parts.jsx";
import { Dialog } from "./ui.jsx";

function NameForm({ label, button, value = "", onName, words, children }) {
  const [name, setName] = useState(value);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try { await onName(name.trim()); } catch (problem) { setError(problem); }
    setBusy(false);
  };
  return (
    <form onSubmit={send} className="gallery-name">
      <label className="field">
        <span className="field-label">{label}</span>
        <input className="input" value={name} maxLength={60} required autoComplete="off" onChange={(e) => setName(e.target.value)}
          aria-invalid={error ? true : undefined} aria-describedby={error ? "album-error" : undefined} />
      </label>
      {error && <p id="album-error" role="alert" className="field-error">{reason(error, words)} <span className="code">{error.code}</span></p>}
      <div className="gallery-name-foot">{children}<button className="btn btn-primary" disabled={busy || !name.trim()}>{button}</button></div>
    </form>
  );
}

// Where to put pictures: an album that is there, or a new one.
export function AlbumDialog({ open, albums, onClose, onAdd, words }) {
  return (
    <Dialog open={open} onClose={onClose} label={words.addToAlbum} first=".gallery-albums button, input">
      <div className="gallery-dialog-head">
        <h2>{words.addToAlbum}</h2>
        <button type="button" className="btn btn-ghost btn-icon btn-sm" aria-label={words.close} onClick={onClose}><Icon name="close" /></button>
      </div>
      {albums.length > 0 && (
        <ul className="gallery-albums" aria-label={words.albums}>
          {albums.map((album) => (
            <li key={album.id}>
              <button type="button" onClick={() => onAdd(album.id, album.name)}>
                <span className="cover">{album.cover ? <img src={`/media/images/${album.cover}/512`} alt="" loading="lazy" decoding="async" /> : <Icon name="album" />}</span>
                <span className="name">{album.name}</span><span className="num">{number(album.count)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="gallery-dialog-body">
        <NameForm label={words.newAlbum} button={words.makeAlbum} words={words}
          onName={async (name) => { const made = await post("/api/albums", { name }); onAdd(made.id, name); }} />
      </div>
    </Dialog>
  );
}

// The album that the list is of: its name and what can be done with it.
export function AlbumHead({ album, onGone, onShare, words, failed }) {
  const [asking, setAsking] = useState("");
  const remove = async () => {
    try { await post("/api/albums/delete", { album: album.id }); setAsking(""); onGone(); } catch (error) { failed(error); }
  };
  return (
    <div className="gallery-album">
      <h2>{album.name}</h2>
      <button type="button" className="btn btn-ghost btn-sm" onClick={onShare}><Icon name="share" />{words.share}</button>
      <button type="button" className="btn btn-ghost btn-sm" onClick={() => setAsking("rename")}><Icon name="edit" />{words.rename}</button>
      <button type="button" className="btn btn-ghost btn-sm" onClick={() => setAsking("delete")}><Icon name="trash" />{words.deleteAlbum}</button>
      <Dialog open={asking === "rename"} onClose={() => setAsking("")} label={words.renameAlbum}>
        <div className="gallery-dialog-head"><h2>{words.renameAlbum}</h2></div>
        <div className="gallery-dialog-body">
          <NameForm label={words.name} button={words.rename} value={album.name} words={words}
            onName={async (name) => { await post("/api/albums/rename", { album: album.id, name }); setAsking(""); }}>
            <button type="button" className="btn btn-secondary" onClick={() => setAsking("")}>{words.cancel}</button>
          </NameForm>
        </div>
      </Dialog>
      <Dialog open={asking === "delete"} onClose={() => setAsking("")} label={words.deleteAlbum} first=".btn-secondary">
        <div className="gallery-dialog-head"><h2>{fill(words.deleteAlbumAsk, { album: album.name })}</h2></div>
        <div className="gallery-dialog-body">
          <p className="text-sm text-soft">{words.deleteAlbumHelp}</p>
          <div className="gallery-name-foot">
            <button type="button" className="btn btn-secondary" onClick={() => setAsking("")}>{words.cancel}</button>
            <button type="button" className="btn btn-danger-solid" onClick={remove}>{words.deleteAlbum}</button>
          </div>
        </div>
      </Dialog>
    </div>
  );
}
