// Turning and cutting one photo: handles for mouse, touch and arrow keys, numbers for whoever prefers them, a preview.
// Loaded when it is opened for the first time.
import { useEffect, useId, useRef, useState } from "react";
import { ReactCrop, centerCrop, makeAspectCrop } from "react-image-crop";
import "react-image-crop/dist/ReactCrop.css";
import { Icon, say } from "./photo_parts.jsx";
import { Dialog } from "./ui.jsx";

const LARGEST = 1400; // pixels that the picture is drawn with
const WHOLE = { unit: "%", x: 0, y: 0, width: 100, height: 100 };
const FIELDS = [["x", "left"], ["y", "top"], ["width", "width"], ["height", "height"]];

const toPercent = (crop) => (crop ? { unit: "%", x: crop[0] * 100, y: crop[1] * 100, width: crop[2] * 100, height: crop[3] * 100 } : WHOLE);
const fraction = (number) => Math.min(1, Math.max(0, Math.round(number * 100) / 10000));
function toFractions(crop) {
  const [x, y] = [fraction(crop.x), fraction(crop.y)];
  const [width, height] = [Math.min(fraction(crop.width), 1 - x), Math.min(fraction(crop.height), 1 - y)];
  return x < 0.001 && y < 0.001 && width > 0.999 && height > 0.999 ? null : [x, y, width, height];
}

// The picture as uploaded, turned, in a canvas; `size` are its true pixels.
function draw(canvas, image, rotation) {
  const sideways = rotation % 180 !== 0;
  const size = sideways ? [image.naturalHeight, image.naturalWidth] : [image.naturalWidth, image.naturalHeight];
  const scale = Math.min(1, LARGEST / Math.max(...size));
  canvas.width = Math.round(size[0] * scale);
  canvas.height = Math.round(size[1] * scale);
  const pen = canvas.getContext("2d");
  pen.translate(canvas.width / 2, canvas.height / 2);
  pen.rotate((rotation * Math.PI) / 180);
  const [wide, high] = [image.naturalWidth * scale, image.naturalHeight * scale];
  pen.drawImage(image, -wide / 2, -high / 2, wide, high);
  return size;
}

function Preview({ source, crop, size, words }) {
  const ref = useRef(null);
  useEffect(() => {
    const canvas = ref.current;
    if (!canvas || !source.width) return;
    const cut = [crop.x * source.width, crop.y * source.height, crop.width * source.width, crop.height * source.height].map((n) => n / 100);
    const scale = Math.min(1, 320 / Math.max(cut[2], cut[3]));
    canvas.width = Math.max(1, Math.round(cut[2] * scale));
    canvas.height = Math.max(1, Math.round(cut[3] * scale));
    canvas.getContext("2d").drawImage(source, ...cut, 0, 0, canvas.width, canvas.height);
  }, [source, crop, size]);
  return <div className="editor-preview"><canvas ref={ref} role="img" aria-label={words.preview} /></div>;
}

