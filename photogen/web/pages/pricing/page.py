"""The price list, readable before any script has run."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.billing.shop import Shop
from photogen.web.pages.pricing.packs import pack_cards
from photogen.web.pages.pricing.parts import plan_cards
from photogen.web.pages.pricing.state import ROWS, PriceList
from photogen.web.shell import screen
from photogen.web.text import t
from photogen.web.typed import length


def _questions() -> tuple[tuple[str, str], ...]:
    return (
        (
            t("What is a credit?"),
            t(
                "A credit is worth $0.10. Most models take one credit per picture; the price stands on the button "
                "before you press it."
            ),
        ),
        (
            t("What does a training cost?"),
            t(
                "The included ones cost nothing. Each further one is 20 credits ($2.00) per 1000 steps, which is what "
                "most subjects need."
            ),
        ),
        (
            t("What if a picture fails?"),
            t(
                "You pay for pictures that were delivered. What fails, or is held back by the safety filter, is given "
                "back at once."
            ),
        ),
        (
            t("Do credits run out?"),
            t(
                "Plan credits lapse at the end of the paid month, bought credits never. What lapses first is spent "
                "first."
            ),
        ),
        (
            t("Can I cancel?"),
            t("At any time. The plan stays until the end of what you have paid; your models and pictures stay yours."),
        ),
        (
            t("Who sees my photos?"),
            t(
                "You do. They are stored on the server of who runs this studio, go to the trainer for the training "
                "alone, and are deleted there after it."
            ),
        ),
    )


def _comparison() -> rx.Component:
    def row(label: str, index: int) -> rx.Component:
        cells = rx.foreach(PriceList.plans, lambda plan: rx.el.td(plan.cells[index], class_name="py-3 px-4"))
        head = rx.el.th(
            label, scope="row", class_name="py-3 pl-5 pr-4 text-left font-medium text-muted whitespace-nowrap"
        )
        return rx.el.tr(head, cells)

    names = rx.foreach(
        PriceList.plans,
        lambda plan: rx.el.th(plan.name, scope="col", class_name="py-3.5 px-4 text-left font-medium"),
    )
    table = rx.el.table(
        rx.el.thead(rx.el.tr(rx.el.td(), names)),
        rx.el.tbody(*(row(label, index) for index, label in enumerate(ROWS)), class_name="divide-y divide-line"),
        class_name="w-full min-w-[760px] text-sm num divide-y divide-line",
    )
    return rx.el.section(
        rx.el.h2(t("All of it, side by side"), class_name="text-xl mb-6"),
        ui.card(
            table,
            pad=False,
            class_name="overflow-x-auto",
            role="region",
            tab_index=0,
            custom_attrs={"aria-label": t("All of it, side by side")},
        ),
        class_name="pt-24",
    )


def _packs() -> rx.Component:
    return rx.cond(
        length(PriceList.packs) > 0,
        rx.el.section(
            rx.el.h2(t("Or only credits"), class_name="text-xl"),
            rx.el.p(
                t("Bought once, they never lapse. They pay for pictures and further trainings."),
                class_name="text-sm text-muted mt-1 mb-6",
            ),
            pack_cards(PriceList.packs),
            class_name="pt-24",
        ),
    )


@screen(
    routes.PRICING,
    t("Pricing"),
    description=t("Begin free. Plans from $20 a month, or pay for each picture. You pay for what is delivered."),
    login=False,
    on_load=[Shop.load, PriceList.load],
)
def pricing() -> rx.Component:
    head = rx.el.header(
        rx.el.h1(t("Pay for pictures, not for promises"), class_name="text-3xl"),
        rx.el.p(
            t("Begin free. Take a plan when you make pictures every week, or buy credits and pay by the picture."),
            class_name="mt-3 text-lg text-muted max-w-xl mx-auto",
        ),
        class_name="text-center pt-20 pb-10",
    )
    questions = rx.el.section(
        rx.el.h2(t("Good to know"), class_name="text-xl mb-8"),
        rx.el.dl(
            *(
                rx.el.div(
                    rx.el.dt(question, class_name="font-medium"),
                    rx.el.dd(answer, class_name="mt-1 text-sm text-muted leading-6"),
                )
                for question, answer in _questions()
            ),
            class_name="grid gap-x-12 gap-y-8 sm:grid-cols-2 lg:grid-cols-3",
        ),
        class_name="py-24",
    )
    return rx.el.div(head, plan_cards(), _comparison(), _packs(), questions, class_name="max-w-[1200px] mx-auto px-6")
