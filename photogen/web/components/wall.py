"""A wall of pictures made with photogen's sandbox, for the landing and the entrance pages. The files are in
assets/samples."""

from __future__ import annotations

import reflex as rx

from photogen.web.text import t

SAMPLES: tuple[tuple[str, str, str], ...] = (  # file, ratio, what it shows
    ("01", "4/5", t("Alpine ridges at sunrise")),
    ("02", "1", t("A city at night in the rain")),
    ("03", "2/3", t("A portrait with a forest in it, in emerald light")),
    ("04", "1", t("Dunes at golden dusk")),
    ("05", "4/5", t("Pines under a starry sky, snow falling")),
    ("06", "2/3", t("The sea at sunset")),
    ("07", "1", t("A violet planet in a nebula")),
    ("08", "4/5", t("A lavender field")),
    ("09", "2/3", t("A skyline in magenta")),
    ("10", "4/5", t("A portrait with a city in it, at sunset")),
)


def sample(index: int, *, eager: bool = False, class_name: str = "") -> rx.Component:
    """One of the samples, its place kept before it is there."""
    name, ratio, alt = SAMPLES[index]
    return rx.el.div(
        rx.el.img(
            src=f"/samples/{name}.webp",
            alt=alt,
            loading="eager" if eager else "lazy",
            custom_attrs={"decoding": "async"},
        ),
        class_name=f"picture {class_name}".strip(),
        style={"aspectRatio": ratio},
    )


def wall() -> rx.Component:
    """Three columns of samples, cut by their frame."""
    columns = ((0, 3, 6, 9), (1, 4, 7, 3), (2, 5, 8))
    return rx.el.div(
        *(
            rx.el.div(*(sample(i, eager=True) for i in column), class_name=f"flex flex-col gap-3 {shift}")
            for column, shift in zip(columns, ("-mt-24", "-mt-4", "-mt-40"), strict=True)
        ),
        class_name="absolute inset-0 grid grid-cols-3 gap-3 p-3",
    )
