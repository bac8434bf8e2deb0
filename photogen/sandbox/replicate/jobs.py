"""What trainings and predictions have in common: their life, their view, their end after the retention time."""

import asyncio
import json
from datetime import datetime
from typing import Any

from photogen.sandbox.calls import Call
from photogen.sandbox.context import Sandbox, age, stamp
from photogen.sandbox.faults import JOB_FAULTS, Fault
from photogen.sandbox.replicate.webhooks import Hooks
from photogen.sandbox.store import Record

ENDED = frozenset({"succeeded", "failed", "canceled", "aborted"})


class Job:
    """A training or a prediction under way: the only writer of its record."""

    def __init__(self, sandbox: Sandbox, kind: str, record: Record) -> None:
        self.sandbox = sandbox
        self.kind = kind
        self.record = record
        self._hooks = Hooks(sandbox, record)

    def start(self) -> None:
        """From `starting` to `processing`."""
        self.record |= {"status": "processing", "started_at": stamp()}
        self._keep()
        self._hooks.send("start", self.view())

    def log(self, text: str) -> None:
        """Adds to the log; not written to disk each time."""
        self.record["logs"] += text
        self._hooks.send("logs", self.view())

    def end(self, status: str, *, output: Any = None, error: str | None = None) -> None:
        """To its last status."""
        started = self.record.get("started_at")
        self.record |= {"status": status, "output": output, "error": error, "completed_at": stamp()}
        total = age(self.record["created_at"])
        predict = age(started) if started else 0.0
        self.record["metrics"] = {"predict_time": round(predict, 6), "total_time": round(total, 6)}
        self._keep()
        if output is not None:
            self._hooks.send("output", self.view())
        self._hooks.send("completed", self.view())

    def view(self) -> dict[str, Any]:
        """As the API writes it."""
        return job_view(self.sandbox, self.kind, self.record)

    def fault(self, *kinds: str) -> Fault | None:
        """The fault that was drawn for this job at its start, if it is one of these."""
        fault = self.record.get("fault")
        return Fault.model_validate(fault) if fault and fault["fault"] in kinds else None

    def _keep(self) -> None:
        self.sandbox.store.put(self.kind, self.record["id"], self.record)


def new_job(call: Call, record: Record, kind: str, text: Any) -> Job:
    """A new job, with the fault that was switched on for it."""
    fault = call.sandbox.faults.take(call.vendor, call.operation, JOB_FAULTS, json.dumps(text))
    record |= {"fault": fault.model_dump() if fault else None, "created_at": stamp(), "logs": "", "error": None}
    record |= {"status": "starting", "output": None}
    call.record["job"] = record["id"]
    call.sandbox.store.put(kind, record["id"], record)
    return Job(call.sandbox, kind, record)


def job_view(sandbox: Sandbox, kind: str, record: Record) -> dict[str, Any]:
    """A training or prediction as the API writes it; inputs, outputs and logs are gone after the retention time."""
    base = f"{sandbox.base_url}/replicate"
    plural = "trainings" if kind == "training" else "predictions"
    address = f"{base}/v1/{plural}/{record['id']}"
    view: dict[str, Any] = {
        "id": record["id"],
        "model": record["model"],
        "version": record["version"],
        "input": {key: _hidden(key, value) for key, value in record["input"].items()},
        "output": with_addresses(sandbox, record["output"]),
        "logs": record["logs"],
        "error": record["error"],
        "status": record["status"],
        "source": "api",
        "created_at": record["created_at"],
        "urls": {"get": address, "cancel": f"{address}/cancel", "web": f"https://replicate.com/p/{record['id']}"},
    }
    for name in ("started_at", "completed_at", "metrics"):
        if record.get(name) is not None:
            view[name] = record[name]
    removed = is_removed(sandbox, record)
    if removed:
        view |= {"input": {}, "output": None, "logs": ""}
    if kind == "prediction":
        view["data_removed"] = removed
    elif view["output"] is None:
        del view["output"]  # published as an object, not as one or null
    return view


def is_removed(sandbox: Sandbox, record: Record) -> bool:
    """Whether the retention time of an ended prediction is over; trainings keep their record."""
    if "destination" in record or not record.get("completed_at"):
        return False
    return age(record["completed_at"]) >= sandbox.pace.retention_seconds


def _hidden(key: str, value: Any) -> Any:
    return "[REDACTED]" if key in {"hf_token", "hf_api_token", "civitai_api_token", "wandb_api_key"} else value


def with_addresses(sandbox: Sandbox, output: Any) -> Any:
    """The output with paths made addresses: the sandbox may have another port than when it was made."""
    if isinstance(output, str) and output.startswith("/replicate/"):
        return sandbox.base_url + output
    if isinstance(output, list):
        return [with_addresses(sandbox, item) for item in output]
    if isinstance(output, dict):
        return {key: with_addresses(sandbox, item) for key, item in output.items()}
    return output


def cancel(call: Call, kind: str, record: Record) -> dict[str, Any]:
    """Ends a job that has not ended, and writes it out."""
    if record["status"] not in ENDED:
        call.sandbox.stop(f"{kind} {record['id']}")
        Job(call.sandbox, kind, record).end("canceled")
    return job_view(call.sandbox, kind, record)


async def until_ended(record: Record, seconds: float) -> bool:
    """Waits for the end of a job, at most `seconds`; whether it came."""
    deadline = asyncio.get_running_loop().time() + seconds
    while record["status"] not in ENDED:
        if asyncio.get_running_loop().time() >= deadline:
            return False
        await asyncio.sleep(0.02)
    return True


def created_between(record: Record, after: str | None, before: str | None) -> bool:
    """Whether a record falls into the bounds that a list was asked for."""
    moment = datetime.fromisoformat(record["created_at"])
    if after and moment < datetime.fromisoformat(after):
        return False
    return not (before and moment >= datetime.fromisoformat(before))
