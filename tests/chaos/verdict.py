"""What has to be true of rows, credits, vendors and files once everything has come to an end; sentences where it isn't.

Nothing here asks the product's own rules: sums are added up from the tables, the vendor is asked what it has.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from photogen.gateways.trainers.replicate import DESTINATION
from tests.chaos.studio import Studio

_RUNNING = {"starting", "processing"}
_UNPAID = {"aborted", "failed", "canceled"}


@dataclass(frozen=True)
class Wrong:
    """A thing that must not be; `id` is the row that it is about, "" where there is none."""

    words: str
    id: str = ""


class Verdict:
    """`found()` gives all that is wrong."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._vendor = studio.sandbox.account()

    def found(self) -> list[Wrong]:
        """Empty when all is well."""
        return [
            *self._unfinished(),
            *self._ledger(),
            *self._quota(),
            *self._paid(),
            *self._left_at_trainer(),
            *self._hub(),
            *self._files(),
            *self._promises(),
        ]

    def history(self, id: str) -> str:
        """All that is known of a row: itself, its attempts, the vendor's view, the worker's words."""
        lines = [f"--- {id}"]
        for table in ("training", "shot", "lora_version", "training_attempt"):
            column = "id" if table in {"training", "shot"} else "training_id"
            for row in self._rows(f"SELECT * FROM {table} WHERE {column} = '{id}'"):
                plain = {k: str(v) for k, v in row._mapping.items() if v not in (None, "", 0)}
                lines.append(f"{table}: {plain}")
        lines += [f"charge: {charge}" for charge in self._vendor["charges"] if charge["reference"].startswith(id)]
        shown = ("at", "path", "status", "fault", "accepted")
        for asked in self._studio.sandbox.requests(reference=id):
            lines.append("asked: " + ", ".join(f"{name} {asked[name]}" for name in shown))
        return "\n".join([*lines, self._studio.log(id)])

    # --- rows ---------------------------------------------------------------------------------------------------------

    def _unfinished(self) -> Iterator[Wrong]:
        for table in ("training", "shot"):
            for id_, status in self._rows(
                f"SELECT id, status FROM {table} WHERE status NOT IN ('completed', 'failed', 'cancelled', 'done')"
            ):
                yield Wrong(f"{table} {id_} is still {status}", id_)
            for id_, category, code in self._rows(
                f"SELECT id, error_category, error_code FROM {table} WHERE status = 'failed'"
            ):
                if not category or not code:
                    yield Wrong(f"{table} {id_} failed without a reason", id_)
        for (id_,) in self._rows("SELECT id FROM training WHERE clean_due_at IS NOT NULL"):
            yield Wrong(f"training {id_} is not cleaned up", id_)
        for (id_,) in self._rows("SELECT id FROM lora_version WHERE remove_due_at IS NOT NULL"):
            yield Wrong(f"version {id_} is not removed", id_)
        for id_, error in self._rows("SELECT id, error FROM inbox_event WHERE handled_at IS NULL"):
            yield Wrong(f"event {id_} was never handled: {error}")
        for id_, stage in self._rows(
            "SELECT a.training_id, a.stage FROM training_attempt a JOIN training t ON t.id = a.training_id "
            "WHERE a.outcome = 'running'"
        ):
            yield Wrong(f"an attempt at {stage} of training {id_} never ended", id_)

    # --- money --------------------------------------------------------------------------------------------------------

    def _ledger(self) -> Iterator[Wrong]:
        for sentence in self._studio.services.credits.audit():
            yield Wrong(f"ledger: {sentence}")
        sums = self._rows(
            "SELECT a.id, "
            "(SELECT coalesce(sum(amount), 0) FROM credit_grant g WHERE g.account_id = a.id), "
            "(SELECT coalesce(sum(amount), 0) FROM credit_hold h WHERE h.account_id = a.id AND state = 'captured'), "
            "(SELECT coalesce(sum(amount), 0) FROM credit_hold h WHERE h.account_id = a.id AND state = 'open'), "
            "(SELECT coalesce(sum(remaining), 0) FROM credit_grant g WHERE g.account_id = a.id), "
            "(SELECT coalesce(-sum(amount), 0) FROM credit_entry e WHERE e.account_id = a.id AND kind = 'expire') "
            "FROM account a"
        )
        for account, granted, captured, held, left, lapsed in sums:
            if held:
                yield Wrong(f"account {account}: {held} credits are still held")
            if granted != captured + held + left + lapsed:
                yield Wrong(f"account {account}: {granted} granted, {captured} spent, {left} left, {lapsed} lapsed")
        for table, good in (("training", "completed"), ("shot", "done")):
            for id_, status, captured, open_ in self._rows(
                f"SELECT t.id, t.status, count(h.id) FILTER (WHERE h.state = 'captured'), "
                f"count(h.id) FILTER (WHERE h.state = 'open') "
                f"FROM {table} t LEFT JOIN credit_hold h ON h.subject_id = t.id "
                f"WHERE t.paid_by = 'credits' GROUP BY t.id"
            ):
                if captured != (status == good) or open_:
                    yield Wrong(f"{table} {id_} is {status}: {captured} payments captured, {open_} open", id_)

    def _quota(self) -> Iterator[Wrong]:
        """Of the day's quota is used what pictures are there, by their models' weights; nothing is held."""
        weighed = "shot s JOIN generation g ON g.id = s.generation_id JOIN image_model m ON m.key = g.model_key"
        for sentence in self._studio.services.quota.audit():
            yield Wrong(f"quota: {sentence}")
        for id_, status, weight, uses, used, held in self._rows(
            f"SELECT s.id, s.status, m.quota_weight, count(u.key), "
            f"coalesce(sum(u.weight) FILTER (WHERE u.state = 'used'), 0), count(u.key) FILTER (WHERE u.state = 'held') "
            f"FROM {weighed} LEFT JOIN quota_use u ON u.key = s.hold_key "
            f"WHERE s.paid_by = 'quota' GROUP BY s.id, m.quota_weight"
        ):
            if uses != 1 or held or used != (weight if status == "done" else 0):
                yield Wrong(f"shot {id_} is {status}: {uses} parts of the quota, {used} of {weight} used", id_)
        for id_, paid_by in self._rows(
            "SELECT s.id, s.paid_by FROM shot s LEFT JOIN credit_hold h ON h.subject_id = s.id "
            "LEFT JOIN quota_use u ON u.key = s.hold_key "
            "WHERE (s.paid_by = 'quota' AND h.id IS NOT NULL) OR (s.paid_by <> 'quota' AND u.key IS NOT NULL)"
        ):
            yield Wrong(f"shot {id_} is paid by {paid_by}, and by something else", id_)
        for account, used, held, most, delivered in self._rows(
            f"SELECT d.account_id, sum(d.used), sum(d.held), max(d.used), "
            f"(SELECT coalesce(sum(m.quota_weight), 0) FROM {weighed} JOIN image i ON i.shot_id = s.id "
            f"WHERE s.account_id = d.account_id AND s.paid_by = 'quota') "
            f"FROM quota_day d GROUP BY d.account_id"
        ):
            if held or used != delivered or most > self._studio.quota:
                words = f"account {account}: {used} of the quota used, {most} on one day, {held} held"
                yield Wrong(f"{words}; its pictures weigh {delivered}")

    def _paid(self) -> Iterator[Wrong]:
        states = {job["id"]: job["status"] for job in self._vendor["jobs"]}
        asked: Counter[tuple[str, str]] = Counter()
        bought: Counter[str] = Counter()
        for charge in self._vendor["charges"]:
            if not charge["reference"]:
                continue
            asked[charge["vendor"], charge["reference"]] += 1
            bought[charge["reference"]] += states.get(charge["job"]) not in _UNPAID
        for (vendor, id_), times in asked.items():
            if times > 1:
                yield Wrong(f"{vendor} took the same order {times} times: {id_}", id_)
        for id_, times in bought.items():
            if times > 1:
                yield Wrong(f"{id_} was bought {times} times", id_)

    # --- vendors ------------------------------------------------------------------------------------------------------

    def _left_at_trainer(self) -> Iterator[Wrong]:
        owners: dict[str, str] = {}
        for table in ("training", "shot"):
            owners |= {v: i for i, v in self._rows(f"SELECT id, vendor_id FROM {table} WHERE vendor_id <> ''")}
        for job in self._vendor["jobs"]:
            if job["status"] in _RUNNING:
                owner = owners.get(job["id"], "")
                yield Wrong(f"{job['kind']} {job['id']} of {owner or 'nobody'} still runs at the vendor", owner)
        for kind in ("files", "versions"):
            for id_ in self._vendor[kind]:
                yield Wrong(f"left at the vendor, of the {kind}: {id_}")
        for model in self._vendor["models"]:
            if model["visibility"] != "private" or not model["id"].endswith(f"/{DESTINATION}"):
                yield Wrong(f"at the vendor: model {model['id']}, {model['visibility']}")

    def _hub(self) -> Iterator[Wrong]:
        models = {
            repository: (id_, visibility)
            for id_, repository, visibility in self._rows(
                "SELECT id, hub_repository, visibility FROM lora_version WHERE status <> 'deleted'"
            )
        }
        found = {repository["id"]: repository for repository in self._vendor["repositories"]}
        for name, repository in found.items():
            if name not in models:
                yield Wrong(f"a repository of nobody: {name}, private: {repository['private']}")
            elif not repository["private"] and models[name][1] != "public":
                yield Wrong(f"a private model lies open: {name}", models[name][0])
        for name, (id_, _) in models.items():
            if name not in found or not any(f.endswith(".safetensors") for f in found[name]["files"]):
                yield Wrong(f"version {id_} is not at the hub: {name}", id_)

    # --- files --------------------------------------------------------------------------------------------------------

    def _files(self) -> Iterator[Wrong]:
        self._studio.services.checks["storage"]()  # as every probe of /readyz
        owners: dict[str, set[str]] = {
            "images": {row[0] for row in self._rows("SELECT id FROM image")},
            "photos": {row[0] for row in self._rows("SELECT id FROM photo WHERE status = 'accepted'")},
        }
        weights = {row[0] for row in self._rows("SELECT weights_key FROM lora_version WHERE status <> 'deleted'")}
        by_folder: dict[str, set[str]] = defaultdict(set)
        for key in self._studio.services.storage.keys(""):
            folder, _, rest = key.partition("/")
            owner = rest.partition("/")[0].partition(".")[0]
            by_folder[folder].add(owner)
            if key not in weights and owner not in owners.get(folder, set()):
                yield Wrong(f"an object of nobody: {key}", owner)
        for folder, ids in owners.items():
            for id_ in ids - by_folder[folder]:
                yield Wrong(f"no object for {folder[:-1]} {id_}", id_)
        for key in weights - set(self._studio.services.storage.keys("weights/")):
            yield Wrong(f"no weights: {key}")
        for path in (self._studio.folder / "data" / "objects" / ".incoming").glob("*"):
            yield Wrong(f"half an object: {path.name}")
        for path in self._studio.temporary.iterdir():
            yield Wrong(f"a temporary file: {path.name}, {[p.name for p in path.iterdir()] if path.is_dir() else ''}")

    # --- promises -----------------------------------------------------------------------------------------------------

    def _promises(self) -> Iterator[Wrong]:
        """Whoever paid has what he paid for."""
        for (id_,) in self._rows(
            "SELECT t.id FROM training t LEFT JOIN lora_version v ON v.training_id = t.id "
            "WHERE (t.status = 'completed') <> (v.id IS NOT NULL)"
        ):
            yield Wrong(f"training {id_} and its version don't agree", id_)
        for (id_,) in self._rows(
            "SELECT s.id FROM shot s LEFT JOIN image i ON i.shot_id = s.id "
            "WHERE (s.status = 'done') <> (i.id IS NOT NULL)"
        ):
            yield Wrong(f"shot {id_} and its picture don't agree", id_)

    def _rows(self, query: str) -> list[Any]:
        with self._studio.services.uow() as uow:
            return list(uow.session.execute(text(query)))
