"""What an open session costs in memory: two hundred people, each logged in with a tab of their own, by socket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack

from bench.house import House, house
from photogen.domain.generation.commands import StartGeneration
from photogen.kit.ids import new_id
from tests.fakes.raw_tab import RawTab
from tests.fakes.servers import wait_for

SESSIONS = 200
WARM = 20
BATCHES = 2
AIM = 300
PAGES = ("/generate", "/gallery")
WORKERS = 2

Report = Callable[[str, str], None]


def run(report: Report) -> None:
    """Reports proportional set sizes before and after, with fresh processes for each page."""
    for page in PAGES:
        with house(workers=WORKERS) as all_of_it:
            all_of_it.sandbox.pace(image_seconds=0, largest_side=256)
            tokens = _people(all_of_it)
            asyncio.run(_measured(all_of_it, page, tokens, report))


def _people(all_of_it: House) -> list[str]:
    """Tokens of people who have drawn before, so that their pages have something to show."""
    web = all_of_it.web
    accounts = [web.account(credits=100) for _ in range(SESSIONS)]
    draw = web.services.generation
    for account in accounts:
        for _ in range(BATCHES):
            draw.start(
                account,
                StartGeneration.of(request_key=new_id(), model="base:flux:schnell", prompt="a red fox", seed=7),
            )
    wait_for(lambda: all(view.status == "done" for a in accounts for view in draw.recent(a)), "pictures", 300)
    return [web.session(account) for account in accounts]


async def _measured(all_of_it: House, page: str, tokens: list[str], report: Report) -> None:
    async with AsyncExitStack() as first:
        for number, token in enumerate(tokens[:WARM]):  # what is made once is there before
            await first.enter_async_context(_tab(all_of_it, page, token, number))
    before = all_of_it.memory()
    async with AsyncExitStack() as stack:
        for number, token in enumerate(tokens):
            await stack.enter_async_context(_tab(all_of_it, page, token, number))
        await asyncio.to_thread(time.sleep, 3)
        after = all_of_it.memory()
    each = (after["web"] - before["web"]) / SESSIONS
    report(f"{page}: memory of an open session (aim: under {AIM} kB)", f"{each / 1000:.0f} kB")
    report(
        f"{page}: the web server with {SESSIONS} sessions",
        f"{before['web'] / 1e6:.0f} MB before, {after['web'] / 1e6:.0f} MB with them",
    )
    parts = ", ".join(f"{name} {size / 1e6:.0f}" for name, size in after.items())
    report(f"{page}: the whole with {SESSIONS} sessions", f"{sum(after.values()) / 1e6:.0f} MB ({parts})")


def _tab(all_of_it: House, page: str, token: str, number: int) -> RawTab:
    return RawTab(all_of_it.web.url, token, path=page, address=f"127.0.{1 + number // 200}.{1 + number % 200}")
