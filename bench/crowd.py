"""A hundred creators, each with the generate page open, press the button for one picture: in the same moment, and each
at a moment of their own within half a minute. One web process, two processes for jobs.

A hundred browsers would measure the browsers: these tabs speak the page's own protocol to the real web server, and
fetch the picture's thumbnail as a page does; only nothing is painted. The sandbox hands out one drawing to all, since a
true vendor doesn't draw on this machine; the databases, the vendor's stand-in and the hundred tabs do share its
processors."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import aiohttp

from bench.house import House, house
from tests.fakes.raw_tab import ROOT, RawTab

CREATORS = 100
WORKERS = 2
ROUNDS = 3
PATIENCE = 60.0
AIM = 1.5
PAGE = f"{ROOT}.photogen___web___pages___generate___state____generate"
WITHIN = 30.0
CASES = ((1024, 0.0), (256, 0.0), (1024, WITHIN))
"""Pixels of the pictures' sides (as a true vendor's; so few that what is done to pictures hardly counts), and the
seconds over which the clicks are spread."""

Report = Callable[[str, str], None]


@dataclass
class _Creator:
    tab: RawTab
    token: str
    http: aiohttp.ClientSession

    async def click(self, after: float) -> float:
        """Waits `after` seconds; gives the seconds from the click to the bytes of the thumbnail. Raises TimeoutError,
        RuntimeError with a refusal."""
        await asyncio.sleep(after)
        self.tab.deltas.clear()
        clicked = time.perf_counter()
        await self.tab.send(f"{PAGE}.start", {"form_data": {}}, settle=False)
        await self.tab.until(self._drawn, PATIENCE)
        address = self.tab.url + self._shot()["src"]
        async with self.http.get(address, cookies={"photogen_session": self.token}) as answer:
            answer.raise_for_status()
            await answer.read()
        return time.perf_counter() - clicked

    def _shot(self) -> dict[str, str]:
        batches = self.tab.value("generate.batches")
        shot: dict[str, str] = batches[0]["shots"][0] if batches and batches[0]["shots"] else {}
        return shot

    def _drawn(self) -> bool:
        if self.tab.value("generate.errors"):
            raise RuntimeError(str(self.tab.value("generate.errors")))
        return self._shot().get("status") == "done"


def run(report: Report) -> None:
    """Reports how long pictures take, what got lost, and which process the time went to."""
    with house(workers=WORKERS) as all_of_it:
        asyncio.run(_crowd(all_of_it, report))


async def _crowd(all_of_it: House, report: Report) -> None:
    async with AsyncExitStack() as stack:
        connector = aiohttp.TCPConnector(limit=0)
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        creators = []
        for number in range(CREATORS):
            account = all_of_it.web.account(credits=1000)
            token = all_of_it.web.session(account)
            tab = RawTab(all_of_it.web.url, token, path="/generate", address=f"127.0.1.{number + 1}")
            creators.append(_Creator(await stack.enter_async_context(tab), token, http))
        for creator in creators:
            # The same recipe for all: the sandbox draws it once, and from then on takes no time, as a vendor that
            # draws elsewhere takes none of this machine's.
            await creator.tab.send(f"{PAGE}.set_prompt", {"value": "a red fox in the snow"})
            await creator.tab.send(f"{PAGE}.set_seed", {"value": "7"})
        for side, within in CASES:
            all_of_it.sandbox.pace(image_seconds=0, largest_side=side)
            await _together(creators, 0)  # opens connections, compiles queries, lets the sandbox draw
            when = f"each within {within:.0f} s" if within else "all in the same moment"
            await _measured(all_of_it, creators, f"{side} px, {when}", within, report)


async def _measured(all_of_it: House, creators: list[_Creator], what: str, within: float, report: Report) -> None:
    before, clock = all_of_it.seconds(), time.process_time()
    took: list[float] = []
    lost: list[BaseException] = []
    for _ in range(ROUNDS):
        for one in await _together(creators, within):
            if isinstance(one, BaseException):
                lost.append(one)
            else:
                took.append(one)
    after = all_of_it.seconds()
    spent = {name: after[name] - before[name] for name in after} | {"bench": time.process_time() - clock}
    reasons = "; ".join(sorted({f"{type(one).__name__} {one}".strip() for one in lost}))
    report(f"{what}: click to picture there (aim: p95 under {AIM} s)", _spread(took))
    report(f"{what}: lost (aim: none)", f"{len(lost)} of {CREATORS * ROUNDS} {reasons}".strip())
    report(
        f"{what}: a processor's time per picture",
        ", ".join(f"{name} {seconds / max(1, len(took)) * 1000:.0f} ms" for name, seconds in spent.items()),
    )


async def _together(creators: list[_Creator], within: float) -> list[float | BaseException]:
    """Lets each press the button once, evenly spread over `within` seconds."""
    each = (creator.click(after=within * number / len(creators)) for number, creator in enumerate(creators))
    return await asyncio.gather(*each, return_exceptions=True)


def _spread(seconds: list[float]) -> str:
    if len(seconds) < 2:
        return "no pictures came"
    p95 = statistics.quantiles(seconds, n=20)[-1]
    return f"p50 {statistics.median(seconds):.2f} s  p95 {p95:.2f} s  ({len(seconds)})"
