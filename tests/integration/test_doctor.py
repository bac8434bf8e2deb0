"""The doctor, on real servers and the sandbox: what it finds, that nothing hides the rest, and what it never says."""

import base64
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from photogen.bootstrap import build
from photogen.db import examination
from photogen.domain.notices import NoticeKind, tell
from photogen.gateways.base import Category, Stop
from photogen.gateways.examination import Finding, Verdict, good
from photogen.gateways.hub.huggingface import HuggingFaceHub
from photogen.gateways.queue.rq import RqQueue
from photogen.gateways.replicate_api import ReplicateApi
from photogen.gateways.trainers.replicate import DESTINATION, ReplicateTrainer
from photogen.gateways.webhooks import ReplicateWebhooks
from photogen.models import Account
from photogen.runtime import doctor
from photogen.runtime.checkup import mail
from photogen.runtime.checkup.parts import Part, look_at
from photogen.settings import Settings
from tests.fakes.post_office import PostOffice
from tests.fakes.sandbox import SandboxServer, free_port
from tests.fakes.servers import EmbeddedPostgres

SECRET = "s3cr3t-" + "x" * 40


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    with SandboxServer(tmp_path_factory.mktemp("sandbox")) as server:
        yield server


@pytest.fixture
def installation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str, redis_url: str, sandbox: SandboxServer
) -> pytest.MonkeyPatch:
    sandbox.reset()
    for name in ("S3_BUCKET", "REPLICATE_API_TOKEN", "TOGETHER_API_KEY", "NEBIUS_API_KEY", "HF_TOKEN", "PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    values = {
        "PHOTOGEN_DATA": str(tmp_path / "data"),
        "PORT": str(free_port()),
        "SECRET_KEY": SECRET,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PHOTOGEN_SANDBOX_URL": sandbox.url,
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def found(findings: Any) -> dict[str, Verdict]:
    return {finding.check: finding.verdict for finding in findings}


def document() -> tuple[int, dict[str, Any], str]:
    lines: list[str] = []
    status = doctor.examine(lines.append, as_json=True)
    text = "\n".join(lines)
    body = json.loads(text)
    return status, {part["part"]: part for part in body["parts"]} | {"": body}, text


# --- the whole ---


def test_a_good_installation(installation: pytest.MonkeyPatch) -> None:
    status, parts, text = document()
    assert status == 0
    assert set(parts[""]) == {"status", "checked_at", "parts"}
    assert set(parts["database"]) == {"part", "title", "source", "status", "seconds", "findings"}
    # The tests' PostgreSQL does not wait for the disk, and has few connections: a good reason to say so.
    odd = {f["check"] for f in parts["database"]["findings"] if f["status"] != "ok"}
    assert odd <= {"synchronous_commit", "connections"}
    for key in ("queue", "storage", "replicate", "together", "nebius", "huggingface", "stripe", "address", "leftovers"):
        assert parts[key]["status"] == "ok", parts[key]
    checks = {key: {f["check"] for f in part["findings"]} for key, part in parts.items() if key}
    assert checks["database"] >= {"version", "migrations", "create", "write", "notify", "synchronous_commit"}
    assert checks["queue"] >= {"reachable", "write", "eviction", "persistence"}
    words = {f["check"]: f["words"] for key in ("together", "nebius") for f in parts[key]["findings"]}
    assert re.fullmatch(r"serves the [1-9]\d* models that photogen draws with there", words["models"])
    assert checks["storage"] == {"write", "read", "range", "list", "delete"}
    assert checks["replicate"] == {"account", "trainer", "destination", "webhook_secret", "models"}
    assert checks["huggingface"] == {"account", "owner", "write"}
    assert checks["stripe"] == {"account", "charges", "prices"}
    assert (parts["database"]["source"], parts["replicate"]["source"]) == ("DATABASE_URL", "sandbox")
    assert parts["worker"]["status"] == parts[""]["status"] == "warning"  # nothing runs here
    assert SECRET not in text


def test_nothing_is_left_behind(installation: pytest.MonkeyPatch, tmp_path: Path, sandbox: SandboxServer) -> None:
    doctor.look()
    objects = tmp_path / "data" / "objects"
    assert [path for path in objects.rglob("*") if path.is_file()] == []
    assert {request["method"] for request in sandbox.requests()} <= {"GET"}


def test_for_people_the_worst_stands_last_and_says_how_to_mend_it(
    installation: pytest.MonkeyPatch, sandbox: SandboxServer
) -> None:
    installation.setenv("DATABASE_URL", "postgresql://ada:hunter2@127.0.0.1:9/photos")
    sandbox.fault("nebius", "models.list", "401")
    lines: list[str] = []
    assert doctor.examine(lines.append) == 1
    text = "\n".join(lines)
    assert "  !!  Nebius         the key is refused" in text  # which is told without a database too
    marks = [line[2:4] for line in lines if line[:2] == "  " and line[2:4] in {"ok", "--", "!!"}]
    assert marks == sorted(marks, key=["ok", "--", "!!"].index)
    assert "  !!  PostgreSQL" in text
    assert "DATABASE_URL" in text
    assert "hunter2" not in text
    assert "  ok  Queue" in text
    assert lines[-1] == "What is marked with !! has to be mended."


def test_settings_that_can_t_be_used_are_a_part_and_hide_nothing_of_this_machine(
    installation: pytest.MonkeyPatch,
) -> None:
    installation.setenv("PHOTOGEN_ENV", "production")
    status, parts, _ = document()
    assert status == 1
    assert parts["settings"]["status"] == "failed"
    assert "REPLICATE_API_TOKEN" in parts["settings"]["findings"][0]["words"]
    assert parts["python"]["status"] == "ok"


def test_a_vendor_that_is_down_hides_no_other(installation: pytest.MonkeyPatch, sandbox: SandboxServer) -> None:
    sandbox.fault("together", "models.list", "401", times=None)
    sandbox.fault("hub", "whoami", "500", times=None)
    status, parts, _ = document()
    assert status == 1
    (together,) = parts["together"]["findings"]
    assert (together["check"], together["status"]) == ("allowed", "failed")
    assert "sandbox" in together["mend"]
    assert parts["huggingface"]["findings"][0]["check"] == "reachable"
    assert parts["replicate"]["status"] == parts["nebius"]["status"] == "ok"


def test_a_part_that_hangs_or_breaks_half_way_keeps_what_it_found_and_no_secret_is_said() -> None:
    over = threading.Event()

    def hangs() -> Iterator[Finding]:
        yield good("first", "fine")
        over.wait(20)

    def breaks() -> Iterator[Finding]:
        yield good("first", "the token r8_abcdefghijklmnop of hunter2")
        raise Stop(
            "No.", vendor="x", code="vendor_credentials", category=Category.AUTHENTICATION, words="Bearer abc123def456"
        )

    began = time.monotonic()
    parts = [Part("a", "A", hangs, mend="Mend."), Part("b", "B", breaks, mend="Mend.", renew="Renew.")]
    hung, broke = look_at(parts, patience=0.3, secrets=["hunter2"])
    over.set()
    assert time.monotonic() - began < 5
    assert [f.check for f in hung.findings] == ["first", "reachable"]
    assert hung.verdict is Verdict.FAILED
    assert [f.check for f in broke.findings] == ["first", "allowed"]
    assert broke.findings[1].mend == "Renew."
    assert not any(secret in str(broke) for secret in ("r8_abc", "abc123def456", "hunter2"))


# --- the database ---


def test_a_user_who_may_only_read(postgres: EmbeddedPostgres, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE ROLE reader LOGIN")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    try:
        reader = psycopg.conninfo.make_conninfo(database_url, user="reader")
        seen = found(examination.examine(reader, connections=10))
        assert seen["create"] is seen["write"] is Verdict.FAILED
        assert seen["notify"] is Verdict.OK
    finally:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("DROP OWNED BY reader")
            connection.execute("DROP ROLE reader")


def test_a_database_that_is_read_only_forgetful_small_and_empty(postgres: EmbeddedPostgres) -> None:
    url = postgres.create("forgetful")
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ALTER DATABASE forgetful SET synchronous_commit = off")
            connection.execute("ALTER DATABASE forgetful SET default_transaction_read_only = on")
        seen = found(examination.examine(url, connections=100_000))
    finally:
        postgres.drop("forgetful")
    assert seen["writable"] is seen["create"] is Verdict.FAILED
    assert seen["synchronous_commit"] is seen["connections"] is seen["migrations"] is Verdict.WARNING


def test_the_examination_changes_nothing(database_url: str) -> None:
    def tables() -> list[Any]:
        with psycopg.connect(database_url) as connection:
            return connection.execute("SELECT tablename FROM pg_tables ORDER BY 1").fetchall()

    before = tables()
    assert set(found(examination.examine(database_url, connections=10)).values()) <= {Verdict.OK, Verdict.WARNING}
    assert tables() == before


# --- the queue ---


def test_a_queue_that_drops_jobs(redis_url: str) -> None:
    with closing(redis.Redis.from_url(redis_url)) as server, closing(RqQueue(redis_url)) as queue:
        server.config_set("maxmemory-policy", "allkeys-lru")
        server.config_set("maxmemory", "200mb")
        try:
            assert found(queue.examine())["eviction"] is Verdict.WARNING
        finally:
            server.config_set("maxmemory-policy", "noeviction")
            server.config_set("maxmemory", "0")
        assert found(queue.examine())["eviction"] is Verdict.OK
        assert server.keys() == []


def test_who_is_alive(redis_url: str) -> None:
    with closing(RqQueue(redis_url)) as queue:
        assert queue.beats() == {}
        queue.beat("schedule")
        assert datetime.now(UTC) - queue.beats()["schedule"] < timedelta(minutes=1)


# --- the vendors ---


def test_a_token_that_may_only_read_and_an_owner_who_is_somebody_else(sandbox: SandboxServer) -> None:
    sandbox.reset()
    with closing(HuggingFaceHub("hf_reader", owner="elsewhere", address=sandbox.hub)) as hub:
        assert found(hub.examine()) == {
            "account": Verdict.OK,
            "owner": Verdict.FAILED,
            "write": Verdict.FAILED,
        }


@pytest.mark.parametrize(
    ("permissions", "verdict"), [(["repo.content.read"], Verdict.FAILED), (["repo.write"], Verdict.OK)]
)
def test_a_fine_grained_token(monkeypatch: pytest.MonkeyPatch, permissions: list[str], verdict: Verdict) -> None:
    hub = HuggingFaceHub("hf_token", owner="studio")
    token = {
        "role": "fineGrained",
        "fineGrained": {"scoped": [{"entity": {"name": "studio", "type": "org"}, "permissions": permissions}]},
    }
    answer = {"name": "ada", "orgs": [{"name": "studio"}], "auth": {"accessToken": token}}
    monkeypatch.setattr(hub._api, "whoami", lambda: answer)
    assert found(hub.examine()) == {"account": Verdict.OK, "owner": Verdict.OK, "write": verdict}


def test_a_destination_that_is_public_stops_trainings(sandbox: SandboxServer) -> None:
    sandbox.reset()
    with closing(ReplicateApi("r8_token", sandbox.replicate)) as api:
        trainer = ReplicateTrainer(api, None)  # type: ignore[arg-type]
        assert found(trainer.examine())["destination"] is Verdict.OK
        body = {"owner": "sandbox", "name": DESTINATION, "visibility": "public", "hardware": "gpu-t4"}
        api.post("/v1/models", body)
        assert found(trainer.examine())["destination"] is Verdict.FAILED


def test_a_webhook_secret_that_is_not_the_accounts(sandbox: SandboxServer) -> None:
    sandbox.reset()
    with closing(ReplicateApi("r8_token", sandbox.replicate)) as api:
        theirs = api.get("/v1/webhooks/default/secret")["key"]
        wrong = "whsec_" + base64.b64encode(b"k" * 24).decode()
        for secret, verdict in ((theirs, Verdict.OK), (wrong, Verdict.FAILED), (None, Verdict.OK)):
            assert found(ReplicateWebhooks(api, secret).examine()) == {"webhook_secret": verdict}


def test_a_model_that_a_vendor_no_longer_serves(installation: pytest.MonkeyPatch, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE image_route SET vendor_model = 'flux-gone' WHERE vendor = 'together' AND sort = 0")
    _, parts, _ = document()
    assert parts["together"]["status"] == "warning"
    assert "flux-gone" in next(f["words"] for f in parts["together"]["findings"] if f["check"] == "models")
    assert parts["nebius"]["status"] == "ok"


# --- mail ---


def mail_looked_at(**more: Any) -> tuple[str, dict[str, Verdict], str]:
    """(source, findings, what to do about a refusal)."""
    settings = Settings(**more)
    services = build(settings)
    [part] = mail.parts(settings, services)
    [looked] = look_at([part])
    services.close()
    return part.source, found(looked.findings), " ".join(one.mend for one in looked.findings)


def test_the_mail_server_is_tried_and_nothing_is_sent(installation: pytest.MonkeyPatch) -> None:
    with PostOffice() as office:
        given = {"smtp_host": "127.0.0.1", "smtp_port": office.port, "smtp_tls": "none", "mail_from": "a@studio.test"}
        source, checks, _ = mail_looked_at(**given)
        assert (source, set(checks.values())) == ("SMTP_HOST", {Verdict.OK})
        office.answers["MAIL"] = "550 not yours"
        _, checks, mend = mail_looked_at(**given)
        assert checks["allowed"] is Verdict.FAILED
        assert "MAIL_FROM" in mend
        assert office.received == []
    _, checks, mend = mail_looked_at(**given)
    assert checks["reachable"] is Verdict.FAILED
    assert "SMTP_PORT" in mend


def test_without_a_mail_server_only_production_is_warned(installation: pytest.MonkeyPatch) -> None:
    assert mail_looked_at()[:2] == ("", {"configured": Verdict.OK, "waiting": Verdict.OK})
    keys = {"replicate_token": "r8_x", "together_key": "x", "hub_token": "hf_x"}
    assert mail_looked_at(environment="production", **keys)[1]["configured"] is Verdict.WARNING


def test_mails_that_do_not_leave_are_told_of(installation: pytest.MonkeyPatch) -> None:
    services = build(Settings())
    with services.uow() as uow:
        ada = Account(email="ada@example.com", name="Ada", password_hash="none")
        uow.session.add(ada)
        uow.session.flush()
        tell(uow, ada.id, NoticeKind.REFUND, "x", datetime.now(UTC) - timedelta(hours=1), cents=100)
    services.close()
    assert mail_looked_at()[1]["waiting"] is Verdict.WARNING
