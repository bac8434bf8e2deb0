"""Who is asked for a picture, and with what words."""

from __future__ import annotations

from collections.abc import Collection

from photogen.domain.generation import policy
from photogen.domain.generation.parts import Broken, Parts
from photogen.domain.generation.policy import Failure
from photogen.domain.generation.repository import Order
from photogen.domain.vendors import routing
from photogen.domain.vendors.policy import PAUSED
from photogen.domain.vendors.routing import Choice
from photogen.gateways.base import Category, ImageRequest, InputImage, Lora
from photogen.kit.text import t
from photogen.models.generation import Shot
from photogen.models.lora import LoraStatus


def choose(parts: Parts, order: Order, paused: Collection[str]) -> Choice | None:
    """The route that is to draw the shot next; None: no vendor that could is left."""
    failed = {(one["vendor"], one["vendor_model"]) for one in order.shot.tried if one["code"] != PAUSED}
    wanted = policy.wanted(order.generation)
    return routing.choose(order.routes, wanted, set_up=parts.vendors, paused=paused, failed=failed)


def begin(parts: Parts, shot: Shot, choice: Choice) -> None:
    """Writes down, before anything is sent, who is about to be asked, and whose turn it would have been."""
    shot.submit_started_at = parts.clock()
    shot.vendor, shot.vendor_model = choice.route.vendor, choice.route.vendor_model
    for route in choice.passed_over:
        shot.tried = routing.tried(shot.tried, route, PAUSED)


def request(parts: Parts, order: Order, choice: Choice) -> ImageRequest:
    """The request for one picture. Raises Broken where there is nothing to ask with."""
    batch, shot, asked = order.generation, order.shot, choice.asked
    hook = parts.config.webhook_base
    return ImageRequest(
        reference=shot.id,
        model=choice.route.vendor_model,
        prompt=shot.prompt_sent or batch.prompt_sent,
        width=batch.width,
        height=batch.height,
        aspect=batch.aspect,
        seed=shot.seed,
        steps=asked.steps,
        guidance=asked.guidance,
        negative_prompt=batch.negative_prompt,
        lora=None if asked.lora_scale is None else Lora(_weights_url(parts, order), asked.lora_scale),
        image=_input(parts, order),
        webhook_url=f"{hook}/webhooks/replicate?shot={shot.id}" if hook else None,
    )


def _input(parts: Parts, order: Order) -> InputImage | None:
    if order.generation.strength is None:
        return None
    if order.input_key is None:
        raise Broken(
            Failure(
                "input_deleted", Category.VALIDATION, t("The picture to begin with was deleted before this was drawn.")
            )
        )
    url = parts.storage.signed_url(order.input_key, parts.config.weights_ttl, reference=order.shot.id)
    if url is None:
        raise Broken(
            Failure(
                "input_unreachable",
                Category.INTERNAL,
                t(
                    "The service that draws can't reach this studio to fetch your picture. "
                    "Whoever runs it has to set PUBLIC_URL or a bucket."
                ),
            )
        )
    return InputImage(url, order.generation.strength)


def _weights_url(parts: Parts, order: Order) -> str:
    if order.lora is None:
        raise Broken(
            Failure("model_deleted", Category.VALIDATION, t("The model was deleted before this picture was drawn."))
        )
    if order.lora.status is LoraStatus.QUARANTINED:
        raise Broken(
            Failure(
                "model_quarantined",
                Category.VALIDATION,
                t("The model was put on hold before this picture was drawn. Its page says why."),
            )
        )
    url = parts.storage.signed_url(order.lora.weights_key, parts.config.weights_ttl, reference=order.shot.id)
    if url is None:
        raise Broken(
            Failure(
                "weights_unreachable",
                Category.INTERNAL,
                t(
                    "The service that draws can't reach this studio to fetch your model. "
                    "Whoever runs it has to set PUBLIC_URL or a bucket."
                ),
            )
        )
    return url
