"""The landing page: prerendered, readable before any script has run."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.billing.shop import Shop
from photogen.web.pages.landing.parts import promises, steps, strip
from photogen.web.pages.pricing.parts import plan_cards
from photogen.web.pages.pricing.state import PriceList
from photogen.web.shell import screen
from photogen.web.text import t


def _hero() -> rx.Component:
    words = rx.el.div(
        rx.el.h1(t("A photo studio for one subject: yours."), class_name="text-4xl text-balance max-w-[15ch]"),
        rx.el.p(
            t(
                "Give photogen a handful of photos of a person, a pet, a product or a style. It trains a model on "
                "them, and makes any picture of it that you can put into words."
            ),
            class_name="mt-6 text-lg text-muted max-w-[52ch]",
        ),
        rx.el.div(
            ui.link_button(t("Create your studio"), href=routes.REGISTER, kind="primary", size="lg"),
            ui.link_button(t("See prices"), href=routes.PRICING, kind="ghost", size="lg"),
            class_name="mt-8 flex flex-wrap items-center gap-2",
        ),
        rx.el.p(t("Your first training and five credits are free. No card."), class_name="mt-4 text-sm text-muted"),
        class_name="hero-words",
    )
    return rx.el.section(words, strip(), class_name="hero")


def _section(title: str, sentence: str, content: rx.Component) -> rx.Component:
    return rx.el.section(
        rx.el.header(
            rx.el.h2(title, class_name="text-2xl"),
            rx.el.p(sentence, class_name="mt-2 text-muted max-w-[56ch]"),
            class_name="mb-10",
        ),
        content,
        class_name="max-w-[1200px] mx-auto px-6 py-16 lg:py-20",
    )


@screen(
    routes.LANDING,
    t("photogen · a photo studio for one subject: yours"),
    description=t(
        "Train a model on a handful of photos of a person, a pet, a product or a style, and make any picture of it. "
        "On a server that you trust."
    ),
    login=False,
    on_load=[Shop.load, PriceList.load],
)
def landing() -> rx.Component:
    return rx.el.div(
        _hero(),
        _section(
            t("From a handful of photos to any picture"),
            t("Three steps. Each one shows what it does, what it costs and how long it takes, before it begins."),
            steps(),
        ),
        _section(
            t("Your photos stay yours"),
            t(
                "photogen runs on its owner's server. There is no tracker on any page, and nothing is loaded from "
                "anybody else."
            ),
            promises(),
        ),
        _section(
            t("Begin free, pay by the picture"),
            t("A picture that fails costs nothing. Every price stands on the button that spends it."),
            plan_cards(),
        ),
        rx.el.p(
            t(
                "The pictures on this page were drawn by photogen's own sandbox, which stands in for the models while "
                "no key is set."
            ),
            class_name="max-w-[1200px] mx-auto px-6 pb-12 text-xs text-muted",
        ),
    )
