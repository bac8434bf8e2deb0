"""The SQL of the line.

Start-time fair queuing: each picture has a `turn`. A creator's first begins where the line stands, each further one
comes 1/weight later, and the lowest turn is next: whoever has 500 in line lets one who comes now go first, and nobody
is passed for ever. What is in the background has a line of its own, behind. Goyal, Vin and Cheng, 1996,
https://doi.org/10.1145/248156.248171

Statuses stand in the text, not in parameters: a plan that is kept would else not know that the partial indexes fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from photogen.domain.generation.line.views import Place

_CLAIM = 0x70686F74
"""Of the advisory lock under which one is taken: two workers would else both see the last free place of a creator."""

_FIRST_TURN = text(
    """
    SELECT greatest(
      coalesce(
        (SELECT max(turn) FROM shot WHERE status = 'rendering' AND background = :background),
        (SELECT min(turn) FROM shot WHERE status = 'queued' AND background = :background),
        0
      ),
      (SELECT max(turn) + :step FROM shot
       WHERE account_id = :account AND status IN ('queued', 'rendering') AND background = :background)
    )
    """
)
_ROOM = """
    FROM shot s
    LEFT JOIN (SELECT account_id, count(*) AS busy FROM shot WHERE status = 'rendering' GROUP BY account_id) b
      ON b.account_id = s.account_id
    WHERE s.status = 'queued' AND coalesce(b.busy, 0) < s.at_once
      AND (s.lease_until IS NULL OR s.lease_until <= :now OR s.lease_until > :never)
"""
_NEXT = text(f"SELECT s.id {_ROOM} ORDER BY s.background, s.turn, s.id LIMIT 1 FOR UPDATE OF s SKIP LOCKED")
_OVERDUE = text(
    f"""
    UPDATE shot SET next_check_at = :later WHERE id IN (
      SELECT s.id {_ROOM} AND (s.next_check_at <= :now OR s.next_check_at > :never)
      ORDER BY s.background, s.turn, s.id LIMIT :limit FOR UPDATE OF s SKIP LOCKED
    ) RETURNING id
    """  # noqa: S608
)
_IS_WAITING = text("SELECT 1 FROM shot WHERE id = :id AND status = 'queued'")
_ANY_WAITING = text("SELECT 1 FROM shot WHERE status = 'queued' LIMIT 1")
_AHEAD = text(
    """
    SELECT mine.generation_id, mine.waiting,
      (SELECT count(*) FROM shot s WHERE s.status = 'queued'
         AND (s.background, s.turn, s.id) < (mine.background, mine.turn, mine.id)),
      (SELECT count(*) FROM shot s WHERE s.status = 'rendering')
    FROM (
      SELECT DISTINCT ON (generation_id) generation_id, background, turn, id,
        count(*) OVER (PARTITION BY generation_id) AS waiting
      FROM shot WHERE generation_id = ANY(:ids) AND status = 'queued'
      ORDER BY generation_id, background, turn, id
    ) mine
    """
)
_SECONDS = text(
    """
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - started_at)) FROM (
      SELECT s.finished_at, s.started_at FROM shot s JOIN generation g ON g.id = s.generation_id
      WHERE s.status = 'done' AND s.finished_at > :since AND g.model_key = :model
      ORDER BY s.finished_at DESC LIMIT 30
    ) latest
    """
)
_NEVER_SO_FAR = timedelta(hours=2)  # as in `photogen.db.lease.reached`


def first_turn(session: Session, account_id: str, *, background: bool, step: float) -> float:
    """The turn of what the account puts into the line now; its next ones are `step` apart."""
    asked = {"account": account_id, "background": background, "step": step}
    return float(session.connection().execute(_FIRST_TURN, asked).scalar_one())


def take_next(session: Session, now: datetime) -> str | None:
    """The picture that is next and has room, locked; None: nothing may begin now."""
    connection = session.connection()
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CLAIM})
    return connection.execute(_NEXT, {"now": now, "never": now + _NEVER_SO_FAR}).scalar_one_or_none()


def overdue(session: Session, now: datetime, limit: int, push: timedelta) -> list[str]:
    """Those that could have begun by now: their jobs got lost. Each is not due again until `push` is over."""
    asked = {"now": now, "never": now + _NEVER_SO_FAR, "later": now + push, "limit": limit}
    return list(session.connection().execute(_OVERDUE, asked).scalars())


def is_waiting(session: Session, shot_id: str) -> bool:
    """Whether it stands in the line."""
    return session.connection().execute(_IS_WAITING, {"id": shot_id}).first() is not None


def any_waiting(session: Session) -> bool:
    """Whether anything stands in the line."""
    return session.connection().execute(_ANY_WAITING).first() is not None


def places(session: Session, generation_ids: Sequence[str]) -> dict[str, Place]:
    """Of the batches that have something in the line."""
    rows = session.connection().execute(_AHEAD, {"ids": list(generation_ids)})
    return {id_: Place(waiting, ahead, drawing) for id_, waiting, ahead, drawing in rows}


def seconds(session: Session, model_key: str, since: datetime) -> float | None:
    """How long a picture of the model usually took since then, from its beginning to its delivery (the median of the
    last 30); None where there was none."""
    asked = {"model": model_key, "since": since}
    found = session.connection().execute(_SECONDS, asked).scalar_one_or_none()
    return None if found is None else float(found)
