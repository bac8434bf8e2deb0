"""The four steps of the wizard."""

import reflex as rx

from photogen.domain.training.commands import LEARNING_RATE, LORA_RANK, STEPS
from photogen.web import components as ui
from photogen.web import routes
from photogen.web.components.photo_uploader import photo_uploader
from photogen.web.pages.wizard.state import Wizard
from photogen.web.text import t
from photogen.web.typed import Shown, contains, digits, length

SUBJECTS = (
    ("person", t("Person"), t("One person, alone in most photos")),
    ("pet", t("Pet"), t("A dog, a cat, any animal you know")),
    ("product", t("Product"), t("One thing, from several sides")),
    ("style", t("Style"), t("A look: paintings, prints, a way of lighting")),
)


def _head(title: str, help: str) -> rx.Component:
    return rx.el.div(
        rx.el.h2(title, class_name="text-lg"), rx.el.p(help, class_name="text-sm text-muted mt-0.5"), class_name="mb-6"
    )


def _error(field: str) -> Shown[str]:
    return Wizard.errors.get(field, "")


def _row(label: str, value: Shown[str]) -> rx.Component:
    return rx.el.div(
        rx.el.dt(label, class_name="text-muted"),
        rx.el.dd(value, class_name="num text-right break-words min-w-0"),
        class_name="flex justify-between gap-6 py-2.5 border-b border-line",
    )


def subject_step() -> rx.Component:
    """Step 1: what it is, and the word that calls it up."""
    plain_word = rx.cond(
        (Wizard.trigger_word != "") & ~contains(Wizard.trigger_word, "_") & ~contains(Wizard.trigger_word, "-"),
        rx.el.p(
            t("If this is also an ordinary word, the model will mix the two up. A made-up one works better."),
            class_name="text-sm text-warn -mt-3",
        ),
    )
    return rx.el.div(
        _head(t("What is it?"), t("A name for you, and a word for the model.")),
        rx.el.div(
            ui.text_field(
                t("Model name"),
                id="name",
                value=Wizard.name,
                on_change=Wizard.set_name,
                max_length=60,
                placeholder=t("Luna"),
                auto_complete="off",
                auto_focus=True,
                error=_error("name"),
            ),
            ui.text_field(
                t("Trigger word"),
                id="trigger_word",
                value=Wizard.trigger_word,
                on_change=Wizard.set_trigger_word,
                max_length=40,
                auto_complete="off",
                spell_check=False,
                help=t("Stands for the subject in a prompt. It is put in for you when you generate."),
                error=_error("trigger_word"),
            ),
            plain_word,
            ui.radio_cards(
                t("Subject"),
                SUBJECTS,
                name="subject",
                value=Wizard.subject,
                on_change=Wizard.set_subject,
                error=_error("subject"),
            ),
            class_name="flex flex-col gap-6",
        ),
    )


def photos_step() -> rx.Component:
    """Step 2: the photos, judged one by one as they arrive."""
    earlier = rx.cond(
        (length(Wizard.sets) > 0) & (Wizard.accepted == 0),
        rx.el.div(
            ui.select_field(
                t("Or use photos from before"),
                Wizard.sets,
                id="earlier",
                value="",
                on_change=Wizard.use_set,
                help=ui.text_link(t("See your photo sets"), href=routes.PHOTOS),
            ),
            class_name="mt-6 max-w-sm",
        ),
    )
    return rx.el.div(
        _head(
            t("Photos"),
            t(
                "10 to 25 are best, 5 are enough. Different angles, light and backgrounds; nothing blurred, "
                "nobody else in the picture."
            ),
        ),
        ui.error_line("photos-error", _error("photos")),
        photo_uploader(
            set_id=Wizard.photo_set_id,
            subject=Wizard.subject,
            trigger_word=Wizard.trigger_word,
            on_change=Wizard.photos_changed,
            on_continue=Wizard.next,
        ),
        earlier,
        rx.el.p(
            ui.icon("lock", size=14, class_name="inline-block align-[-2px] mr-1.5"),
            t("Only you can see them. Location and camera data are removed on arrival."),
            class_name="text-sm text-muted mt-6",
        ),
    )