export default function PhotoEditor({ photo, smallest, words, onSave, onClose }) {
  const id = useId();
  const canvas = useRef(null);
  const [image, setImage] = useState(null);
  const [lost, setLost] = useState(false);
  const [rotation, setRotation] = useState(photo.rotation);
  const [crop, setCrop] = useState(() => toPercent(photo.crop));
  const [aspect, setAspect] = useState(0); // 0: free
  const [size, setSize] = useState([0, 0]);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  const saved = JSON.stringify([photo.rotation, photo.crop]);
  const shown = useRef(saved);
  useEffect(() => { // an undo that was still on its way when this opened
    if (saved === shown.current) return;
    shown.current = saved;
    setRotation(photo.rotation);
    setAspect(0);
    setCrop(toPercent(photo.crop));
  }, [saved, photo]);

  useEffect(() => {
    const loading = new Image();
    loading.onload = () => setImage(loading);
    loading.onerror = () => setLost(true);
    loading.src = `/media/photos/${photo.id}/normal`;
  }, [photo.id]);

  useEffect(() => { if (image) setSize(draw(canvas.current, image, rotation)); }, [image, rotation]);

  const pixels = [Math.round((crop.width * size[0]) / 100), Math.round((crop.height * size[1]) / 100)];
  const small = image !== null && size[0] > 0 && Math.min(...pixels) < Math.min(smallest, ...size);
  const shape = (ratio, within = crop) => {
    setAspect(ratio);
    if (!ratio || !size[0]) return;
    const base = within.width > 5 && within.height > 5 ? within : WHOLE;
    const middle = [base.x + base.width / 2, base.y + base.height / 2];
    const fitted = makeAspectCrop({ unit: "%", width: base.width }, ratio, ...size);
    const reduced = fitted.height > base.height ? makeAspectCrop({ unit: "%", height: base.height }, ratio, ...size) : fitted;
    const place = (centre, length) => Math.min(100 - length, Math.max(0, centre - length / 2));
    setCrop({ ...centerCrop(reduced, ...size), x: place(middle[0], reduced.width), y: place(middle[1], reduced.height) });
  };
  const turn = (degrees) => {
    setRotation((rotation + degrees + 360) % 360);
    setAspect(0);
    setCrop(degrees > 0 // what was cut stays cut
      ? { unit: "%", x: 100 - crop.y - crop.height, y: crop.x, width: crop.height, height: crop.width }
      : { unit: "%", x: crop.y, y: 100 - crop.x - crop.width, width: crop.height, height: crop.width });
  };
  const type = (field, value) => {
    const number = Math.min(100, Math.max(0, Number(value)));
    if (!Number.isFinite(number)) return;
    const next = { ...crop, [field]: number };
    if (aspect && field === "width") next.height = (number * size[0]) / size[1] / aspect;
    if (aspect && field === "height") next.width = (number * size[1] * aspect) / size[0];
    next.width = Math.min(100, Math.max(1, next.width));
    next.height = Math.min(100, Math.max(1, next.height));
    next.x = Math.min(next.x, 100 - next.width);
    next.y = Math.min(next.y, 100 - next.height);
    setCrop(next);
  };
  const suggested = photo.suggested_crop || photo.suggested_rotation !== photo.rotation;
  const suggest = () => { setAspect(0); setRotation(photo.suggested_rotation); setCrop(toPercent(photo.suggested_crop)); };
  const reset = () => { setAspect(0); setRotation(0); setCrop(WHOLE); };
  const save = async (event) => {
    event.preventDefault();
    event.stopPropagation(); // this form stands within the wizard's
    if (busy || small) return;
    setBusy(true);
    const refused = await onSave(photo, { rotation, crop: toFractions(crop) });
    setBusy(false);
    if (refused) setProblem(refused);
  };

  return (
    <Dialog open label={say(words.editOne, { name: photo.name })} className="editor" first='[role="radio"]' onClose={onClose}>
      <div className="editor-head">
        <h2 className="text-lg">{words.edit}</h2>
        <button type="button" className="btn btn-ghost btn-icon btn-sm" aria-label={words.close} title={words.close} onClick={onClose}><Icon name="cross" /></button>
      </div>
      <div className="editor-body">
        <div className="editor-stage" aria-busy={!image && !lost}>
          {lost ? <p role="alert" className="text-sm text-bad">{words.lost}</p> : (
            <ReactCrop crop={crop} aspect={aspect || undefined} minWidth={16} minHeight={16} keepSelection ruleOfThirds
              ariaLabels={{ cropArea: words.cropArea, nwDragHandle: words.handleNW, nDragHandle: words.handleN, neDragHandle: words.handleNE, eDragHandle: words.handleE, seDragHandle: words.handleSE, sDragHandle: words.handleS, swDragHandle: words.handleSW, wDragHandle: words.handleW }}
              onChange={(_, percent) => setCrop(percent)}>
              <canvas ref={canvas} className="editor-picture" role="img" aria-label={photo.name} data-ready={image !== null || undefined} />
            </ReactCrop>
          )}
        </div>
        <div className="editor-side">
          <div className="segmented" role="radiogroup" aria-label={words.aspect}>
            {[[0, words.free], [1, "1:1"], [4 / 5, "4:5"], [3 / 4, "3:4"]].map(([ratio, text]) => (
              <button key={text} type="button" role="radio" aria-checked={aspect === ratio} onClick={() => shape(ratio)}>{text}</button>
            ))}
          </div>
          <div className="editor-row">
            <button type="button" className="btn btn-secondary btn-sm" onClick={() => turn(-90)}><Icon name="left" />{words.turnLeft}</button>
            <button type="button" className="btn btn-secondary btn-sm" onClick={() => turn(90)}><Icon name="right" />{words.turnRight}</button>
          </div>
          <div className="editor-numbers">
            {FIELDS.map(([field, name]) => (
              <label key={field} htmlFor={`${id}-${field}`}>
                <span>{words[name]}</span>
                <input id={`${id}-${field}`} type="number" className="input" inputMode="numeric" min={0} max={100} step={1} value={Math.round(crop[field])} onChange={(e) => type(field, e.target.value)} onKeyDown={(e) => { if (e.key === "Enter") save(e); }} />
              </label>
            ))}
          </div>
          {image && <Preview source={canvas.current} crop={crop} size={size} words={words} />}
          <p className="score-help num" role="status">{size[0] > 0 && say(words.pixels, { w: pixels[0], h: pixels[1] })}</p>
          {(small || problem) && <p role="alert" className="field-error">{small ? say(words.cropSmall, { n: smallest }) : problem}</p>}
        </div>
      </div>
      <div className="dialog-foot editor-foot">
        {suggested && <button type="button" className="btn btn-ghost" onClick={suggest}>{words.suggested}</button>}
        <button type="button" className="btn btn-ghost" onClick={reset}>{words.reset}</button>
        <span className="flex-1" />
        <button type="button" className="btn btn-ghost" onClick={onClose}>{words.cancel}</button>
        <button type="button" className="btn btn-primary" disabled={busy || small || !image} aria-busy={busy} onClick={save}>{words.save}</button>
      </div>
    </Dialog>
  );
}
