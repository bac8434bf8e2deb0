"""The SQL of lists. Every statement names the account: a picture of somebody else is in no list."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CTE, Column, ColumnElement, Select, Subquery, cast, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import REGCONFIG, TSQUERY
from sqlmodel import Session, SQLModel

from photogen.domain.gallery.policy import Position, Selection, before_month, grouped, month_of, quoted
from photogen.domain.gallery.views import Counted, ImageCard, MonthCount
from photogen.models.image import OWNER

WALK = 6000
"""How many pictures a search looks through in order before it asks the index of words. What is on one picture in sixty
fills a page of 100 on the way and costs no more than that; what is rarer is gathered from the index."""

GATHER = 3000
"""So many hits are sorted at most. More are looked for month by month; in a month with more than that, walking through
it in order fills a page sooner."""

COUNT_MOST = 5_000
"""What is chosen is counted up to here. Twice as many took 120 ms in a gallery of a million."""

_ALL = 2**31

_COMMON = WALK // 12
"""With so many hits among the first `WALK`, `COUNT_MOST` are reached by walking on."""

_T = SQLModel.metadata.tables
_C, _M, _A, _I = _T["image"].c, _T["image_month"].c, _T["album"].c, _T["album_image"].c
_CARD: tuple[ColumnElement[Any], ...] = (
    _C.id,
    _C.prompt,
    _C.width,
    _C.height,
    _C.aspect,
    _C.thumbhash,
    _C.created_at,
    _C.deleted_at,
    _C.favourite_at.is_not(None).label("favourite"),
    _C.rating,
)
_NAMES = tuple(str(column.key) for column in _CARD)


class Listing:
    """One list of an account's pictures, within the caller's transaction."""

    def __init__(self, session: Session, account_id: str, selection: Selection) -> None:
        self._session = session
        self._account = account_id
        self._chosen = selection
        self._at: Column[Any] = _C.created_at
        self._id: Column[Any] = _C.id
        if selection.trashed_since:
            self._at = _C.deleted_at
        elif selection.album_id:
            self._at, self._id = _I.made_at, _I.image_id

    def page(self, start: Position | None, limit: int, *, backwards: bool = False) -> list[ImageCard]:
        """`limit` pictures behind `start` in the order of the list, or (backwards) those before it; in that order."""
        down = self._chosen.oldest == backwards
        match = self._match()
        if match is None or not self._chosen.whole:
            statement = self._listed(_CARD, start, down)
            rows = self._rows(statement.where(match) if match is not None else statement, limit)
        else:
            rows = self._walked(match, start, down, limit)
            if len(rows) < limit:
                rows = self._gathered(match, start, down, limit)
        cards = [ImageCard(*row) for row in rows]
        return cards[::-1] if backwards else cards

    def count(self) -> Counted:
        """How many there are, up to `COUNT_MOST`."""
        if self._chosen == Selection(since=self._chosen.since, until=self._chosen.until, oldest=self._chosen.oldest):
            return Counted(sum(month.count for month in self.months()))
        match = self._match()
        statement = self._listed((self._id,), None, down=True)
        if match is not None and not self._chosen.whole:
            statement = statement.where(match)
        elif match is not None:
            hits = self._seen(match, (), None, down=True)
            ahead = self._session.execute(select(func.count()).select_from(hits).where(hits.c.hit)).scalar_one()
            if ahead < _COMMON:
                return self._counted(select(self._jump((_C.id,), None, down=True, months=()).c.id))
            walk = self._seen(match, (), None, down=True, most=_ALL)
            statement = select(walk.c.hit).where(walk.c.hit)
        return self._counted(statement)

    def months(self) -> list[MonthCount]:
        """The months of the whole gallery within `since` and `until` that have pictures, latest first."""
        statement = select(_M.month, _M.count).where(_M.account_id == self._account, _M["count"] > 0)
        if self._chosen.since:
            statement = statement.where(_M.month >= month_of(self._chosen.since))
        if self._chosen.until:
            statement = statement.where(_M.month < month_of(self._chosen.until))
        return [MonthCount(*row) for row in self._session.execute(statement.order_by(_M.month.desc()))]

    def _counted(self, statement: Select[Any]) -> Counted:
        some = statement.limit(COUNT_MOST + 1).subquery()
        found = int(self._session.execute(select(func.count()).select_from(some)).scalar_one())
        return Counted(min(found, COUNT_MOST), found > COUNT_MOST)

    def _match(self) -> ColumnElement[Any] | None:
        asked = self._asked()
        return None if asked is None else _C.search.bool_op("@@")(asked)

    def _asked(self, *more: str) -> ColumnElement[Any] | None:
        exact = [quoted(word) for word in self._chosen.facets] + list(more)
        facets = cast(literal(" & ".join(exact)), TSQUERY) if exact else None
        if self._chosen.words is None:
            return facets
        words = func.to_tsquery(cast("simple", REGCONFIG), self._chosen.words, type_=TSQUERY)
        return words if facets is None else facets.bool_op("&&")(words)

    def _conditions(self) -> list[ColumnElement[bool]]:
        chosen = self._chosen
        met = [_C.account_id == self._account]
        if chosen.trashed_since:
            met.append(_C.deleted_at > chosen.trashed_since)
        else:
            met += [_C.deleted_at.is_(None), _C.in_gallery]
        if chosen.favourite:
            met.append(_C.favourite_at.is_not(None))
        if chosen.rating:
            met += [_C.rating > 0, _C.rating >= chosen.rating]
        made = self._at if chosen.album_id and not chosen.trashed_since else _C.created_at
        if chosen.since:
            met.append(made >= chosen.since)
        if chosen.until:
            met.append(made < chosen.until)
        if chosen.parent_id:
            met.append(_C.parent_id == chosen.parent_id)
        if chosen.album_id:
            mine = select(_A.id).where(_A.id == chosen.album_id, _A.account_id == self._account)
            met += [_I.album_id == mine.scalar_subquery(), _I.image_id == _C.id]
        return met

    def _behind(self, start: Position | None, down: bool) -> list[ColumnElement[bool]]:
        # As one comparison of pairs: the index is entered at the place itself, however deep it lies.
        if start is None:
            return []
        place, there = tuple_(self._at, self._id), tuple_(literal(start.at), literal(start.id))
        return [place < there if down else place > there]

    def _ordered(self, at: ColumnElement[Any], id_: ColumnElement[Any], down: bool) -> list[ColumnElement[Any]]:
        return [at.desc(), id_.desc()] if down else [at.asc(), id_.asc()]

    def _listed(self, columns: Sequence[ColumnElement[Any]], start: Position | None, down: bool) -> Select[Any]:
        met = [*self._conditions(), *self._behind(start, down)]
        if self._chosen.model:
            met.append(func.coalesce(_C.lora_model_id, _C.model_key) == self._chosen.model)
        return select(*columns).where(*met).order_by(*self._ordered(self._at, self._id, down))

    def _seen(
        self,
        match: ColumnElement[Any],
        columns: Sequence[ColumnElement[Any]],
        start: Position | None,
        *,
        down: bool,
        most: int = 0,
    ) -> Subquery:
        # A limit keeps the planner from pulling the match in, and with it from sorting all there is.
        return self._listed((*columns, match.label("hit")), start, down).limit(most or WALK).subquery()

    def _walked(
        self, match: ColumnElement[Any], start: Position | None, down: bool, limit: int, most: int = 0
    ) -> Sequence[Any]:
        """What meets `match` among the next `most` pictures, up to `limit`."""
        walk = self._seen(match, _CARD, start, down=down, most=most)
        cards = [walk.c[name] for name in _NAMES]
        return self._rows(
            select(*cards).where(walk.c.hit).order_by(*self._ordered(walk.c.created_at, walk.c.id, down)), limit
        )

    def _gathered(self, match: ColumnElement[Any], start: Position | None, down: bool, limit: int) -> Sequence[Any]:
        """A page from the index of words, at once or month by month: however many there are in all, few are sorted."""
        if not (self._chosen.since or self._chosen.until):
            whole = self._sorted(start, limit, down=down, months=())
            if whole is not None:
                return whole
        months = [month.month for month in self.months()]
        if start is not None:
            at = month_of(start.at)
            months = [month for month in months if (month <= at if down else month >= at)]
        rows: list[Any] = []
        runs = [list(run) for run in grouped(months if down else months[::-1])][::-1]
        while runs and len(rows) < limit:
            run = runs.pop()
            found = self._sorted(start, limit - len(rows), down=down, months=run)
            if found is not None:
                rows += found
            elif len(run) > 1:
                runs += [[month] for month in reversed(run)]
            else:
                here = start is not None and month_of(start.at) == run[0]
                place = start if here else before_month(run[0], oldest=not down)
                rows += self._walked(match, place, down, limit - len(rows), _ALL)
                break
        return rows

    def _sorted(self, start: Position | None, limit: int, *, down: bool, months: Sequence[int]) -> Sequence[Any] | None:
        """The first of what the index of words has; None where that is more than `GATHER`."""
        jump = self._jump(_CARD, start, down=down, months=months, most=GATHER + 1)
        order = self._ordered(jump.c.created_at, jump.c.id, down)
        columns = [*(jump.c[name] for name in _NAMES), func.count().over().label("hits")]
        found = self._rows(select(*columns).order_by(*order), limit)
        return None if found and found[0].hits > GATHER else [row[:-1] for row in found]

    def _jump(
        self,
        columns: Sequence[ColumnElement[Any]],
        start: Position | None,
        *,
        down: bool,
        months: Sequence[int],
        most: int | None = None,
    ) -> CTE:
        """What the index of words has of this account (and these months). Materialised, so that the planner doesn't
        fall back to walking the whole gallery in order."""
        within = " | ".join(quoted(f"{OWNER}y:{month}") for month in months)
        exact = [OWNER + self._account, *([f"{OWNER}m:{self._chosen.model}"] if self._chosen.model else [])]
        owned = self._asked(*map(quoted, exact), *([f"({within})"] if within else []))
        found = select(*columns).where(_C.search.bool_op("@@")(owned), *self._conditions(), *self._behind(start, down))
        return found.limit(most).cte("found").prefix_with("MATERIALIZED", dialect="postgresql")

    def _rows(self, statement: Select[Any], limit: int) -> Sequence[Any]:
        return self._session.execute(statement.limit(limit)).all()
