"""Into the form and out of it: a picture's recipe, a preset, and what the form asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reflex_base.event import EventSpec

from photogen.domain.generation import wildcards
from photogen.domain.generation.commands import LARGEST_SEED
from photogen.domain.generation.policy import nearest_aspect
from photogen.domain.generation.presets.commands import SetUp
from photogen.domain.vendors.routing import CUSTOM
from photogen.errors import Invalid, PhotogenError
from photogen.web.deps import call, services
from photogen.web.notices import toast
from photogen.web.pages.generate.shown import InputShown
from photogen.web.session import current
from photogen.web.text import number, t

if TYPE_CHECKING:
    from photogen.web.pages.generate.state import Generate

VARIATIONS = 4
"""Pictures that are proposed beside one."""


def fields(form: Generate) -> dict[str, object]:
    """The form as it stands."""
    return {
        "model": form.model,
        "prompt": form.prompt,
        "negative_prompt": form.negative,
        "wildcards": form.wildcards,
        **shape(form),
        "count": form.count,
        "seed": form.seed,
        "steps": form.steps,
        "guidance": form.guidance,
        "lora_scale": form.lora_scale,
        "style": form.style,
    }


def shape(form: Generate) -> dict[str, object]:
    """The shape that stands in the form, with its sides where they are chosen."""
    sides: dict[str, object] = {"width": form.width, "height": form.height} if form.aspect == CUSTOM else {}
    return {"aspect": form.aspect} | sides


def asked(form: Generate) -> dict[str, object]:
    """What the form asks for. Raises Invalid (at the seed)."""
    if form.seed and not (form.seed.isascii() and form.seed.isdigit() and int(form.seed) <= LARGEST_SEED):
        raise Invalid(t("A seed is a whole number up to {n}.", n=number(LARGEST_SEED)), field="seed")
    can = form.controls
    return fields(form) | {
        "negative_prompt": form.negative if can.negative else "",
        "seed": int(form.seed) if form.seed else None,
        "steps": form.steps if can.steps.shown else None,
        "guidance": form.guidance if can.guidance.shown else None,
        "lora_scale": form.lora_scale if can.lora_scale.shown else None,
    }


def as_preset(form: Generate) -> SetUp:
    """The form as a preset. Raises Invalid."""
    return SetUp.of(**asked(form))


async def remix(form: Generate, image_id: str, part: str) -> EventSpec | None:
    """Puts a picture's recipe into the form. `part`: all; unseeded, as typed and without its seed; prompt, as typed
    and nothing else; variations, a batch of the seeds next to its own. Gives what is to be said, if anything."""
    try:
        made = await call(services().gallery.recipe, current().account_id, image_id)
    except PhotogenError as error:
        return toast.error(error)
    exact = part not in {"unseeded", "prompt"}
    form.prompt = (made.prompt_drawn and wildcards.literal(made.prompt_drawn) if exact else "") or made.prompt
    await form._count_wild()
    if part == "prompt":
        return None
    known = {m.value for m in form.models if not m.disabled}
    choice = f"lora:{made.lora_model_id}" if made.lora_model_id else f"base:{made.model_key}"
    if choice in known:
        form._choose(choice)
    form.style, form.negative = made.style, made.negative_prompt
    reshape(form, made.aspect, made.width, made.height)
    form.seed = str(made.seed) if exact else ""
    if part == "variations":
        form.seed, form.count = str(min(made.seed + 1, LARGEST_SEED)), VARIATIONS
    form.steps = made.steps or form.steps
    form.guidance = made.guidance if made.guidance is not None else form.guidance
    form.lora_scale = made.lora_scale if made.lora_scale is not None else form.lora_scale
    if exact and made.parent_id:
        form.strength = made.strength if made.strength is not None else form.strength
        return await begin_with(form, made.parent_id)
    return None


def reshape(form: Generate, aspect: str, width: int, height: int) -> None:
    """Another shape; where the model draws no size of its own, the shape most like it."""
    if aspect == CUSTOM:
        form.width, form.height = width, height
        aspect = aspect if form.controls.sides.shown else nearest_aspect(width, height)
    form.aspect = aspect


async def begin_with(form: Generate, image_id: str) -> EventSpec | None:
    """Puts a picture at the beginning; gives what is to be said, if anything."""
    try:
        found = await call(services().gallery.recipe, current().account_id, image_id)
    except PhotogenError as error:
        return toast.error(error)
    options = form._options
    both = (*options.my_models, *options.base_models) if options is not None else ()
    able = [one for one in both if one.capabilities.image_input and one.available and not one.locked]
    if not form.controls.image_input:
        if not able:
            return toast.warn(t("None of the models that you can use begins with a picture. Train one of your own."))
        form._choose(able[0].choice)
    form.input = InputShown(
        id=found.id,
        aspect=nearest_aspect(found.width, found.height),
        src=f"/media/images/{found.id}/512",
        ratio=f"{found.width}/{found.height}",
        preview=found.thumbhash,
    )
    form.errors = {field: words for field, words in form.errors.items() if field != "input"}
    return None


async def use(form: Generate, preset: str, name: str, setup: SetUp) -> None:
    """Fills the form; a preset of one's own (`preset`, its id) is marked from the next change on."""
    known = {m.value for m in form.models if not m.disabled}
    if setup.model in known:
        form._choose(setup.model)
    form.prompt, form.negative, form.wildcards = setup.prompt, setup.negative_prompt, setup.wildcards
    form.count, form.style = setup.count, setup.style
    reshape(form, setup.aspect, setup.width or form.width, setup.height or form.height)
    form.seed = "" if setup.seed is None else str(setup.seed)
    form.steps = setup.steps if setup.steps is not None else form.steps
    form.guidance = setup.guidance if setup.guidance is not None else form.guidance
    form.lora_scale = setup.lora_scale if setup.lora_scale is not None else form.lora_scale
    form.errors = {}
    keep(form, preset, name)
    await form._count_wild()
    await form._quote()


def keep(form: Generate, preset: str, name: str) -> None:
    """What stands in the form now is the preset."""
    form.preset, form.preset_name = preset, name
    form._kept = fields(form) if preset else None


async def shared(form: Generate, token: str) -> EventSpec:
    """Fills the form with what somebody has shared; gives what is said of it."""
    try:
        found = await call(services().presets.shared, token)
    except PhotogenError as error:
        return toast.error(error)
    await use(form, "", "", found.setup)
    if form.model != found.setup.model:
        return toast.warn(t("{name} is in the form, but its model can't be used by you.", name=found.name))
    return toast.info(t("{name} is in the form.", name=found.name))
