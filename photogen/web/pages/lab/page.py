"""The likeness lab: the same prompts and seeds at every strength, side by side; a tap is a vote."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.lab.shown import CellShown, Column, PromptShown, RowShown, RunShown
from photogen.web.pages.lab.state import Lab
from photogen.web.shell import page_head, screen
from photogen.web.text import t
from photogen.web.typed import Shown, length, not_

_WIDE = "grid grid-cols-[repeat(5,minmax(120px,1fr))] gap-2 min-w-[640px]"


def _picture(run: Shown[RunShown], cell: Shown[CellShown]) -> rx.Component:
    tap = rx.el.button(
        ui.picture(cell.src, "", ratio="1", src2x=cell.src2x, preview=cell.blurred),
        rx.cond(
            cell.voted,
            rx.el.span(
                ui.icon("check", size=15),
                class_name="absolute top-2 left-2 grid place-content-center size-7 rounded-xl bg-accent text-on-accent",
            ),
        ),
        type="button",
        on_click=Lab.vote(run.id, cell.id, not_(cell.voted)),
        class_name=rx.cond(
            cell.voted,
            "relative block w-full rounded-lg outline-2 outline-offset-2 outline-accent",
            "relative block w-full rounded-lg",
        ),
        custom_attrs={
            "aria-pressed": rx.cond(cell.voted, "true", "false"),
            "aria-label": t("Strength {scale}: looks right", scale=cell.label),
        },
    )
    keep = rx.cond(
        cell.kept,
        rx.el.span(t("In your gallery"), class_name="text-xs text-muted leading-7"),
        rx.el.button(
            t("Keep"),
            type="button",
            on_click=Lab.keep(run.id, cell.id),
            class_name="text-xs text-muted hover:text-text leading-7 min-w-10 text-left",
            title=t("Put this picture into the gallery"),
        ),
    )
    return rx.el.div(tap, keep)


def _cell(run: Shown[RunShown], cell: Shown[CellShown]) -> rx.Component:
    waiting = rx.el.div(class_name="skeleton aspect-square rounded-lg", custom_attrs={"aria-hidden": "true"})
    lost = rx.el.div(
        ui.icon("circle_alert", size=16),
        rx.el.span(cell.error, class_name="text-xs line-clamp-4"),
        class_name="aspect-square rounded-lg bg-sunken border border-line text-muted flex flex-col items-center "
        "justify-center gap-2 p-2 text-center",
        title=cell.error,
    )
    return rx.el.div(
        rx.match(
            cell.status,
            ("done", rx.cond(cell.src != "", _picture(run, cell), lost)),
            ("failed", lost),
            ("cancelled", lost),
            waiting,
        ),
        key=cell.id,
    )


def _column(column: Shown[Column]) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.span(column.title, class_name="text-sm font-medium num"),
            rx.cond(column.usual, ui.pill(t("Default"), plain=True)),
            rx.cond(column.leads, ui.pill(t("Leads"), tone="accent")),
            class_name="flex flex-wrap items-center gap-2 min-h-6",
        ),
        rx.el.span(column.votes, class_name="text-xs text-muted num block min-h-4"),
        key=column.title,
    )


def _row(run: Shown[RunShown], row: Shown[RowShown]) -> rx.Component:
    return rx.el.div(
        rx.el.div(rx.foreach(row.cells, lambda cell: _cell(run, cell)), class_name=_WIDE),
        rx.el.p(row.text, class_name="text-sm text-muted mt-1 mb-6 sticky left-0 max-w-2xl"),
        key=row.text,
    )


def _grid(run: Shown[RunShown]) -> rx.Component:
    return rx.el.div(
        rx.el.div(rx.foreach(run.columns, _column), class_name=f"{_WIDE} mb-3"),
        rx.foreach(run.rows, lambda row: _row(run, row)),
        class_name="overflow-x-auto -mx-1 px-1 pt-1",
        tab_index=0,
        role="region",
        custom_attrs={"aria-label": t("Pictures by strength")},
    )


def _run() -> rx.Component:
    run = Lab.run
    head = rx.el.div(
        rx.el.div(
            rx.el.h2(run.title, class_name="text-lg"),
            rx.el.p(run.line, " · ", ui.ago(run.created_at), class_name="text-sm text-muted num"),
        ),
        rx.el.div(
            rx.cond(run.running, ui.button(t("Cancel the rest"), size="sm", on_click=Lab.cancel)),
            rx.cond(run.failed > 0, ui.button(t("Draw what failed again"), size="sm", on_click=Lab.retry)),
            class_name="flex gap-2",
        ),
        class_name="flex flex-wrap items-start justify-between gap-4 mb-4",
    )
    verdict = rx.el.div(
        rx.el.p(run.verdict, class_name="text-sm min-w-0 flex-1", role="status"),
        rx.cond(run.use > 0, ui.button(run.use_text, kind="primary", on_click=Lab.use)),
        class_name="card card-pad flex flex-wrap items-center gap-4 mb-6",
    )
    pick = rx.cond(
        length(Lab.choices) > 1,
        rx.el.div(
            ui.select_field(t("Run"), Lab.choices, id="run", value=run.id, on_change=Lab.look_at),
            ui.select_field(t("Compare with"), Lab.choices, id="other", value=Lab.other.id, on_change=Lab.hold_against),
            class_name="grid sm:grid-cols-2 gap-4 mb-6 max-w-2xl",
        ),
    )
    other = rx.cond(
        Lab.other.id != "",
        rx.el.section(
            rx.el.div(
                rx.el.h2(Lab.other.title, class_name="text-lg"),
                rx.el.p(Lab.other.line, " · ", ui.ago(Lab.other.created_at), class_name="text-sm text-muted num"),
                class_name="border-t border-line pt-6 mb-4",
            ),
            _grid(Lab.other),
        ),
    )
    return rx.cond(
        run.id != "",
        rx.el.section(
            pick,
            head,
            rx.cond(
                run.running, rx.el.div(ui.progress(run.percent, label=t("Pictures drawn")), class_name="mb-6"), verdict
            ),
            _grid(run),
            other,
            class_name="mt-10",
        ),
    )


def _prompt(prompt: Shown[PromptShown]) -> rx.Component:
    return rx.el.li(
        ui.checkbox(prompt.text, id=f"prompt-{prompt.key}", checked=prompt.taken, on_change=Lab.take(prompt.key)),
        class_name="py-1.5",
        key=prompt.key,
    )


def _new_run() -> rx.Component:
    return ui.card(
        rx.el.p(
            t(
                "The same prompts with the same seeds, at five strengths: whatever differs is the model's doing. In "
                "the first column the model is laid on at 0, so it adds nothing. The pictures stay here unless you "
                "keep them."
            ),
            class_name="text-sm text-soft max-w-3xl",
        ),
        rx.el.ul(rx.foreach(Lab.offer.prompts, _prompt), class_name="mt-4", custom_attrs={"aria-label": t("Prompts")}),
        rx.el.div(
            rx.cond(
                length(Lab.versions) > 1,
                rx.el.div(
                    ui.select_field(
                        t("Version"), Lab.versions, id="version", value=Lab.version, on_change=Lab.set_version
                    ),
                    class_name="w-44",
                ),
            ),
            ui.button(
                Lab.offer.button,
                kind="primary",
                on_click=Lab.start,
                busy=Lab.starting,
                disabled=Lab.offer.none | Lab.run.running,
                class_name="whitespace-normal! h-auto! py-2",
            ),
            rx.el.p(Lab.offer.after, class_name="text-sm text-muted num self-end pb-2"),
            class_name="flex flex-wrap items-end gap-4 mt-4",
        ),
    )


@screen(routes.LAB, t("Likeness lab"), on_load=[Lab.load], wide=True)
def lab() -> rx.Component:
    """The lab of a model."""
    gone = ui.empty_state(
        t("There is no such model"),
        icon_name="search_x",
        help=t("The address may be mistyped, the model may be deleted, or it belongs to another account."),
        action=ui.link_button(t("See your models"), href=routes.MODELS),
    )
    return rx.el.div(
        rx.cond(
            Lab.ready,
            rx.cond(
                Lab.missing,
                gone,
                rx.cond(
                    Lab.problem != "",
                    ui.error_state(Lab.problem, code=Lab.code, action=ui.button(t("Try again"), on_click=Lab.load)),
                    rx.fragment(
                        page_head(
                            t("Likeness lab"),
                            t("How strongly should {name} be laid on?", name=Lab.name),
                            back=(routes.model(Lab.model_id), t("Back to the model")),
                        ),
                        _new_run(),
                        _run(),
                    ),
                ),
            ),
            rx.el.div(ui.skeleton("h-8 w-64 mb-6"), ui.skeleton("h-64 w-full rounded-lg!")),
        ),
        class_name="max-w-[1400px] mx-auto",
    )
