"""The sandbox as a process of its own, for suites that need vendors."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from photogen.gateways.http import tls


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class SandboxServer:
    """A running sandbox; a context manager.

    `with SandboxServer(folder) as sandbox:` gives `replicate`, `together`, `nebius` and `hub` as base addresses for the
    vendors' clients (any token but one that begins with `invalid` is fine), `fault(...)`, `requests(...)`, `pace(...)`
    and `reset()`. It works instantly unless `pace` says otherwise.
    """

    def __init__(self, data: Path, *, port: int | None = None, environment: dict[str, str] | None = None) -> None:
        self.data = data
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            "SANDBOX_TRAINING_SECONDS_PER_1000_STEPS": "0",
            "SANDBOX_IMAGE_SECONDS": "0",
            "SANDBOX_VERSION_DELETE_SECONDS": "0",
            **(environment or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._control = httpx.Client(base_url=self.url, verify=tls(), trust_env=False, timeout=10)

    @property
    def pid(self) -> int:
        """Of its process, while it runs."""
        assert self._process is not None
        return self._process.pid

    @property
    def replicate(self) -> str:
        return f"{self.url}/replicate"

    @property
    def together(self) -> str:
        return f"{self.url}/together"

    @property
    def nebius(self) -> str:
        return f"{self.url}/nebius"

    @property
    def hub(self) -> str:
        return f"{self.url}/hub"

    @property
    def stripe(self) -> str:
        return f"{self.url}/stripe"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._control.close()

    def start(self) -> None:
        """Starts it and waits until it answers. Raises RuntimeError with its words when it does not."""
        arguments = [sys.executable, "-m", "photogen.sandbox", "--port", str(self.port), "--data", str(self.data)]
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / "sandbox.log").open("ab") as log:
            self._process = subprocess.Popen(arguments, env=os.environ | self._environment, stdout=log, stderr=log)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                if self._control.get("/healthz").is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.02)
        raise RuntimeError(f"the sandbox did not start:\n{self.log()}")

    def stop(self, *, kill: bool = False) -> int:
        """Ends it, by SIGTERM or SIGKILL, and returns its exit status."""
        if self._process is None:
            return 0
        if kill:
            self._process.kill()
        else:
            self._process.terminate()
        status = self._process.wait(timeout=10)
        self._process = None
        return status

    def log(self) -> str:
        """What it printed."""
        return (self.data / "sandbox.log").read_text(errors="replace")

    def fault(
        self,
        vendor: str,
        operation: str,
        fault: str,
        *,
        times: int | None = 1,
        probability: float = 1.0,
        match: str = "",
        **args: Any,
    ) -> None:
        """Makes the next `times` (None: all) fitting calls go wrong; see photogen.sandbox.faults."""
        body = {"vendor": vendor, "operation": operation, "fault": fault, "times": times, "match": match}
        self._control.post("/control/faults", json=body | {"probability": probability, "args": args}).raise_for_status()

    def move_on(self, customer: str, days: float) -> None:
        """Moves the time of one of Stripe's customers on; what falls due on the way happens."""
        self._control.post("/control/stripe/move", json={"customer": customer, "days": days}).raise_for_status()

    def dispute(self, **what: str) -> dict[str, Any]:
        """Has `charge` disputed, or `dispute` decided with an `outcome` of won or lost."""
        answer = self._control.post("/control/stripe/dispute", json=what).raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def resend(self, event: str) -> None:
        """Delivers one of Stripe's events once more."""
        self._control.post("/control/stripe/resend", json={"event": event}).raise_for_status()

    def clear_faults(self) -> None:
        self._control.delete("/control/faults").raise_for_status()

    def faults(self) -> list[dict[str, Any]]:
        """Those that still wait to strike."""
        found: list[dict[str, Any]] = self._control.get("/control/faults").json()
        return found

    def requests(self, **equal: str) -> list[dict[str, Any]]:
        """Requests received, oldest first, with these values: vendor, operation, reference, fault, status..."""
        answer = self._control.get("/control/requests", params=equal).raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    def accepted(self, **equal: str) -> list[dict[str, Any]]:
        """Requests that did their work, whether or not the answer arrived."""
        return [request for request in self.requests(**equal) if request["accepted"]]

    def clear_requests(self) -> None:
        self._control.delete("/control/requests").raise_for_status()

    def retire(self, vendor: str, model: str, *, retired: bool = True) -> None:
        """Takes a model out of what a vendor serves, or puts it back."""
        body = {"vendor": vendor, "model": model, "retired": retired}
        self._control.post("/control/models", json=body).raise_for_status()

    def pace(self, **seconds: float) -> dict[str, float]:
        """Changes the pace, e.g. `image_seconds=0.5`; returns all of it."""
        answer = self._control.post("/control/pace", json=seconds).raise_for_status()
        found: dict[str, float] = answer.json()
        return found

    def seed(self, number: int) -> None:
        """Lets the faults' chance follow `number`."""
        self._control.post("/control/seed", json={"seed": number}).raise_for_status()

    def account(self) -> dict[str, list[Any]]:
        """What the account owes and owns: charges, jobs, files, models, versions, repositories."""
        found: dict[str, list[Any]] = self._control.get("/control/account").raise_for_status().json()
        return found

    def reset(self) -> None:
        """As new: nothing stored, no faults, no record of requests."""
        self._control.post("/control/reset", json={}).raise_for_status()
