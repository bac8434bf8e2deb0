"""The form of the generate page."""

import reflex as rx

from photogen.domain.generation.commands import COUNT
from photogen.domain.generation.styles import STEP, STYLES
from photogen.domain.generation.wildcards import MOST_COMBINATIONS
from photogen.domain.vendors.routing import CUSTOM
from photogen.web import components as ui
from photogen.web import routes
from photogen.web.components.islands import Radio, TextInput, Until
from photogen.web.me import Me
from photogen.web.pages.generate.history_parts import history_button
from photogen.web.pages.generate.input_parts import input_field
from photogen.web.pages.generate.model_parts import model_field
from photogen.web.pages.generate.state import Generate
from photogen.web.text import t
from photogen.web.typed import Shown

ASPECTS = ("1:1", "4:5", "3:4", "2:3", "9:16", "3:2", "16:9")


def _shape(aspect: str) -> rx.Component:
    wide, high = (int(part) for part in aspect.split(":"))
    scale = 14 / max(wide, high)
    box = rx.el.span(
        class_name="inline-block border-[1.5px] border-current rounded-[2px]",
        style={"width": f"{wide * scale:.1f}px", "height": f"{high * scale:.1f}px"},
        custom_attrs={"aria-hidden": "true"},
    )
    return rx.el.span(
        rx.el.span(box, class_name="h-4 w-4 grid place-content-center"),
        rx.el.span(aspect, class_name="num text-xs"),
        class_name="flex flex-col items-center gap-1",
    )


def _own_shape() -> rx.Component:
    return rx.el.span(
        ui.icon("scaling", size=16), rx.el.span(t("Custom"), class_name="text-xs"), class_name="shape-own"
    )


def _shapes(options: list[tuple[str, rx.Component]], class_name: str) -> rx.Component:
    return ui.segmented(
        t("Shape"),
        options,
        class_name=class_name,
        name="aspect",
        value=Generate.aspect,
        on_change=Generate.set_aspect,
    )


def _sides() -> rx.Component:
    """Width and height in pixels, and the two exchanged."""
    sides = Generate.controls.sides

    def side(label: str, id: str, value: Shown[int], on_change: object) -> rx.Component:
        return ui.number_field(
            label,
            id=id,
            value=value,
            on_change=on_change,
            min=sides.low,
            max=sides.high,
            step=STEP,
            slider=False,
            error=_error(id),
        )

    return rx.el.div(
        side(t("Width"), "width", Generate.width, lambda value: Generate.set_side("width", value)),
        ui.icon_button(
            "arrow_left_right",
            t("Swap the sides"),
            kind="secondary",
            class_name="h-10! w-10! mt-[26px]",
            on_click=Generate.swap_sides,
        ),
        side(t("Height"), "height", Generate.height, lambda value: Generate.set_side("height", value)),
        class_name="grid grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)] gap-2 items-start mt-4",
    )


def _error(field: str) -> Shown[str]:
    return Generate.errors.get(field, "")


def _seed() -> rx.Component:
    """The number, with dice for another one, and the lock that holds the last batch's."""
    held = Generate.seed != ""
    lock = rx.el.button(
        rx.cond(held, ui.icon("lock", size=16), ui.icon("lock_open", size=16)),
        type="button",
        class_name="btn btn-secondary btn-icon h-10! w-10! shrink-0",
        title=rx.cond(held, t("Held: another seed each time when released"), t("Hold the last seed")),
        custom_attrs={"aria-label": t("Hold the seed"), "aria-pressed": rx.cond(held, "true", "false")},
        on_click=Generate.lock,
    )
    dice = ui.icon_button(
        "dices", t("Another seed"), kind="secondary", class_name="h-10! w-10! shrink-0", on_click=Generate.roll
    )
    control = rx.el.div(
        TextInput.create(
            id="seed",
            name="seed",
            value=Generate.seed,
            on_change=Generate.set_seed,
            auto_complete="off",
            placeholder=t("Random"),
            class_name="input num min-w-0",
            custom_attrs={"inputMode": "numeric", "aria-describedby": "seed-error seed-help"},
        ),
        dice,
        lock,
        class_name="flex gap-2",
    )
    return ui.field(
        t("Seed"),
        control,
        id="seed",
        error=_error("seed"),
        help=t("The same seed and settings give the same picture."),
    )


