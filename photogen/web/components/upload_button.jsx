// A button that sends one file to `url` and tells the id in the answer; what is wrong with the file is said below it.
import { useRef, useState } from "react";

export function UploadButton({ url, accept, label, busyLabel, offline, mostBytes, tooBig, onDone, className }) {
  const file = useRef(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const send = async (event) => {
    const chosen = event.target.files[0];
    event.target.value = "";
    if (!chosen) return;
    if (chosen.size > mostBytes) { setProblem(tooBig.replace("{n}", (chosen.size / 1e6).toFixed(1))); return; }
    setBusy(true);
    setProblem("");
    try {
      const response = await fetch(url, { method: "POST", credentials: "same-origin", body: chosen });
      const said = await response.json().catch(() => ({}));
      if (response.ok) onDone?.(said.id);
      else setProblem(said.error?.message ?? offline);
    } catch {
      setProblem(offline);
    }
    setBusy(false);
  };
  return (
    <div>
      <button type="button" className={className} aria-busy={busy} disabled={busy} onClick={() => file.current.click()}>
        {busy && <span className="spinner" aria-hidden="true" />}{busy ? busyLabel : label}
      </button>
      <input ref={file} type="file" accept={accept} onChange={send} hidden aria-label={label} />
      <p role="alert" className="field-error empty:hidden mt-1.5">{problem}</p>
    </div>
  );
}
