"""What is on offer, edited by the operator. Each edit leaves its audit row in the same transaction.

An edit of a plan is a new version: whoever bought it keeps the version that was sold. A price in credits holds from the
next click on: what was asked for keeps the price that stood on its button.
"""

from enum import Enum
from typing import Any

from photogen.db.uow import UowFactory
from photogen.domain.audit import AuditService, AuditView, Operator
from photogen.domain.plans.registry import repository
from photogen.domain.plans.registry.commands import EditModel, EditPack, EditPlan
from photogen.domain.plans.registry.views import ModelTerms, PackTerms, PlanOnOffer, RegistryView
from photogen.errors import Conflict, Invalid
from photogen.gateways.base import Job
from photogen.kit.clock import Clock
from photogen.kit.text import t
from photogen.models import CreditPack, ImageModel, Plan, PlanTerms, PlanVersion

FREE = "free"
"""The plan with which accounts begin. It can't be sold."""
SYNC = "sync_shop"
"""A function of worker.jobs."""
ACTIONS = ("plan_edited", "pack_edited", "model_edited", "shop_synced")
_TERMS = tuple(PlanTerms.model_fields)
_PACK = ("credits", "cents", "enabled")
_MODEL = ("name", "description", "tier", "credits", "credit_unit", "quota_weight", "enabled", "beta")


class Registry:
    """Use cases of administrators: view, changes, edit_plan, edit_pack, edit_model, sync."""

    def __init__(self, uow: UowFactory, clock: Clock, audit: AuditService) -> None:
        self._uow = uow
        self._clock = clock
        self._audit = audit

    def view(self) -> RegistryView:
        """Everything that can be edited."""
        with self._uow() as uow:
            session = uow.session
            plans, packs, models = repository.plans(session), repository.packs(session), repository.models(session)
            vendors, sold = repository.vendors(session), repository.subscribers(session, self._clock())
        return RegistryView(
            tuple(
                PlanOnOffer(
                    row.key,
                    row.version,
                    PlanTerms(**_fields(row, _TERMS)),
                    sum(count for (key, _), count in sold.items() if key == row.key),
                    sum(count for (key, version), count in sold.items() if key == row.key and version < row.version),
                )
                for row in plans
            ),
            tuple(PackTerms(row.key, row.credits, row.cents, row.enabled) for row in packs),
            tuple(ModelTerms(row.key, **_fields(row, _MODEL), vendors=vendors.get(row.key, ())) for row in models),
        )

    def changes(self, limit: int = 20) -> list[AuditView]:
        """The last edits, the newest first."""
        return self._audit.newest(ACTIONS, limit)

    def edit_plan(self, by: Operator, command: EditPlan) -> int:
        """The plan is offered on these terms from now on; gives its version, which is a new one where anything changed.

        Raises NotFound, Conflict (`edited_meanwhile`), Invalid (`free_plan`)."""
        if command.key == FREE and command.month_cents:
            raise Invalid(
                t("Accounts begin on this plan, so it costs nothing. Sell another one."),
                field="month_cents",
                code="free_plan",
            )
        with self._uow() as uow:
            row = repository.plan(uow.session, command.key)
            if row.version != command.version:
                raise Conflict(
                    t("Somebody else has edited this plan meanwhile. Look at what it says now, then edit it again."),
                    code="edited_meanwhile",
                )
            before, after = _plain(row, _TERMS), _plain(command, _TERMS)
            if self._audit.record(uow, by, "plan_edited", f"plan {row.key}", before, after):
                row.version += 1
                for name in _TERMS:
                    setattr(row, name, getattr(command, name))
                uow.session.add(row)
                terms = _fields(row, _TERMS)
                uow.session.add(PlanVersion(plan_key=row.key, number=row.version, created_at=self._clock(), **terms))
            return row.version

    def edit_pack(self, by: Operator, command: EditPack) -> str:
        """The pack is sold like this from now on; gives its key. What was bought stays as it was bought.

        Raises NotFound, Conflict (`pack_there`)."""
        after = _plain(command, _PACK)
        with self._uow() as uow:
            if command.key:
                row = repository.pack(uow.session, command.key)
                before = _plain(row, _PACK)
            else:
                key = f"credits_{command.credits}"
                if repository.pack_there(uow.session, key):
                    raise Conflict(t("There is a pack of so many credits already. Edit that one."), code="pack_there")
                row, before = (
                    CreditPack(key=key, credits=command.credits, cents=command.cents, sort=command.credits),
                    {},
                )
            if self._audit.record(uow, by, "pack_edited", f"pack {row.key}", before, after):
                row.credits, row.cents, row.enabled = command.credits, command.cents, command.enabled
                uow.session.add(row)
            return row.key

    def edit_model(self, by: Operator, command: EditModel) -> None:
        """The model is offered like this from the next click on. Raises NotFound."""
        with self._uow() as uow:
            row = repository.model(uow.session, command.key)
            if self._audit.record(
                uow, by, "model_edited", f"model {row.key}", _plain(row, _MODEL), _plain(command, _MODEL)
            ):
                for name in _MODEL:
                    setattr(row, name, getattr(command, name))
                uow.session.add(row)

    def sync(self, by: Operator, missing: int) -> None:
        """Has the worker make at the payment service what is `missing` there."""
        with self._uow() as uow:
            self._audit.record(uow, by, "shop_synced", "payment service", {"missing": missing}, {"asked": True})
            uow.after_commit(Job(SYNC))


def _fields(row: Plan | CreditPack | ImageModel, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _plain(row: object, names: tuple[str, ...]) -> dict[str, Any]:
    """For the audit: enums by their values."""
    found = {name: getattr(row, name) for name in names}
    return {name: value.value if isinstance(value, Enum) else value for name, value in found.items()}