def _style() -> rx.Component:
    """Looks to lay over the prompt, each with a picture of one and the same place."""

    def tile(key: str, name: str) -> rx.Component:
        look = (
            rx.el.img(
                src=f"/styles/{key}.webp", alt="", width="72", height="72", loading="lazy", class_name="style-look"
            )
            if key
            else rx.el.span(ui.icon("ban", size=20), class_name="style-look grid place-content-center text-muted")
        )
        return rx.el.label(
            Radio.create(
                type="radio",
                name="style",
                value=key,
                checked=Generate.style == key,
                on_change=Generate.set_style,
                class_name="sr-only",
            ),
            look,
            rx.el.span(name, class_name="style-name"),
            class_name="style-tile",
        )

    return rx.el.div(
        rx.el.span(t("Style"), class_name="field-label mb-1.5 block"),
        rx.el.div(
            tile("", t("No style")),
            *(tile(style.key, t(style.name)) for style in STYLES),
            role="radiogroup",
            class_name="style-strip",
            custom_attrs={"aria-label": t("Style")},
        ),
        ui.error_line("style-error", _error("style")),
    )


def _more() -> rx.Component:
    can = Generate.controls
    return rx.el.details(
        rx.el.summary(t("More settings"), class_name="summary"),
        rx.el.div(
            rx.cond(
                can.lora_scale.shown,
                ui.number_field(
                    t("LoRA scale"),
                    id="lora_scale",
                    value=Generate.lora_scale,
                    on_change=Generate.set_lora_scale,
                    min=0,
                    max=2,
                    step=0.05,
                    help=rx.cond(
                        can.usual_scale != "",
                        t("How strongly your subject shows. {n} is usual for this model.", n=can.usual_scale),
                        t("How strongly your subject shows. 1 is usual."),
                    ),
                    error=_error("lora_scale"),
                ),
            ),
            rx.cond(
                can.steps.shown,
                ui.number_field(
                    t("Steps"),
                    id="steps",
                    value=Generate.steps,
                    on_change=Generate.set_steps,
                    min=can.steps.low,
                    max=can.steps.high,
                    error=_error("steps"),
                    help=t("More steps, more detail, up to a point."),
                ),
            ),
            rx.cond(
                can.guidance.shown,
                ui.number_field(
                    t("Guidance"),
                    id="guidance",
                    value=Generate.guidance,
                    on_change=Generate.set_guidance,
                    min=can.guidance.low,
                    max=can.guidance.high,
                    step=0.1,
                    error=_error("guidance"),
                    help=t("How literally the prompt is taken. Lower is freer."),
                ),
            ),
            rx.cond(
                can.negative,
                ui.text_area(
                    t("Leave out"),
                    id="negative",
                    value=Generate.negative,
                    on_change=Generate.set_negative,
                    rows=2,
                    error=_error("negative_prompt"),
                ),
            ),
            rx.cond(
                can.seed,
                _seed(),
            ),
            class_name="flex flex-col gap-5 pt-4",
        ),
    )


def _wildcards() -> rx.Component:
    """What becomes of `{red|blue}`, with what it stands for."""
    wild = Generate.wild
    return rx.cond(
        wild.count > 1,
        rx.el.div(
            ui.segmented(
                t("Wildcards"),
                [("random", t("One at random")), ("each", t("Each once"))],
                name="wildcards",
                value=Generate.wildcards,
                on_change=Generate.set_wildcards,
                class_name="w-full [&>*]:flex-1 [&>*]:justify-center",
            ),
            rx.el.details(
                rx.el.summary(wild.text, class_name="summary"),
                rx.el.ul(
                    rx.foreach(
                        wild.examples,
                        lambda one: rx.el.li(
                            one, class_name="truncate", key=one, title=one, custom_attrs={"dir": "auto"}
                        ),
                    ),
                    rx.cond(wild.more != "", rx.el.li(wild.more, class_name="text-muted")),
                    class_name="text-sm text-soft flex flex-col gap-1 pt-1 pl-5",
                ),
            ),
            rx.cond(
                (Generate.wildcards == "each") & (wild.count > MOST_COMBINATIONS),
                rx.el.p(
                    t("{n} at once are the most: leave some out, or take one at random.", n=MOST_COMBINATIONS),
                    class_name="field-error",
                    role="alert",
                ),
            ),
            class_name="flex flex-col gap-2 -mt-2",
        ),
    )


