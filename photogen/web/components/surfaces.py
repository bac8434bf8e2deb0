"""Cards, pills, notices, progress, and the four states of everything that is listed: loading, empty, error, full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import reflex as rx

from photogen.web.components.buttons import button, icon
from photogen.web.components.islands import Ago, Anchored, Elapsed, Picture, Reveal
from photogen.web.text import language, t
from photogen.web.words import credits as in_words

Tone = Literal["", "accent", "good", "warn", "bad"]


def card(*children: Any, pad: bool = True, class_name: str = "", **props: Any) -> rx.Component:
    """A surface. `pad=False` when a picture or a table reaches the edge."""
    return rx.el.div(*children, class_name=f"card {'card-pad' if pad else ''} {class_name}".strip(), **props)


def section(title: Any, *children: Any, action: rx.Component | None = None, class_name: str = "") -> rx.Component:
    """A titled part of a page, with at most one small action on its right."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2(title, class_name="text-lg"),
            action or rx.fragment(),
            class_name="flex items-center justify-between gap-4 mb-4 min-h-9",
        ),
        *children,
        class_name=class_name or "mb-12",
    )


def anchored(id: str, *children: Any) -> rx.Component:
    """A part that `#id` at the end of an address leads to, also when it is drawn after the page was opened."""
    return Anchored.create(*children, id=id, class_name="scroll-mt-16")


def revealed(*children: Any, at: Any, label: str, class_name: str = "") -> rx.Component:
    """A labelled section that comes into view when `at` changes, where it is below the screen."""
    return Reveal.create(*children, at=at, label=label, class_name=f"scroll-mt-20 {class_name}")


def pill(text: Any, *, tone: Any = "", plain: bool = False) -> rx.Component:
    """A short word about a thing. `tone` may be a Var."""
    return rx.el.span(text, class_name="pill plain" if plain else "pill", custom_attrs={"data-tone": tone})


def status_pill(text: Any, *, label: str, tone: Any = "") -> rx.Component:
    """A live status, announced when it changes: role `status`, named `label` ("Training status")."""
    return rx.el.span(
        text,
        role="status",
        class_name="pill",
        custom_attrs={"aria-label": label, "data-tone": tone, "aria-live": "polite"},
    )


def notice(*children: Any, tone: Tone = "", icon_name: str | None = None, **props: Any) -> rx.Component:
    """A boxed remark in the flow of a page."""
    drawn = icon_name or {"bad": "circle_alert", "warn": "triangle_alert", "good": "circle_check"}.get(tone, "info")
    return rx.el.div(
        icon(drawn, size=16),
        rx.el.div(*children, class_name="min-w-0 flex-1"),
        class_name="notice",
        custom_attrs={"data-tone": tone},
        **props,
    )


def progress(value: Any, *, label: str, tone: Any = "") -> rx.Component:
    """A progress bar; `value` is a percentage 0-100 (number or Var of int)."""
    shown = value.to(str) if isinstance(value, rx.Var) else str(value)
    return rx.el.div(
        rx.el.span(style={"width": shown + "%"}),
        role="progressbar",
        class_name="bar",
        custom_attrs={
            "aria-label": label,
            "aria-valuenow": value,
            "aria-valuemin": 0,
            "aria-valuemax": 100,
            "data-tone": tone,
        },
    )


def meter(label: Any, value: Any, *, percent: Any, tone: Any = "") -> rx.Component:
    """A quiet amount with a bar: `meter("Daily quota", "12 of 50", percent=24)`."""
    shown = percent.to(str) if isinstance(percent, rx.Var) else str(percent)
    return rx.el.div(
        rx.el.div(
            rx.el.span(label, class_name="text-muted"), rx.el.span(value, class_name="num"), class_name="meter-row mb-2"
        ),
        rx.el.div(
            rx.el.span(style={"width": shown + "%"}),
            class_name="bar",
            custom_attrs={"data-tone": tone, "aria-hidden": "true"},
        ),
    )


def stepper(steps: Sequence[tuple[Any, Any]], *, label: str, detail: Sequence[Any] | None = None) -> rx.Component:
    """Numbered stages: `steps` are (text, state), state one of todo, current, done, failed (may be a Var).

    `detail` holds a small line (a time) under each.
    """
    details = detail or [""] * len(steps)

    def step(number: int, text: Any, state: Any, extra: Any) -> rx.Component:
        done = rx.match(
            state, ("done", icon("check", size=12)), ("failed", icon("x", size=12)), rx.el.span(str(number))
        )
        return rx.el.li(
            rx.el.span(done, class_name="step-dot", custom_attrs={"aria-hidden": "true"}),
            rx.el.span(text, rx.el.span(extra, class_name="block text-xs text-muted num font-normal")),
            class_name="step",
            custom_attrs={
                "data-state": state,
                "aria-current": rx.cond(state == "current", "step", "false")
                if isinstance(state, rx.Var)
                else ("step" if state == "current" else "false"),
            },
        )

    return rx.el.ol(
        *(step(i, text, state, extra) for i, ((text, state), extra) in enumerate(zip(steps, details, strict=True), 1)),
        class_name="steps",
        custom_attrs={"aria-label": label},
    )


