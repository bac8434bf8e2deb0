"""The form and a batch of the generate page."""

import reflex as rx

from photogen.domain.generation.commands import COUNT
from photogen.domain.generation.wildcards import MOST_COMBINATIONS
from photogen.web import components as ui
from photogen.web import routes
from photogen.web.components.islands import Until
from photogen.web.me import Me
from photogen.web.pages.generate.history_parts import history_button
from photogen.web.pages.generate.shown import Batch, ShotShown
from photogen.web.pages.generate.state import Generate
from photogen.web.text import t

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


def _error(field: str) -> rx.Var[str]:
    return Generate.errors.get(field, "")


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
                    help=t("How strongly your subject shows. 1 is usual."),
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
                ui.text_field(
                    t("Seed"),
                    id="seed",
                    value=Generate.seed,
                    on_change=Generate.set_seed,
                    input_mode="numeric",
                    auto_complete="off",
                    placeholder=t("Random"),
                    help=t("The same seed and settings give the same picture."),
                    error=_error("seed"),
                ),
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
        ui.select_field(
            t("Model"),
            Generate.models,
            id="model",
            value=Generate.model,
            on_change=Generate.set_model,
            help=Generate.controls.description,
            error=_error("model"),
        ),
        _lock(),
        rx.cond(
            Generate.controls.trouble != "",
            rx.el.div(ui.notice(Generate.controls.trouble, tone="warn"), role="status"),
        ),
        rx.el.div(
            rx.el.span(t("Shape"), class_name="field-label mb-1.5 block"),
            ui.segmented(
                t("Shape"),
                [(a, _shape(a)) for a in ASPECTS],
                class_name="shapes",
                name="aspect",
                value=Generate.aspect,
                on_change=Generate.set_aspect,
            ),
            ui.error_line("aspect-error", _error("aspect")),
        ),
        ui.select_field(
            t("Style"),
            Generate.styles,
            id="style",
            value=Generate.style,
            on_change=Generate.set_style,
            error=_error("style"),
        ),
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


def _shot(shot: rx.Var[ShotShown], ratio: rx.Var[str]) -> rx.Component:
    waiting = rx.el.div(
        rx.cond(
            shot.status == "rendering",
            rx.el.div(class_name="skeleton absolute inset-0"),
            rx.el.span(t("Queued"), class_name="text-sm text-muted"),
        ),
        class_name="relative grid place-content-center rounded-md bg-sunken border border-line overflow-hidden",
        style={"aspectRatio": ratio},
        role="img",
        custom_attrs={"aria-label": rx.cond(shot.status == "rendering", t("Being drawn"), t("Queued"))},
    )
    ended = rx.el.div(
        ui.icon("circle_alert", size=18, class_name="text-bad"),
        rx.el.p(shot.error, class_name="text-sm"),
        rx.cond(shot.code != "", rx.el.span(shot.code, class_name="code text-xs text-muted")),
        class_name="flex flex-col items-center justify-center text-center gap-2 "
        "p-4 rounded-md bg-sunken border border-line overflow-auto",
        style={"aspectRatio": ratio},
    )
    done = ui.nav_link(
        ui.picture(shot.src, shot.prompt, ratio=ratio, src2x=shot.src2x, preview=shot.preview, eager=True),
        href=shot.href,
        class_name="block rounded-md",
    )
    return rx.el.li(
        rx.match(shot.status, ("done", done), ("failed", ended), waiting),
        rx.cond(
            shot.caption != "",
            rx.el.p(
                shot.caption,
                class_name="text-xs text-muted line-clamp-2 break-words mt-1.5",
                title=shot.caption,
                custom_attrs={"dir": "auto"},
            ),
        ),
        key=shot.id,
        class_name="min-w-0",
    )


def batch(item: rx.Var[Batch]) -> rx.Component:
    """One batch: its prompt, where it stands, its pictures."""
    return rx.el.article(
        rx.el.header(
            rx.el.div(
                rx.el.h2(
                    item.prompt,
                    class_name="text-base font-medium line-clamp-2 break-words",
                    custom_attrs={"dir": "auto"},
                ),
                rx.el.p(ui.ago(item.created_at), " · ", item.line, class_name="text-sm text-muted num mt-0.5"),
                class_name="min-w-0 flex-1",
            ),
            rx.el.div(
                rx.cond(item.status != "done", ui.pill(item.status_word, tone=item.tone)),
                rx.cond(item.can_cancel, ui.button(t("Cancel"), size="sm", on_click=Generate.cancel(item.id))),
                rx.cond(
                    item.can_retry,
                    ui.button(t("Try again"), size="sm", icon_name="rotate_cw", on_click=Generate.retry(item.id)),
                ),
                class_name="flex items-center gap-2 shrink-0",
            ),
            class_name="flex items-start gap-4 mb-3",
        ),
        rx.cond(item.notice != "", rx.el.p(item.notice, class_name="text-sm text-warn mb-3", role="status")),
        rx.cond(item.waiting != "", rx.el.p(item.waiting, class_name="text-sm text-soft mb-3", role="status")),
        rx.cond(
            item.fault != "",
            ui.notice(rx.el.p(item.fault, " ", rx.el.span(item.code, class_name="code")), tone="bad"),
        ),
        rx.el.ul(
            rx.foreach(item.shots, lambda shot: _shot(shot, item.ratio)),
            class_name="tiles",
            style={"--tile": item.tile},
        ),
        key=item.id,
    )
