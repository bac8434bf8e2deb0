"""The picture to begin with: chosen, uploaded, shown, with its strength."""

import reflex as rx

from photogen.domain.photosets.verdict import MAX_BYTES
from photogen.web import components as ui
from photogen.web.pages.generate.input import Candidate, InputPicture
from photogen.web.pages.generate.state import Generate
from photogen.web.text import t
from photogen.web.typed import Shown, length


def input_field() -> rx.Component:
    """Only where the model can begin with a picture."""
    shown = Generate.input
    error = Generate.errors.get("input", "")
    chosen = rx.el.div(
        rx.el.div(
            ui.picture(shown.src, t("The picture to begin with"), ratio=shown.ratio, preview=shown.preview, eager=True),
            class_name="w-24 shrink-0",
        ),
        rx.el.div(
            rx.el.p(t("The result has its shape."), class_name="text-sm text-muted"),
            ui.button(t("Remove"), size="sm", kind="ghost", icon_name="x", on_click=Generate.drop_input),
            class_name="flex flex-col items-start gap-1.5",
        ),
        class_name="flex items-start gap-4",
    )
    choose = rx.el.div(
        ui.button(t("From the gallery"), size="sm", icon_name="image", on_click=InputPicture.show),
        ui.upload_button(t("Upload a picture"), url="/api/inputs", most_bytes=MAX_BYTES, on_done=Generate.begin_with),
        class_name="flex flex-wrap items-start gap-2",
    )
    return rx.cond(
        Generate.controls.image_input,
        rx.el.div(
            rx.el.span(t("Begin with a picture"), class_name="field-label mb-1.5 block"),
            rx.cond(shown.id != "", chosen, choose),
            ui.error_line("input-error", error),
            rx.cond(
                shown.id != "",
                rx.el.div(
                    ui.number_field(
                        t("Strength"),
                        id="strength",
                        value=Generate.strength,
                        on_change=Generate.set_strength,
                        min=0,
                        max=1,
                        step=0.05,
                        help=t("How much is drawn anew: 1 leaves nothing of the picture."),
                        error=Generate.errors.get("strength", ""),
                    ),
                    class_name="mt-4",
                ),
            ),
            role="group",
            custom_attrs={"aria-label": t("Begin with a picture")},
        ),
    )


def _candidate(item: Shown[Candidate]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            ui.picture(item.src, item.alt, ratio="1/1", preview=item.preview),
            type="button",
            class_name="block w-full rounded-md",
            on_click=InputPicture.use(item.id),
        ),
        key=item.id,
    )


def input_dialog() -> rx.Component:
    """The newest pictures; a click takes one."""
    return ui.dialog(
        t("Begin with a picture"),
        rx.cond(
            InputPicture.ready,
            rx.cond(
                length(InputPicture.items) == 0,
                rx.el.p(
                    t("There are no pictures yet. Upload one instead."),
                    class_name="text-sm text-muted py-8 text-center",
                ),
                rx.el.ul(
                    rx.foreach(InputPicture.items, _candidate),
                    class_name="grid grid-cols-3 sm:grid-cols-4 gap-2 max-h-[60dvh] overflow-y-auto p-1 -m-1",
                    tab_index=0,
                ),
            ),
            ui.skeleton_grid(8),
        ),
        open=InputPicture.open,
        on_close=InputPicture.close,
    )