def skeleton(class_name: str = "h-5 w-full") -> rx.Component:
    """The grey shape of what is being loaded; give it the size of the thing."""
    return rx.el.div(class_name=f"skeleton {class_name}", custom_attrs={"aria-hidden": "true"})


def skeleton_grid(
    count: int = 8, *, ratio: str = "1", class_name: str = "grid grid-cols-2 md:grid-cols-4 gap-4"
) -> rx.Component:
    """A grid of picture-shaped skeletons."""
    return rx.el.div(
        *(rx.el.div(class_name="skeleton", style={"aspectRatio": ratio}) for _ in range(count)),
        class_name=class_name,
        custom_attrs={"aria-busy": "true", "aria-label": t("Loading")},
    )


def empty_state(
    sentence: Any, *, icon_name: str = "image", help: Any = "", action: rx.Component | None = None
) -> rx.Component:
    """One sentence and the next action."""
    return rx.el.div(
        icon(icon_name, size=28),
        rx.el.p(sentence, class_name="text-base font-medium"),
        rx.el.p(help, class_name="text-sm text-muted max-w-md") if isinstance(help, rx.Var) or help else rx.fragment(),
        rx.el.div(action, class_name="mt-4") if action is not None else rx.fragment(),
        class_name="empty",
    )


def error_state(what: Any, *, code: Any, todo: Any = "", action: rx.Component | None = None) -> rx.Component:
    """What happened, what to do, and a code to quote."""
    return rx.el.div(
        icon("circle_alert", size=28),
        rx.el.p(what, class_name="text-base font-medium"),
        rx.el.p(todo, class_name="text-sm text-muted max-w-md") if isinstance(todo, rx.Var) or todo else rx.fragment(),
        rx.el.p(t("Code to quote:"), " ", rx.el.span(code, class_name="code"), class_name="text-sm text-muted"),
        rx.el.div(action, class_name="mt-4") if action is not None else rx.fragment(),
        role="alert",
        class_name="empty",
    )


def states(
    *,
    loading: Any,
    error: Any,
    empty: Any,
    skeleton: rx.Component,
    failed: rx.Component,
    nothing: rx.Component,
    full: rx.Component,
) -> rx.Component:
    """The four states as one element: pass Vars of bool for `loading`, `error`, `empty` and what each shows."""
    return rx.cond(loading, skeleton, rx.cond(error, failed, rx.cond(empty, nothing, full)))


def pager(state: Any) -> rx.Component:
    """Newer and Older under a list, where there is either. `state` has the Vars `newer` and `older` and the handlers
    `show_newer` and `show_older`."""
    return rx.cond(
        state.older | state.newer,
        rx.el.div(
            button(t("Newer"), on_click=state.show_newer, disabled=~state.newer, size="sm"),
            button(t("Older"), on_click=state.show_older, disabled=~state.older, size="sm"),
            class_name="flex justify-center gap-2 mt-6",
        ),
    )


def price(credits: Any, *, class_name: str = "") -> rx.Component:
    """ "20 credits ($2.00)" from an int or a Var of int. A credit is worth $0.10."""
    return rx.el.span(price_text(credits), class_name=f"num {class_name}".strip())


def price_text(credits: Any) -> Any:
    """The same as text, for the name of a button."""
    if isinstance(credits, rx.Var):
        dollars = rx.Var(
            f'new Intl.NumberFormat("{language()}", {{style: "currency", currency: "USD"}}).format(({credits!s}) / 10)',
            _var_data=credits._get_all_var_data(),
        ).to(str)
        noun = rx.cond(credits == 1, t("credit"), t("credits"))
        return rx.Var.create(f"{credits} {noun} ({dollars})")
    return in_words(credits)


def ago(at: Any, *, class_name: str = "") -> rx.Component:
    """A moment, relative ("5 minutes ago"), the exact one on hover. `at` is ISO text or a Var of it."""
    return Ago.create(at=at, class_name=class_name)


def elapsed(since: Any, until: Any = "", *, class_name: str = "") -> rx.Component:
    """A running clock since an ISO moment, standing still once `until` is set."""
    return Elapsed.create(since=since, until=until, class_name=class_name)


def picture(
    src: Any,
    alt: Any,
    *,
    ratio: Any = "1",
    src2x: Any = None,
    preview: Any = None,
    eager: bool = False,
    class_name: str = "",
    **props: Any,
) -> rx.Component:
    """A picture whose place is reserved by `ratio` ("4/5"), with `preview` (a ThumbHash
    in base64) until it is there."""
    return Picture.create(
        src=src,
        src2x=src2x,
        alt=alt,
        ratio=ratio,
        preview=preview,
        eager=eager or None,
        class_name=class_name,
        **props,
    )