def _lock() -> rx.Component:
    """What keeps the chosen model shut, and the way to what opens it."""
    plan = Generate.controls.plan
    return rx.cond(
        plan != "",
        rx.el.div(
            ui.notice(
                t("This model comes with the {plan} plan.", plan=plan),
                " ",
                ui.text_link(t("See the {plan} plan", plan=plan), href=routes.pricing(plan)),
                icon_name="lock",
            ),
            role="status",
        ),
    )


def form() -> rx.Component:
    """Prompt, model, shape, number; the rest folded away; the price on the button."""
    word = rx.cond(
        Generate.controls.trigger_word != "",
        rx.el.span(
            ui.icon("check", size=12),
            Generate.controls.trigger_word,
            rx.el.span(t("is put in for you."), class_name="sr-only"),
            class_name="chip",
            title=t("The trigger word is put in for you."),
        ),
    )
    quota = rx.cond(
        Me.quota.limit > 0,
        rx.el.div(
            ui.meter(t("Today's quota"), Me.quota.text, percent=Me.quota.percent, tone=Me.quota.tone),
            rx.el.p(
                rx.cond(Me.quota.warning != "", rx.el.span(Me.quota.warning, " ", class_name="text-warn")),
                t("Begins anew in"),
                " ",
                Until.create(at=Me.quota.resets_at),
                class_name="text-xs text-muted mt-1.5",
            ),
            class_name="mb-4",
        ),
    )
    start = rx.el.div(
        quota,
        ui.button(
            Generate.button,
            kind="primary",
            size="lg",
            type="submit",
            icon_name="sparkles",
            busy=Generate.starting,
            class_name="w-full",
        ),
        rx.el.p(Generate.after, class_name="text-xs text-muted num text-center mt-2"),
        class_name="start-foot",
    )
    return rx.el.form(
        ui.prompt_box(
            t("Prompt"),
            word,
            rx.el.span(class_name="flex-1"),
            history_button(),
            id="prompt",
            value=Generate.prompt,
            on_change=Generate.set_prompt,
            suggested=Generate.suggested,
            placeholder=t("A portrait by a window, soft morning light"),
            error=_error("prompt"),
        ),
        _wildcards(),
        model_field(_error("model")),
        _lock(),
        rx.cond(
            Generate.controls.trouble != "",
            rx.el.div(ui.notice(Generate.controls.trouble, tone="warn"), role="status"),
        ),
        input_field(),
        rx.cond(
            Generate.controls.image_input & (Generate.input.id != ""),
            rx.fragment(),
            rx.el.div(
                rx.el.span(t("Shape"), class_name="field-label mb-1.5 block"),
                rx.cond(
                    Generate.controls.sides.shown,
                    _shapes([*((a, _shape(a)) for a in ASPECTS), (CUSTOM, _own_shape())], "shapes eight"),
                    _shapes([(a, _shape(a)) for a in ASPECTS], "shapes"),
                ),
                ui.error_line("aspect-error", _error("aspect")),
                rx.cond(Generate.aspect == CUSTOM, _sides()),
            ),
        ),
        _style(),
        rx.cond(
            (Generate.wildcards == "each") & (Generate.wild.count > 1),
            rx.fragment(),
            ui.number_field(
                t("Images"),
                id="count",
                value=Generate.count,
                on_change=Generate.set_count,
                min=COUNT[0],
                max=COUNT[1],
                error=_error("count"),
            ),
        ),
        _more(),
        rx.cond(_error("start") != "", rx.el.div(ui.notice(_error("start"), tone="bad"), role="alert")),
        start,
        on_submit=Generate.start,
        class_name="flex flex-col gap-5 lg:sticky "
        "lg:top-6 lg:max-h-[calc(100dvh-116px)] lg:overflow-y-auto lg:pr-2 lg:-mr-2",
        custom_attrs={"noValidate": True},
    )