def _suggested(field: str, suggested: Shown[float], value: Shown[float]) -> rx.Component:
    """Under a setting that was changed by hand: what the photos would suggest."""
    return rx.cond(
        contains(Wizard.by_hand, field) & (suggested != value),
        rx.el.p(
            t("Changed by you."),
            " ",
            rx.el.button(
                t("Use {n} as suggested", n=suggested),
                type="button",
                on_click=Wizard.use_suggested(field),
                class_name="link num",
            ),
            class_name="text-sm text-muted -mt-4",
        ),
    )


def _suggestion() -> rx.Component:
    """What suits the photos, with the reasons; taken with one click, but for what was changed by hand."""
    advice = Wizard.advice
    pairs = (("steps", Wizard.steps), ("lora_rank", Wizard.lora_rank), ("learning_rate", Wizard.learning_rate))
    other = [getattr(advice, name) != value for name, value in pairs]
    open_ = [~contains(Wizard.by_hand, name) & (getattr(advice, name) != value) for name, value in pairs]
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.el.h3(t("Suggested for these photos"), class_name="text-sm font-medium"),
                rx.el.p(
                    t(
                        "{n} steps, rank {r}, learning rate {l}",
                        n=advice.steps,
                        r=advice.lora_rank,
                        l=advice.learning_rate,
                    ),
                    class_name="text-sm num mt-0.5",
                ),
                class_name="min-w-0",
            ),
            rx.cond(
                open_[0] | open_[1] | open_[2],
                ui.button(t("Use suggestion"), size="sm", on_click=Wizard.use_suggestion),
                rx.cond(~(other[0] | other[1] | other[2]), ui.pill(t("Taken over"), tone="good")),
            ),
            class_name="flex flex-wrap items-center justify-between gap-3",
        ),
        rx.el.ul(
            rx.foreach(advice.reasons, lambda reason: rx.el.li(reason, key=reason)),
            class_name="text-sm text-muted mt-3 flex flex-col gap-1",
        ),
        class_name="well p-4 mb-8",
        custom_attrs={"aria-label": t("Suggested for these photos")},
    )


def settings_step() -> rx.Component:
    """Step 3: settings that are right for most, each with what it does, and those that suit the photos."""
    return rx.el.div(
        _head(t("Settings"), t("These are right for most subjects. You can leave them as they are.")),
        rx.cond(Wizard.advice.steps > 0, _suggestion()),
        rx.el.div(
            ui.number_field(
                t("Steps"),
                id="steps",
                value=Wizard.steps,
                on_change=Wizard.set_steps,
                min=STEPS[0],
                max=STEPS[1],
                step=50,
                help=t(
                    "How long it learns. Too few: no likeness. Too many: every picture looks like a photo you gave. "
                    "1000 is usual."
                ),
                error=_error("steps"),
            ),
            _suggested("steps", Wizard.advice.steps, Wizard.steps),
            ui.number_field(
                t("Learning rate"),
                id="learning_rate",
                value=Wizard.learning_rate,
                on_change=Wizard.set_learning_rate,
                min=LEARNING_RATE[0],
                max=LEARNING_RATE[1],
                scale="log",
                help=t("How big each step is. 0.0004 is usual; halve it when pictures come out burnt."),
                error=_error("learning_rate"),
            ),
            _suggested("learning_rate", Wizard.advice.learning_rate, Wizard.learning_rate),
            ui.number_field(
                t("LoRA rank"),
                id="lora_rank",
                value=Wizard.lora_rank,
                on_change=Wizard.set_lora_rank,
                min=LORA_RANK[0],
                max=LORA_RANK[1],
                step=4,
                help=t("How much the model can hold. 16 is usual; 32 for intricate things and styles."),
                error=_error("lora_rank"),
            ),
            _suggested("lora_rank", Wizard.advice.lora_rank, Wizard.lora_rank),
            ui.switch(
                t("Describe the photos automatically"),
                id="autocaption",
                checked=Wizard.autocaption,
                on_change=Wizard.set_autocaption,
                help=t(
                    "The trainer writes what else is in each photo, so that it isn't learnt as part of the subject. "
                    "Captions of your own stay as you wrote them."
                ),
            ),
            class_name="flex flex-col gap-6",
        ),
        rx.el.p(
            ui.icon("clock", size=15, class_name="inline-block align-[-2px] mr-2"),
            t("Takes {time}, {cost}.", time=Wizard.price.time, cost=Wizard.price.cost),
            class_name="text-sm text-soft num mt-8",
            role="status",
        ),
    )


