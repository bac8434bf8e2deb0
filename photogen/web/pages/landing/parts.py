"""What the landing page shows: pictures, the three steps drawn with the studio's own components, the promises."""

from __future__ import annotations

import reflex as rx

from photogen.web import components as ui
from photogen.web.components.wall import sample
from photogen.web.text import t


def strip() -> rx.Component:
    """The pictures of the first view, bleeding off the edge of the page."""
    columns = ((2, 3, 9), (0, 6, 8, 7), (5, 1, 4, 7))
    return rx.el.div(
        *(
            rx.el.div(*(sample(i, eager=True) for i in column), class_name=f"hero-column hero-column-{n}")
            for n, column in enumerate(columns, 1)
        ),
        class_name="hero-strip",
    )


def _step(number: int, title: str, sentence: str, drawing: rx.Component) -> rx.Component:
    return rx.el.li(
        rx.el.div(drawing, class_name="step-stage", custom_attrs={"aria-hidden": "true"}),
        rx.el.h3(rx.el.span(f"{number}", class_name="num text-accent-text mr-2.5"), title, class_name="mt-5 text-lg"),
        rx.el.p(sentence, class_name="mt-1 text-sm text-muted leading-6"),
        class_name="min-w-0",
    )


def _photos() -> rx.Component:
    mark = rx.el.span(ui.icon("check", size=12), class_name="tick")
    shots = (2, 9, 2, 9, 2, 9)
    positions = ("50% 20%", "30% 40%", "70% 60%", "60% 30%", "20% 50%", "50% 70%")
    return rx.el.div(
        *(
            rx.el.div(
                mark,
                class_name="photo",
                style={"backgroundImage": f"url(/samples/{shot + 1:02d}.webp)", "backgroundPosition": position},
            )
            for shot, position in zip(shots, positions, strict=True)
        ),
        class_name="grid grid-cols-3 gap-2 w-full",
    )


def _training() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.span(t("Training"), class_name="text-sm font-medium"),
            rx.el.span(t("step {n} of {m}", n=640, m=1000), class_name="text-xs text-muted num"),
            class_name="flex items-baseline justify-between mb-3",
        ),
        rx.el.div(rx.el.span(style={"width": "64%"}), class_name="bar"),
        rx.el.svg(
            rx.el.svg.path(
                d="M0 12 C 18 40, 30 52, 52 58 S 92 74, 118 76 S 168 84, 200 86 S 240 90, 280 91",
                fill="none",
                stroke="var(--accent)",
                stroke_width="2",
                stroke_linecap="round",
            ),
            rx.el.svg.line(x1="0", y1="100", x2="280", y2="100", stroke="var(--line)", stroke_width="1"),
            view_box="0 0 280 104",
            class_name="w-full mt-6",
        ),
        rx.el.div(
            rx.el.span(t("loss"), class_name="text-xs text-muted"),
            rx.el.span("0.041", class_name="text-xs num text-soft"),
            class_name="flex justify-between mt-1",
        ),
        class_name="w-full",
    )


def _generate() -> rx.Component:
    return rx.el.div(
        rx.el.div(sample(0), sample(5), sample(4), class_name="grid grid-cols-3 gap-2 items-end step-pictures"),
        rx.el.div(
            rx.el.span(t("ADA on a ridge in the Alps at sunrise"), class_name="truncate text-sm text-soft flex-1"),
            rx.el.span(t("Generate"), class_name="btn btn-primary btn-sm"),
            class_name="well flex items-center gap-2 p-1.5 pl-3 mt-3",
        ),
        class_name="w-full",
    )


def steps() -> rx.Component:
    """How it works, in the three steps that it takes."""
    return rx.el.ol(
        _step(
            1,
            t("Show"),
            t("Drop ten to twenty-five photos. Each is checked as it arrives; a bad one says why and spoils nothing."),
            _photos(),
        ),
        _step(
            2,
            t("Train"),
            t("A FLUX LoRA learns your subject. Watch its stages live; close the page, come back, it is still there."),
            _training(),
        ),
        _step(
            3,
            t("Make"),
            t("Write what you want to see. Pictures appear as they are made, each with the recipe to make it again."),
            _generate(),
        ),
        class_name="grid grid-cols-1 gap-10 md:grid-cols-3 md:gap-8",
    )


def _promise(icon_name: str, title: str, sentence: str) -> rx.Component:
    return rx.el.li(
        ui.icon(icon_name, size=20, class_name="text-accent-text"),
        rx.el.h3(title, class_name="mt-4 font-medium"),
        rx.el.p(sentence, class_name="mt-1 text-sm text-muted leading-6"),
    )


def promises() -> rx.Component:
    """What is done with photos, and what is not."""
    return rx.el.ul(
        _promise(
            "map_pin_off",
            t("No place, no camera"),
            t("GPS and every other hidden note are taken out of a photo as it arrives."),
        ),
        _promise(
            "lock",
            t("Private first"),
            t("A model is published privately, verified, and made public only if you tick it."),
        ),
        _promise(
            "trash_2",
            t("Gone means gone"),
            t("What you delete is deleted here and at every provider that held a copy for you."),
        ),
        _promise(
            "server",
            t("On your own server"),
            t("Open source. Whoever runs it keeps the photos, the models and the pictures."),
        ),
        class_name="grid gap-8 sm:grid-cols-2 lg:grid-cols-4",
    )
