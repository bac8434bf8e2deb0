"""Everything pages are built from: stateless functions, data in, component out. A page in 20 lines:

    # photogen/web/pages/models/page.py
    import reflex as rx
    from photogen.web import components as ui
    from photogen.web.pages.models.state import Models
    from photogen.web.shell import page_head, screen
    from photogen.web.text import t

    @screen("/models", t("Models"), on_load=[Models.load])
    def models() -> rx.Component:
        return rx.fragment(
            page_head(t("Models"), action=ui.link_button(t("New model"), href="/models/new", kind="primary")),
            ui.states(
                loading=~Models.ready, error=Models.problem != "", empty=Models.items.length() == 0,
                skeleton=ui.skeleton_grid(6), failed=ui.error_state(Models.problem, code=Models.code),
                nothing=ui.empty_state(t("You have no models yet"), icon_name="box"),
                full=rx.el.div(rx.foreach(Models.items, card), class_name="grid sm:grid-cols-2 lg:grid-cols-3 gap-4"),
            ),
        )

    # photogen/web/pages/models/state.py          (no `from __future__ import annotations` in State modules)
    class Models(rx.State):
        items: list[ModelView] = []               # frozen view dataclasses, never rows
        ready: bool = False
        problem: str = ""
        code: str = ""

        @rx.event
        @allow("user")                            # photogen.web.security; "public" | "user" | "moderator" | "admin"
        async def load(self):
            self.items = await call(services().models.mine, current().account_id)   # web.deps, web.session
            self.ready = True
            live.subscribe(self, "training", Models.load)                            # web.live: called again when
            one changes

Arguments of handlers are checked against their annotations before the handler runs, so annotate each. A
PhotogenError that a
handler lets out becomes a toast with its sentence and its code (Unauthenticated leads to the log-in); catch
`Invalid` to put `error=`
at a field. Speak with `yield toast.good(t("Saved"))` from `photogen.web.notices`.
Layout is Tailwind with roles only: bg-surface, bg-raised, bg-sunken, text-text, text-soft, text-muted,
text-accent-text, text-good,
text-warn, text-bad, border-line, border-strong, rounded-md/lg/xl, text-xs/sm/base/lg/xl/2xl, shadow-raised/float.
Conditional classes: `class_name=rx.cond(flag, "a", "b")` with both written out, so that Tailwind sees them.
"""

from photogen.web.components.buttons import (
    Kind,
    Size,
    button,
    copy_button,
    icon,
    icon_button,
    link_button,
    nav_link,
    text_link,
)
from photogen.web.components.fields import (
    checkbox,
    error_line,
    field,
    number_field,
    radio_cards,
    segmented,
    select_field,
    switch,
    text_area,
    text_field,
)
from photogen.web.components.native import native_field, native_form
from photogen.web.components.overlays import confirm, dialog, menu, menu_item, menu_link, tab_links, tabs
from photogen.web.components.prompt_box import prompt_box
from photogen.web.components.surfaces import (
    ago,
    anchored,
    card,
    elapsed,
    empty_state,
    error_state,
    meter,
    notice,
    pager,
    picture,
    pill,
    price,
    price_text,
    progress,
    revealed,
    section,
    skeleton,
    skeleton_grid,
    states,
    status_pill,
    stepper,
)
from photogen.web.components.upload_button import upload_button

__all__ = [
    "Kind",
    "Size",
    "ago",
    "anchored",
    "button",
    "card",
    "checkbox",
    "confirm",
    "copy_button",
    "dialog",
    "elapsed",
    "empty_state",
    "error_line",
    "error_state",
    "field",
    "icon",
    "icon_button",
    "link_button",
    "menu",
    "menu_item",
    "menu_link",
    "meter",
    "native_field",
    "native_form",
    "nav_link",
    "notice",
    "number_field",
    "pager",
    "picture",
    "pill",
    "price",
    "price_text",
    "progress",
    "prompt_box",
    "radio_cards",
    "revealed",
    "section",
    "segmented",
    "select_field",
    "skeleton",
    "skeleton_grid",
    "states",
    "status_pill",
    "stepper",
    "switch",
    "tab_links",
    "tabs",
    "text_area",
    "text_field",
    "text_link",
    "upload_button",
]
