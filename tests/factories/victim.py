"""Somebody with one of everything, each word of it recognisable: whoever else is sent one has seen too much."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import text
from sqlmodel import SQLModel

from photogen.domain.generation.commands import StartGeneration
from photogen.domain.shares import Share
from photogen.gateways.base import Storage
from photogen.kit.ids import new_id
from photogen.models import (
    Generation,
    Image,
    LoraModel,
    LoraVersion,
    Photo,
    PhotoSet,
    PhotoStatus,
    Training,
    TrainingAttempt,
    TrainingDraft,
    TrainingLog,
    TrainingLogPart,
    TrainingStatus,
)
from tests.factories.photos import encoded, jpeg, scene
from tests.fakes.web_server import WebServer

_TABLES = (
    "account", "login_session", "photo_set", "photo", "training", "training_draft", "lora_model", "generation", "shot",
    "image", "share_link", "credit_grant", "credit_hold", "credit_entry",
)  # fmt: skip


@dataclass(frozen=True)
class Victim:
    """`ids` are all ids of hers by what they are of; `words` what only she may read."""

    web: WebServer
    account: str
    ids: dict[str, str]
    words: tuple[str, ...]
    photo_key: str
    image_key: str

    def rows(self) -> dict[str, list[str]]:
        """Every row of hers, as PostgreSQL writes it."""
        found: dict[str, list[str]] = {}
        with self.web.services.uow() as uow:
            for table in _TABLES:
                column = "id" if table == "account" else "account_id"
                query = text(f"SELECT t::text FROM {table} t WHERE {column} = :id ORDER BY 1")
                found[table] = list(uow.session.execute(query, {"id": self.account}).scalars())
            for table, parent, key in (
                ("training_attempt", "training", "training_id"),
                ("lora_version", "lora_model", "lora_model_id"),
            ):
                query = text(
                    f"SELECT c::text FROM {table} c JOIN {parent} p ON p.id = c.{key} "
                    "WHERE p.account_id = :id ORDER BY 1"
                )
                found[table] = list(uow.session.execute(query, {"id": self.account}).scalars())
        return found

    def move(self, kind: str) -> None:
        """Something changes in one of the trainings, so that a page which reads it again has something to tell."""
        with self.web.services.uow() as uow:
            uow.session.get_one(Training, self.ids[kind]).error += f" and more of {self.words[-1]}"

    def seen_in(self, words: str, *, sent: Collection[str] = ()) -> list[str]:
        """What of hers stands in `words`, but for what was sent there in the first place."""
        return [mine for mine in (*self.words, *self.ids.values()) if mine in words and mine not in sent]


def victim(web: WebServer, *, files: bool = True) -> Victim:
    """A new one."""
    mark = new_id()[-10:]
    email, name, prompt = f"victim.{mark}@example.com", f"Victim {mark}", f"a secret prompt of {mark}"
    model, trained, photos = f"Model {mark}", f"Training {mark}", f"Photos {mark}"
    word, hub = f"word{mark}", f"https://hub.example/{mark}"
    account = web.account(credits=500, plan="enterprise", email=email, name=name)
    token = web.session(account)
    services = web.services
    made: dict[str, str] = {kind: new_id() for kind in ("set", "photo", "model", "version", "image", "shot")}
    photo_key, image_key = f"photos/{made['photo']}/normal.jpg", f"images/{made['image']}/original.png"
    now = datetime.now(UTC)
    rows: list[list[SQLModel]] = [
        [
            PhotoSet(id=made["set"], account_id=account, name=photos),
            LoraModel(id=made["model"], account_id=account, name=model, trigger_word=word),
        ],
        [
            LoraVersion(
                id=made["version"], lora_model_id=made["model"], number=1, is_current=True,
                weights_key=f"weights/{mark}.bin", hub_repository=f"studio/{mark}", hub_url=hub,
            )
        ],
        [
            Photo(
                id=made["photo"] if n == 0 else new_id(), set_id=made["set"], account_id=account,
                upload_id=f"upload-{n}", position=n, status=PhotoStatus.ACCEPTED, sha256=f"{n:064x}",
                original_name=f"{mark}-{n}.jpg", width=800, height=600, bytes=100,
                storage_key=photo_key if n == 0 else f"photos/{new_id()}/normal.jpg",
            )
            for n in range(6)
        ],
        [
            Training(
                id=made.setdefault(f"training {status.value}", new_id()), account_id=account, photo_set_id=made["set"],
                lora_model_id=made["model"] if status is TrainingStatus.COMPLETED else None, name=trained,
                trigger_word=word, steps=1000, learning_rate=4e-4, lora_rank=16, photo_count=6, status=status,
                started_at=now, error=f"trouble of {mark}", lease_owner="nobody", lease_until=None,
                finished_at=now if status.value in ("completed", "failed", "cancelled") else None,
            )
            for status in TrainingStatus
        ],
        [
            TrainingAttempt(training_id=made["training failed"], stage="training", message=f"went wrong with {mark}"),
            TrainingLog(training_id=made["training failed"], source="t", length=18, losses=[[1.0, 0.5]]),
            TrainingLogPart(training_id=made["training failed"], start=0, text=f"log of {mark}\n"),
            TrainingDraft(
                account_id=account, photo_set_id=made["set"], fields={"name": f"Draft {mark}", "trigger_word": word}
            ),
            Generation(
                id=made.setdefault("old generation", new_id()), account_id=account, request_key=f"{account}:{new_id()}",
                model_key="flux:schnell", model_name=model, prompt=prompt, prompt_sent=prompt, aspect="1:1", width=512,
                height=512, count=1, seed=7, credits_each=1,
            ),
        ],
        [
            Image(
                id=made["image"], account_id=account, generation_id=made["old generation"], shot_id=made["image"],
                model_key="flux:schnell", model_name=model, lora_model_id=made["model"],
                lora_version_id=made["version"], prompt=prompt,
                prompt_sent=prompt, aspect="1:1", width=64, height=64, seed=7, vendor="together",
                storage_key=image_key, content_type="image/png",
            )
        ],
    ]  # fmt: skip
    with services.uow() as uow:
        for wave in rows:
            uow.session.add_all(wave)
            uow.session.flush()
    if files:
        _store(services.storage, made, photo_key, image_key)
    start = StartGeneration.of(request_key=new_id(), model="base:flux:schnell", prompt=prompt, count=2)
    made["generation"] = services.generation.start(account, start)
    made["session"] = services.accounts.sessions(account)[0].id
    made["account"] = account
    made["training"] = made["training failed"]
    made["cookie"] = token
    link = services.shares.create(account, Share.of(pictures=[made["image"]], recipe=True, downloads=True))
    made["link"], made["token"] = link.id, link.address.rpartition("/")[2]
    del made["shot"]
    return Victim(
        web, account, made, (email, name, prompt, model, trained, photos, word, hub, mark), photo_key, image_key
    )


def _store(storage: Storage, made: dict[str, str], photo_key: str, image_key: str) -> None:
    small = scene(1, 64, 64)
    for key in (
        *(f"photos/{made['photo']}/{size}.webp" for size in (256, 512)),
        *(f"images/{made['image']}/{size}.webp" for size in (512, 1024)),
    ):
        storage.put(key, encoded(small, "WEBP"), "image/webp")
    storage.put(photo_key, jpeg(), "image/jpeg")
    storage.put(image_key, encoded(small, "PNG"), "image/png")
