"""`photogen doctor`: what is configured, what answers, what we are allowed to do there, and how to mend the rest.

It says the names of variables, never their values. The parts are in `photogen.runtime.checkup`, and what is tried of a
vendor is in the vendor's own file.

`--json` prints one object; fields are added, never changed or taken away:

    {"status": "ok" | "warning" | "failed",      the worst of all
     "checked_at": "2026-11-25T22:00:00+00:00",
     "parts": [{"part": "database",              a stable word
                "title": "PostgreSQL",           for people
                "source": "DATABASE_URL",        the variable, or "embedded", "sandbox", ""
                "status": "ok" | "warning" | "failed",
                "seconds": 0.05,
                "findings": [{"check": "notify", a stable word within the part
                              "status": "ok" | "warning" | "failed",
                              "words": "tells of changes",
                              "mend": ""}]}]}
"""

import json
import os
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from photogen.bootstrap import Services, build
from photogen.db.embedded import EmbeddedPostgres
from photogen.errors import PhotogenError
from photogen.gateways.examination import Finding, Verdict, failed
from photogen.runtime.checkup import address, machine, mail, operation, servers, shop, vendors
from photogen.runtime.checkup.parts import Looked, Part, look_at
from photogen.runtime.instance import Instance
from photogen.runtime.up import DEFAULT_PORT, data_folder, settings_from_environment
from photogen.runtime.valkey import EmbeddedValkey
from photogen.settings import Settings

_MARKS = {Verdict.OK: "ok", Verdict.WARNING: "--", Verdict.FAILED: "!!"}
_ORDER = (Verdict.OK, Verdict.WARNING, Verdict.FAILED)
_ENDS = {
    Verdict.OK: "All is well.",
    Verdict.WARNING: "Photogen works. What is marked with -- is worth a look.",
    Verdict.FAILED: "What is marked with !! has to be mended.",
}
_TITLE = 15
_SHORTEST = 6
"""Characters of a secret that is looked for: a shorter one would be struck out of every other word."""
_WIDTH = 110


def examine(say: Callable[[str], object] = print, *, as_json: bool = False) -> int:
    """Looks at every part and says what was found. Gives 1 when something has to be mended, else 0."""
    looked = look()
    worst = max((one.verdict for one in looked), key=_ORDER.index, default=Verdict.OK)
    if as_json:
        say(json.dumps(_document(looked, worst), indent=2))
    else:
        for line in _lines(looked):
            say(line)
        say("")
        say(_ENDS[worst])
    return int(worst is Verdict.FAILED)


def look() -> list[Looked]:
    """Every part that can be looked at with the settings there are."""
    try:
        folder = data_folder()
    except PhotogenError as problem:
        return look_at([_broken("disk", "Data folder", "PHOTOGEN_DATA", problem)])
    parts = machine.parts(folder)
    try:
        with _installation(folder) as (settings, services, postgres, valkey):
            parts += servers.parts(settings, services, postgres, valkey)
            parts += vendors.parts(settings, services)
            parts += shop.parts(settings, services)
            parts += address.parts(settings, services)
            parts += mail.parts(settings, services)
            if (postgres is None or postgres.answers()) and (valkey is None or valkey.answers()):
                parts += operation.parts(services)
            return look_at(parts, secrets=_secrets(settings))
    except PhotogenError as problem:
        return look_at([*parts, _broken("settings", "Settings", "", problem)])


def _broken(key: str, title: str, source: str, problem: PhotogenError) -> Part:
    def found() -> Iterator[Finding]:
        yield failed("usable", str(problem), "Correct the variables that are named; the README lists all of them.")

    return Part(key, title, found, source)


@contextmanager
def _installation(
    folder: Path,
) -> Iterator[tuple[Settings, Services, EmbeddedPostgres | None, EmbeddedValkey | None]]:
    """The services as the installation's own processes have them, with the servers of the data folder where the
    environment names none. Starts nothing. Raises PhotogenError when the settings can't be used."""
    given, instance = os.environ, Instance(folder)
    postgres = None if given.get("DATABASE_URL") else EmbeddedPostgres(folder / "postgresql", instance.sockets)
    valkey = None if given.get("REDIS_URL") else EmbeddedValkey(folder / "valkey", instance.sockets)
    sandbox = given.get("PHOTOGEN_SANDBOX_URL")
    ours = {
        "PORT": given.get("PORT") or str(DEFAULT_PORT),
        "PHOTOGEN_DATA": str(folder),
        "SECRET_KEY": given.get("SECRET_KEY") or instance.secret_key(),
        "DATABASE_URL": given.get("DATABASE_URL") or (postgres.url() if postgres else ""),
        "REDIS_URL": given.get("REDIS_URL") or (valkey.url if valkey else ""),
        "PHOTOGEN_SANDBOX_URL": sandbox or f"http://127.0.0.1:{_sandbox_port(instance)}",
    }
    given.update(ours)
    settings = settings_from_environment()
    if not settings.needs_sandbox and not sandbox:
        del given["PHOTOGEN_SANDBOX_URL"]
        settings = settings_from_environment()
    services = build(settings)
    try:
        yield settings, services, postgres, valkey
    finally:
        services.close()


def _secrets(settings: Settings) -> set[str]:
    """What must never be said: every secret setting, and the passwords in addresses."""
    values = {value.get_secret_value() for _, value in settings if isinstance(value, SecretStr)}
    passwords = {password for value in values if "://" in value and (password := urlsplit(value).password)}
    found = values | passwords | {unquote(password) for password in passwords}
    return {secret for secret in found if len(secret) >= _SHORTEST}


def _sandbox_port(instance: Instance) -> int:
    """Where the sandbox of this data folder was last; 9 (which discards) when there was none yet."""
    with suppress(FileNotFoundError, ValueError):
        return int((instance.run / "sandbox.port").read_text())
    return 9


def _lines(looked: Sequence[Looked]) -> Iterator[str]:
    """The good ones first, so that what has to be mended stands right above the prompt."""
    for one in sorted(looked, key=lambda one: _ORDER.index(one.verdict)):
        source = f" ({one.part.source})" if one.part.source else ""
        quiet = "; ".join(finding.words for finding in one.findings if finding.verdict is Verdict.OK)
        loud = [finding for finding in one.findings if finding.verdict is not Verdict.OK]
        head = f"  {_MARKS[one.verdict]}  {one.part.title:<{_TITLE}}"
        if not loud:
            yield from _wrapped(head, quiet + source)
            continue
        for finding in sorted(loud, key=lambda finding: _ORDER.index(finding.verdict)):
            yield from _wrapped(head, finding.words + source)
            if finding.mend:
                yield from _wrapped(" " * len(head), finding.mend)
            head, source = f"  {_MARKS[finding.verdict]}  {'':<{_TITLE}}", ""
        if quiet:
            yield from _wrapped(" " * len(head), f"Fine: {quiet}")


def _wrapped(head: str, words: str) -> Iterator[str]:
    yield from textwrap.wrap(
        words,
        _WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _document(looked: Sequence[Looked], worst: Verdict) -> dict[str, object]:
    return {
        "status": worst.value,
        "checked_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "parts": [
            {
                "part": one.part.key,
                "title": one.part.title,
                "source": one.part.source,
                "status": one.verdict.value,
                "seconds": round(one.seconds, 3),
                "findings": [
                    {"check": f.check, "status": f.verdict.value, "words": f.words, "mend": f.mend}
                    for f in one.findings
                ],
            }
            for one in looked
        ],
    }
