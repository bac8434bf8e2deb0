"""Which of the registry's models draws what a creator has chosen."""

from __future__ import annotations

from collections.abc import Iterable

from photogen.db.uow import UnitOfWork
from photogen.domain.generation import repository
from photogen.domain.plans.service import PlansService
from photogen.domain.plans.views import ImageModelView
from photogen.errors import Conflict, NotFound
from photogen.kit.ids import is_id
from photogen.kit.text import t
from photogen.models.lora import LoraModel, LoraVersion


class Choosing:
    """Steps; they join the caller's unit of work."""

    def __init__(self, plans: PlansService) -> None:
        self._plans = plans

    def chosen(
        self, uow: UnitOfWork, account_id: str, choice: str, version_id: str | None = None
    ) -> tuple[ImageModelView, tuple[LoraModel, LoraVersion] | None]:
        """The registry's model that draws, and the creator's own where one was chosen. Raises NotFound."""
        kind, _, name = choice.partition(":")
        if kind == "base":
            model = self._plans.image_model_of(uow, name, account_id)
            if model.draws_loras:
                raise NotFound(t("Choose one of your models to draw with."), code="model_not_found")
            return model, None
        lora = repository.lora(uow.session, account_id, name, version_id) if is_id(name) else None
        if lora is None:
            raise NotFound(t("This model does not exist, or it has been deleted."), code="model_not_found")
        found = painter(self._plans.image_models_of(uow, account_id))
        if found is None:
            raise NotFound(t("No service that draws trained models is set up here."), code="model_not_found")
        return found, lora

    def painter_of(self, uow: UnitOfWork, account_id: str) -> ImageModelView:
        """The one that draws trained models. Raises NotFound, Conflict (`model_unavailable`)."""
        found = painter(self._plans.image_models_of(uow, account_id))
        if found is None:
            raise NotFound(t("No service that draws trained models is set up here."), code="model_not_found")
        check_available(found)
        return found


def painter(models: Iterable[ImageModelView]) -> ImageModelView | None:
    """The one that draws people's own models: the first that can be had now, else the first."""
    draw = [model for model in models if model.draws_loras]
    return next((model for model in draw if model.available), draw[0] if draw else None)


def check_available(model: ImageModelView) -> None:
    """Raises Conflict (`model_unavailable`)."""
    if not model.available:
        raise Conflict(
            t(
                "{name} can't be had from any service at the moment. Choose another model; it is offered "
                "again as soon as it is back.",
                name=model.name,
            ),
            code="model_unavailable",
        )
