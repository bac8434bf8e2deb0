"""Settings: profile, password, sessions, mails, look."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.settings.state import ReceiptShown, SessionShown, SettingsPage
from photogen.web.shell import page_head, screen, theme_switch
from photogen.web.text import t
from photogen.web.typed import Shown, length


def _part(title: str, help: str, *children: rx.Component) -> rx.Component:
    return rx.el.section(
        rx.el.div(rx.el.h2(title, class_name="text-base"), rx.el.p(help, class_name="text-sm text-muted mt-1")),
        rx.el.div(*children, class_name="min-w-0"),
        class_name="grid md:grid-cols-[240px_minmax(0,1fr)] gap-4 md:gap-10 "
        "py-8 border-t border-line first:border-t-0 first:pt-0",
    )


def _profile() -> rx.Component:
    return rx.el.form(
        ui.text_field(
            t("Name"),
            id="profile_name",
            value=SettingsPage.name,
            on_change=SettingsPage.set_name,
            max_length=80,
            auto_complete="name",
            error=SettingsPage.name_error,
        ),
        rx.el.p(t("Email"), ": ", SettingsPage.email, class_name="text-sm text-muted break-all"),
        rx.el.div(ui.button(t("Save name"), type="submit")),
        on_submit=SettingsPage.save_name,
        class_name="flex flex-col gap-4 max-w-md",
    )


def _password() -> rx.Component:
    return rx.el.div(
        ui.native_form(
            "password",
            routes.AUTH_PASSWORD,
            ui.native_field(
                t("Current password"), name="current", type="password", auto_complete="current-password", required=True
            ),
            ui.native_field(
                t("New password"),
                name="new",
                type="password",
                auto_complete="new-password",
                required=True,
                min_length=8,
                max_length=256,
                help=t("At least 8 characters. Your other devices are logged out."),
            ),
            submit=t("Change password"),
            kind="secondary",
            class_name="self-start",
        ),
        class_name="max-w-md",
    )


def _mails() -> rx.Component:
    return rx.el.div(
        ui.switch(
            t("Trainings"),
            id="mail_trainings",
            checked=SettingsPage.mail_trainings,
            on_change=lambda wanted: SettingsPage.set_mail("trainings", wanted),
            help=t("When one is done, or has failed."),
        ),
        ui.switch(
            t("Credits"),
            id="mail_credits",
            checked=SettingsPage.mail_credits,
            on_change=lambda wanted: SettingsPage.set_mail("credits", wanted),
            help=t("When few are left, or some lapse soon."),
        ),
        ui.switch(
            t("Payments"),
            id="mail_payments",
            checked=True,
            disabled=True,
            help=t("Receipts, payments that failed, renewals, refunds: they always come."),
        ),
        class_name="flex flex-col gap-4",
    )


def _session(item: Shown[SessionShown]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(item.device, class_name="text-sm font-medium"),
            rx.el.p(item.ip, " · ", t("seen"), " ", ui.ago(item.seen_at), class_name="text-sm text-muted num"),
            class_name="min-w-0 flex-1",
        ),
        rx.cond(
            item.here,
            ui.pill(t("This device"), tone="good"),
            ui.button(t("Log this device out"), size="sm", on_click=SettingsPage.end_session(item.id)),
        ),
        key=item.id,
        class_name="flex items-center gap-4 py-3",
    )


def _receipt(item: Shown[ReceiptShown]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(item.name, class_name="text-sm font-medium"),
            rx.el.p(
                ui.text_link(item.number, href=routes.receipt(item.number)),
                " · ",
                ui.ago(item.at),
                class_name="text-sm text-muted num",
            ),
            class_name="min-w-0 flex-1",
        ),
        rx.cond(item.done, ui.pill(t("Deleted"), tone="good"), ui.pill(t("Under way"), tone="accent")),
        key=item.number,
        class_name="flex items-center gap-4 py-3",
    )


def _delete() -> rx.Component:
    return rx.fragment(
        rx.el.p(t("Nobody can bring it back, not even who runs this studio."), class_name="text-sm text-soft mb-4"),
        ui.button(t("Delete account"), kind="danger", on_click=SettingsPage.ask_to_delete),
    )


def _delete_dialog() -> rx.Component:
    consequences = (
        t("You are logged out everywhere at once, and get a number under which you can look up what is gone."),
        t("Your plan ends now, without a refund. What is under way is cancelled, and credits lapse."),
        t("Photos, sets, pictures, models and their repositories are deleted, at the services behind them too."),
        t("Amounts and dates of payments stay in the books without your name, and invoices at the payment service."),
    )
    return ui.dialog(
        t("Delete this account?"),
        rx.el.ul(
            *(rx.el.li(sentence) for sentence in consequences),
            class_name="list-disc pl-5 flex flex-col gap-1.5 text-sm text-soft mb-6",
        ),
        ui.native_form(
            "delete",
            routes.AUTH_DELETE,
            rx.el.p(
                t("To go on, type the address of this account:"),
                " ",
                rx.el.strong(SettingsPage.email, class_name="block font-medium wrap-anywhere"),
                class_name="text-sm",
            ),
            ui.native_field(t("Your email address"), name="confirmation", auto_complete="off", required=True),
            ui.native_field(
                t("Password"), name="delete_password", type="password", auto_complete="current-password", required=True
            ),
            submit=t("Delete account for good"),
            kind="danger-solid",
            class_name="self-end",
        ),
        open=SettingsPage.deleting,
        on_close=SettingsPage.keep,
    )


@screen(routes.SETTINGS, t("Settings"), on_load=[SettingsPage.load])
def settings() -> rx.Component:
    """The account's own page."""
    return rx.fragment(
        page_head(t("Settings")),
        rx.cond(
            SettingsPage.ready,
            rx.cond(
                SettingsPage.problem != "",
                ui.error_state(
                    SettingsPage.problem,
                    code=SettingsPage.code,
                    action=ui.button(t("Try again"), on_click=SettingsPage.load),
                ),
                ui.card(
                    _part(t("Profile"), t("How photogen greets you."), _profile()),
                    _part(t("Password"), t("Change it when you like, or when you must."), _password()),
                    _part(
                        t("Devices"),
                        t("Where you are logged in."),
                        rx.el.ul(
                            rx.foreach(SettingsPage.sessions, _session),
                            class_name="divide-y divide-line -mt-3",
                            custom_attrs={"aria-label": t("Devices")},
                        ),
                    ),
                    _part(
                        t("Mails"),
                        t("Which of the notices also come by mail. In the app you are told in any case."),
                        _mails(),
                    ),
                    rx.cond(
                        length(SettingsPage.receipts) > 0,
                        _part(
                            t("Deletions"),
                            t("Models and versions that you deleted, and whether everything of them is gone."),
                            rx.el.ul(
                                rx.foreach(SettingsPage.receipts, _receipt),
                                class_name="divide-y divide-line -mt-3",
                                custom_attrs={"aria-label": t("Deletions")},
                            ),
                        ),
                    ),
                    _part(t("Look"), t("Follows your system unless you choose."), theme_switch()),
                    _part(
                        t("Delete account"),
                        t("With everything that belongs to it, here and at the services behind it."),
                        _delete(),
                    ),
                    _delete_dialog(),
                    class_name="max-w-4xl p-6! sm:p-8!",
                ),
            ),
            ui.skeleton("h-[480px] w-full max-w-4xl"),
        ),
    )
