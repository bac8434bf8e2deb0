"""The look, once: colours, type, spacing, radii, shadows and motion, as CSS custom properties and Tailwind roles.

Pages name roles (`bg-surface`, `text-muted`, `border-line`), never colours: Tailwind's own palette is switched off
here,
so a colour by name does not even compile. `styles/*.css` builds the components out of these properties.
Contrast is AA for every text role on `bg`, `surface` and `raised`, held by `tests/web/test_theme.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import reflex as rx

FONT_PACKAGE = "@fontsource-variable/geist@5.3.0"

DARK: dict[str, str] = {
    "bg": "#0b0b0f",  # the page
    "surface": "#121217",  # cards, side bar
    "raised": "#1b1b22",  # menus, dialogs, hovered rows
    "sunken": "#08080b",  # fields, wells, log tails
    "line": "#26262f",  # hairlines between things
    "strong": "#3a3a46",  # borders of controls
    "control": "#73737f",  # the edge of a control where it alone shows the control (3:1)
    "text": "#f3f3f6",
    "soft": "#c6c6d0",  # running text beside a heading
    "muted": "#9a9aa8",  # help, captions
    "accent": "#8b7bff",
    "accent-hover": "#9d8fff",
    "accent-text": "#a99dff",  # accent as text on bg
    "on-accent": "#0d0a24",
    "accent-soft": "#1d1936",
    "good": "#4cc38a",
    "good-soft": "#11261d",
    "warn": "#e6a94a",
    "warn-soft": "#2a2011",
    "bad": "#ff7a7a",
    "bad-soft": "#301519",
    "bad-solid": "#e5484d",
    "on-bad": "#1d0405",
    "scrim": "rgb(4 4 8 / 0.66)",
}

LIGHT: dict[str, str] = {
    "bg": "#fafafc",
    "surface": "#ffffff",
    "raised": "#ffffff",
    "sunken": "#f6f6f9",
    "line": "#e6e6ed",
    "strong": "#d0d0da",
    "control": "#85858f",
    "text": "#16161d",
    "soft": "#3d3d4a",
    "muted": "#62626f",
    "accent": "#5b48e0",
    "accent-hover": "#4c3acb",
    "accent-text": "#5443d6",
    "on-accent": "#ffffff",
    "accent-soft": "#efecff",
    "good": "#18794e",
    "good-soft": "#e6f6ed",
    "warn": "#8a5a00",
    "warn-soft": "#fff3dc",
    "bad": "#c4292f",
    "bad-soft": "#fdecec",
    "bad-solid": "#c4292f",
    "on-bad": "#ffffff",
    "scrim": "rgb(20 20 30 / 0.4)",
}

SHADOWS: dict[str, tuple[str, str]] = {  # name: (dark, light)
    "raised": (
        "0 1px 2px rgb(0 0 0 / 0.5), 0 8px 24px rgb(0 0 0 / 0.4)",
        "0 1px 2px rgb(20 20 40 / 0.06), 0 6px 20px rgb(20 20 40 / 0.08)",
    ),
    "float": (
        "0 2px 6px rgb(0 0 0 / 0.5), 0 24px 64px rgb(0 0 0 / 0.55)",
        "0 2px 6px rgb(20 20 40 / 0.08), 0 24px 64px rgb(20 20 40 / 0.16)",
    ),
}

RADII: dict[str, str] = {"sm": "6px", "md": "8px", "lg": "12px", "xl": "16px", "2xl": "24px", "full": "999px"}

TYPE: dict[str, tuple[str, str, str]] = {  # name: (size, line height, letter spacing)
    "xs": ("0.75rem", "1rem", "0"),
    "sm": ("0.8125rem", "1.25rem", "0"),
    "base": ("0.9375rem", "1.5rem", "0"),
    "lg": ("1.0625rem", "1.625rem", "-0.006em"),
    "xl": ("1.375rem", "1.75rem", "-0.017em"),
    "2xl": ("1.75rem", "2.125rem", "-0.022em"),
    "3xl": ("2.5rem", "2.75rem", "-0.03em"),
    "4xl": ("clamp(2.5rem, 1.2rem + 4.6vw, 4.25rem)", "1.04", "-0.038em"),
}

MOTION = {"quick": "150ms", "ease": "cubic-bezier(0.2, 0, 0, 1)"}
SANS = '"Geist Variable", ui-sans-serif, system-ui, -apple-system, "Segoe UI", sans-serif'
MONO = 'ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace'

META_DARK, META_LIGHT = DARK["bg"], LIGHT["bg"]

_STYLES = Path(__file__).parent / "styles"
_LATIN = (
    "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+20AC,"
    "U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD"
)
_LATIN_EXT = (
    "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+0304,U+0308,U+0329,U+1D00-1DBF,U+1E00-1E9F,"
    "U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF"
)


def font_face(address: str, unicode_range: str = _LATIN) -> str:
    """The rule by which browsers find the font, or a part of it, at `address`."""
    return (
        '@font-face{font-family:"Geist Variable";font-style:normal;font-display:swap;font-weight:100 900;'
        f'src:url("{address}") format("woff2-variations");unicode-range:{unicode_range};}}'
    )


def _font(subset: str, unicode_range: str) -> str:
    folder = "../node_modules/@fontsource-variable/geist/files"
    return font_face(f"{folder}/geist-{subset}-wght-normal.woff2", unicode_range)


def _properties(colours: dict[str, str], shadow: int) -> str:
    lines = [f"--{name}:{value};" for name, value in colours.items()]
    lines += [f"--shadow-{name}:{pair[shadow]};" for name, pair in SHADOWS.items()]
    return "".join(lines)


def _themes() -> list[str]:
    dark = "color-scheme:dark;" + _properties(DARK, 0)
    light = "color-scheme:light;" + _properties(LIGHT, 1)
    return [
        f":root{{{dark}}}",
        f"@media (prefers-color-scheme:light){{:root:not(.dark){{{light}}}}}",
        f":root.light{{{light}}}",
    ]


def properties() -> str:
    """Colours of both themes, sizes, radii and families as custom properties, for pages that Tailwind does not make."""
    sizes = "".join(f"--text-{name}:{size};" for name, (size, _, _) in TYPE.items())
    radii = "".join(f"--radius-{name}:{value};" for name, value in RADII.items())
    return "\n".join([*_themes(), f":root{{--sans:{SANS};--mono:{MONO};{sizes}{radii}}}"])


def stylesheet() -> str:
    """The whole design system as one style sheet: fonts, properties of both themes, Tailwind's roles, components."""
    roles = "".join(f"--color-{name}:var(--{name});" for name in DARK)
    radii = "".join(f"--radius-{name}:{value};" for name, value in RADII.items())
    sizes = "".join(
        f"--text-{name}:{size};--text-{name}--line-height:{height};--text-{name}--letter-spacing:{spacing};"
        for name, (size, height, spacing) in TYPE.items()
    )
    shadows = "".join(f"--shadow-{name}:var(--shadow-{name});" for name in SHADOWS)
    no_defaults = "".join(f"--{kind}-*:initial;" for kind in ("color", "shadow", "text", "radius"))
    plain = "--color-transparent:transparent;--color-current:currentColor;--color-white:#fff;"
    motion = f"--default-transition-duration:{MOTION['quick']};--default-transition-timing-function:{MOTION['ease']};"
    return "\n".join(
        [
            _font("latin", _LATIN),
            _font("latin-ext", _LATIN_EXT),
            f"@theme inline{{{no_defaults}{plain}{roles}{shadows}}}",
            f"@theme{{--font-sans:{SANS};--font-mono:{MONO};{radii}{sizes}{motion}}}",
            "@custom-variant dark (&:where(.dark, .dark *));",
            *_themes(),
            *((_STYLES / name).read_text() for name in sorted(p.name for p in _STYLES.glob("*.css"))),
        ]
    )


class ThemePlugin(rx.plugins.Plugin):
    """Puts the style sheet and the font into Reflex's build."""

    content: ClassVar[list[str]] = [
        "./app/**/*.{js,jsx}",
        "./utils/**/*.{js,jsx}",
        "./components/**/*.{js,jsx}",
        "./public/external/**/*.{js,jsx}",
    ]

    def get_frontend_dependencies(self, **_context: Any) -> list[str]:
        return [FONT_PACKAGE]

    def get_stylesheet_paths(self, **_context: Any) -> list[str]:
        return ["./photogen.css"]

    def pre_compile(self, **context: Any) -> None:
        context["add_save_task"](lambda: ("styles/photogen.css", stylesheet()))
