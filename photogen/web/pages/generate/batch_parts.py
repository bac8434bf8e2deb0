"""A batch of the generate page: its prompt, where it stands, its pictures."""

import reflex as rx

from photogen.web import components as ui
from photogen.web.pages.generate.shown import Batch, ShotShown
from photogen.web.pages.generate.state import Generate
from photogen.web.text import t
from photogen.web.typed import Shown, length


def _shot(shot: Shown[ShotShown], ratio: Shown[str]) -> rx.Component:
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
    done = rx.el.div(
        ui.nav_link(
            ui.picture(shot.src, shot.prompt, ratio=ratio, src2x=shot.src2x, preview=shot.preview, eager=True),
            href=shot.href,
            class_name="block rounded-md",
        ),
        rx.el.div(
            ui.icon_button("rotate_ccw", t("Use this recipe"), size="sm", on_click=Generate.remix(shot.image, "all")),
            ui.icon_button("image_plus", t("Begin with this"), size="sm", on_click=Generate.begin_with(shot.image)),
            ui.icon_button("layers", t("Variations"), size="sm", on_click=Generate.remix(shot.image, "variations")),
            class_name="tile-tools",
        ),
        class_name="tile",
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


def batch(item: Shown[Batch]) -> rx.Component:
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
                class_name="min-w-0 flex-1 basis-52",
            ),
            rx.el.div(
                rx.cond(item.status != "done", ui.pill(item.status_word, tone=item.tone)),
                rx.cond(
                    item.can_cut != "", ui.button(item.can_cut, size="sm", kind="ghost", on_click=Generate.cut(item.id))
                ),
                rx.cond(item.can_cancel, ui.button(t("Cancel"), size="sm", on_click=Generate.cancel(item.id))),
                rx.cond(
                    item.can_retry,
                    ui.button(t("Try again"), size="sm", icon_name="rotate_cw", on_click=Generate.retry(item.id)),
                ),
                class_name="flex items-center gap-2 shrink-0",
            ),
            class_name="flex flex-wrap items-start gap-x-4 gap-y-2 mb-3",
        ),
        rx.cond(item.place != "", rx.el.p(item.place, class_name="text-sm text-soft num mb-3", role="status")),
        rx.cond(item.notice != "", rx.el.p(item.notice, class_name="text-sm text-warn mb-3", role="status")),
        rx.cond(item.waiting != "", rx.el.p(item.waiting, class_name="text-sm text-soft mb-3", role="status")),
        rx.cond(
            item.fault != "",
            ui.notice(rx.el.p(item.fault, " ", rx.el.span(item.code, class_name="code")), tone="bad"),
        ),
        rx.el.ul(
            rx.foreach(item.shots, lambda shot: _shot(shot, item.ratio)),
            class_name=rx.cond(length(item.shots) == 1, "tiles tiles-one", "tiles"),
            style={"--tile": item.tile},
        ),
        key=item.id,
    )