def review_step() -> rx.Component:
    """Step 4: everything at a glance, the price, the start."""
    publish = rx.cond(
        Wizard.public_allowed,
        ui.checkbox(
            t("Publish the model for everybody on Hugging Face"),
            id="public",
            checked=Wizard.public,
            on_change=Wizard.set_public,
            help=t(
                "Anybody could then make pictures of your subject. Without the tick the repository is private. "
                "Your photos are never published."
            ),
        ),
    )
    replace = rx.cond(
        length(Wizard.replaceable) > 0,
        rx.el.div(
            rx.el.h3(t("All model slots of your plan are taken"), class_name="text-sm"),
            ui.select_field(
                t("Model that makes room"),
                Wizard.replaceable,
                id="replaced",
                value=Wizard.replaced,
                on_change=Wizard.set_replaced,
            ),
            ui.checkbox(
                t("Yes, delete it when the new model is ready"),
                id="replace",
                checked=Wizard.replace,
                on_change=Wizard.set_replace,
                help=t(
                    "It stays, and can be used, until the new one has succeeded; if the training fails, it stays for "
                    "good. Or choose a larger plan and keep both."
                ),
            ),
            ui.error_line("replace-error", _error("replace")),
            class_name="well p-4 flex flex-col gap-4",
        ),
    )
    version = rx.cond(
        Wizard.further != "",
        rx.el.div(
            ui.notice(
                t(
                    "When it is ready, pictures are drawn with the new version. The old one stays, and you can go back "
                    "to it. No further slot is taken."
                )
            ),
            class_name="mb-6",
        ),
    )
    return rx.el.div(
        _head(t("Review"), t("Check once, then start. You can close the page meanwhile.")),
        version,
        rx.el.dl(
            _row(t("Model name"), Wizard.name),
            _row(t("Trigger word"), Wizard.trigger_word),
            _row(t("Subject"), rx.match(Wizard.subject, *((key, text) for key, text, _ in SUBJECTS), "")),
            _row(t("Photos"), digits(Wizard.accepted)),
            _row(t("Readiness"), Wizard.advice.readiness),
            _row(t("Steps"), digits(Wizard.steps)),
            _row(t("Learning rate"), digits(Wizard.learning_rate)),
            _row(t("LoRA rank"), digits(Wizard.lora_rank)),
            _row(t("Captions"), rx.cond(Wizard.autocaption, t("Automatic"), t("Trigger word only"))),
            class_name="grid sm:grid-cols-2 sm:gap-x-10 text-sm border-t border-line mb-6",
        ),
        rx.el.div(publish, replace, class_name="flex flex-col gap-4"),
        rx.el.div(
            rx.el.p(
                ui.icon("clock", size=15, class_name="inline-block align-[-2px] mr-2"),
                t("Takes"),
                " ",
                Wizard.price.time,
                ".",
            ),
            rx.el.p(ui.icon("coins", size=15, class_name="inline-block align-[-2px] mr-2"), Wizard.price.after),
            class_name="text-sm text-soft num flex flex-col gap-1.5 mt-6",
        ),
        rx.cond(
            ~Wizard.price.affordable,
            rx.el.div(
                ui.notice(
                    t(
                        "Your credits don't reach for this training. Choose fewer steps, or a plan with trainings "
                        "included."
                    ),
                    " ",
                    ui.text_link(t("Buy credits"), href=routes.PACKS),
                    " ",
                    ui.text_link(t("See the plans"), href=routes.PRICING),
                    tone="warn",
                ),
                class_name="mt-4",
            ),
        ),
        rx.cond(
            _error("start") != "", rx.el.div(ui.notice(_error("start"), tone="bad"), role="alert", class_name="mt-4")
        ),
        rx.el.p(t("By starting you say that you may use these photos."), class_name="text-sm text-muted mt-6"),
    )
