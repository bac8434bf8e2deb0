"""What a plan entitles to, what a model costs, and which plan opens it."""

from collections.abc import Collection, Sequence

from photogen.db.locks import lock_account
from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.plans import policy, repository
from photogen.domain.plans.views import Entitlements, ImageModelView, LineTerms, Paying, PlanView
from photogen.domain.vendors import routing
from photogen.domain.vendors.routes import routes_of
from photogen.domain.vendors.routing import Route
from photogen.errors import NotFound
from photogen.kit.clock import Clock
from photogen.kit.text import t
from photogen.models import ImageModel, Plan, Tier


class PlansService:
    """Use cases: plans, entitlements, image_models, image_model. Steps take the open unit of work first: included_left,
    entitlements_of, paying_of, image_models_of, image_model_of, credits_once. `training_price` needs neither.

    `vendors` are those of pictures that are set up here; None: all that the registry knows."""

    def __init__(self, uow: UowFactory, clock: Clock, vendors: Collection[str] | None = None) -> None:
        self._uow = uow
        self._clock = clock
        self._vendors = vendors

    def plans(self) -> list[PlanView]:
        """The price list."""
        with self._uow() as uow:
            return [_plan_view(plan) for plan in repository.plans(uow.session)]

    def entitlements(self, account_id: str) -> Entitlements:
        """What the account may do now. Raises NotFound."""
        with self._uow() as uow:
            return self.entitlements_of(uow, account_id)

    def image_models(self, account_id: str | None = None) -> list[ImageModelView]:
        """Every enabled model, seen by this account or (None) by somebody without one. Raises NotFound."""
        with self._uow() as uow:
            return self.image_models_of(uow, account_id)

    def image_model(self, key: str, account_id: str | None = None, *, retired: bool = False) -> ImageModelView:
        """One model, seen by this account. A disabled one is only given with `retired` (work begun with it goes on).
        Raises NotFound."""
        with self._uow() as uow:
            return self.image_model_of(uow, key, account_id, retired=retired)

    def training_price(self, steps: int) -> int:
        """Credits for a training that is not included."""
        return policy.training_price(steps)

    # --- steps ------------------------------------------------------------------------------------------------------

    def entitlements_of(self, uow: UnitOfWork, account_id: str) -> Entitlements:
        """As `entitlements`."""
        key, plan, paid_since = repository.terms_of(uow.session, account_id, self._clock())
        since = policy.trainings_since(self._clock(), paid_since, once=plan.trainings_once)
        return Entitlements(
            plan_key=key,
            name=plan.name,
            tier=plan.tier,
            model_slots=plan.model_slots,
            public_allowed=plan.public_allowed,
            trainings_included=plan.trainings_included,
            trainings_used=repository.included_used(uow.session, account_id, since),
            paying=self.paying_of(uow, account_id),
        )

    def paying_of(self, uow: UnitOfWork, account_id: str) -> Paying:
        """How the account's pictures are paid now. Raises NotFound."""
        return repository.paying(uow.session, account_id, self._clock())

    def line_of(self, uow: UnitOfWork, account_id: str) -> LineTerms:
        """How the account's pictures wait to be drawn now. Raises NotFound."""
        terms = repository.terms_of(uow.session, account_id, self._clock())[1]
        return LineTerms(terms.pictures_at_once, terms.queue_weight)

    def included_left(self, uow: UnitOfWork, account_id: str) -> int:
        """Included trainings that can still be started, decided under the account's lock: a row with
        `paid_by=included` added in the same unit of work uses one up, and two starts at once can't use the same one.
        A failed or cancelled training gives it back. Raises NotFound."""
        lock_account(uow.session, account_id)
        return self.entitlements_of(uow, account_id).trainings_left

    def image_models_of(self, uow: UnitOfWork, account_id: str | None = None) -> list[ImageModelView]:
        """As `image_models`."""
        return self._views(uow, repository.image_models(uow.session), account_id)

    def image_model_of(
        self, uow: UnitOfWork, key: str, account_id: str | None = None, *, retired: bool = False
    ) -> ImageModelView:
        """As `image_model`."""
        model = repository.image_model(uow.session, key)
        if model is None or not (model.enabled or retired):
            raise NotFound(t("There is no such model any more. Please choose another one."), code="model_not_found")
        return self._views(uow, [model], account_id)[0]

    def credits_once(self, uow: UnitOfWork, plan_key: str) -> int:
        """Credits that come with an account that begins on this plan. Raises NotFound."""
        return repository.plan(uow.session, plan_key).credits_once

    def _tier(self, uow: UnitOfWork, account_id: str | None) -> Tier:
        return Tier.FREE if account_id is None else repository.terms_of(uow.session, account_id, self._clock())[1].tier

    def _views(self, uow: UnitOfWork, models: Sequence[ImageModel], account_id: str | None) -> list[ImageModelView]:
        tier = self._tier(uow, account_id)
        shut = any(not tier.opens(model.tier) for model in models)
        plans = repository.plans(uow.session) if shut else ()  # they say who opens what
        routes = routes_of(uow, [model.key for model in models])
        return [_model_view(model, routes[model.key], self._vendors, tier, plans) for model in models]


def _plan_view(plan: Plan) -> PlanView:
    return PlanView(
        key=plan.key,
        name=plan.name,
        tier=plan.tier,
        month_cents=plan.month_cents,
        year_cents=plan.year_cents,
        credits_month=plan.credits_month,
        credits_once=plan.credits_once,
        trainings_included=plan.trainings_included,
        trainings_once=plan.trainings_once,
        daily_quota=plan.daily_quota,
        model_slots=plan.model_slots,
        public_allowed=plan.public_allowed,
    )


def _model_view(
    model: ImageModel, routes: Sequence[Route], vendors: Collection[str] | None, tier: Tier, plans: Sequence[Plan]
) -> ImageModelView:
    now = routing.usable(routes, vendors)
    locked = not tier.opens(model.tier)
    opener = policy.opener(plans, model.tier) if locked else None
    return ImageModelView(
        key=model.key,
        name=model.name,
        description=model.description,
        tier=model.tier,
        credits=model.credits,
        credit_unit=model.credit_unit,
        quota_weight=model.quota_weight,
        capabilities=routing.offered(now or routes),
        locked=locked,
        unlocked_by=opener.name if opener else "",
        beta=model.beta,
        draws_loras=any(route.can.lora for route in routes),
        vendors=tuple(dict.fromkeys(route.vendor for route in now)),
    )
