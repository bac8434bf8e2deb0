"""Notices: shown on pages, and mailed by a worker.

A mail that the server has not taken is tried again, with longer and longer pauses. Where nobody knows whether it was
taken (the answer got lost, the worker was killed), it is tried once more, under the same Message-ID, and then no more:
SMTP can't be asked. So a mail comes once, and by the worst luck twice or not at all; the notice stays on its page.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.incidents import IncidentsService
from photogen.domain.notices import policy, repository
from photogen.domain.notices.config import NoticesConfig
from photogen.domain.notices.letters import letter
from photogen.domain.notices.links import Links
from photogen.domain.notices.steps import NEWS
from photogen.domain.notices.views import MailChoiceView, News, NoticeView
from photogen.domain.notices.words import words
from photogen.errors import Invalid, NotFound
from photogen.gateways.base import Fix, GatewayError, Job, Stop, Unknown
from photogen.gateways.base_mail import Letter, Mail
from photogen.kit import log
from photogen.kit.clock import Clock
from photogen.kit.ids import is_id
from photogen.kit.retry import backoff
from photogen.kit.text import t
from photogen.models.notice import Notice, Topic

MAIL = "mail_notice"
"""The function of worker.jobs."""
_SECONDS = 200
"""In which a job has to be through with its letter; less than its lease."""
_MOST_LISTED, _MOST_COUNTED, _BATCH = 100, 100, 500
_UNREACHABLE = "mail_unreachable"
_log = log.get("notices")


class NoticesService:
    """For pages: recent, news, read, dismiss, restore, choices, choose. For whoever has a mail's link: choice_of,
    choose_by. For the worker: mail, due, purge. For the doctor: waiting. The steps that tell are in `steps`."""

    def __init__(
        self,
        uow: UowFactory,
        clock: Clock,
        mail: Mail,
        incidents: IncidentsService,
        config: NoticesConfig | None = None,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._mail = mail
        self._incidents = incidents
        self._config = config or NoticesConfig()
        self.links = Links(self._config.address, self._config.key)

    # --- on pages ---------------------------------------------------------------------------------------------------

    def recent(self, account_id: str, before: str | None = None, limit: int = 20) -> list[NoticeView]:
        """Newest first; `before` is the id of the last one seen. At most 100."""
        with self._uow() as uow:
            rows = repository.recent(uow.session, account_id, before, max(1, min(limit, _MOST_LISTED)))
        return [NoticeView.of(row) for row in rows]

    def news(self, account_id: str) -> News:
        """What waits to be seen (counted up to 100), and what stands on every page."""
        with self._uow() as uow:
            banner = repository.banner(uow.session, account_id)
            unread = repository.unread(uow.session, account_id, _MOST_COUNTED)
        return News(unread, NoticeView.of(banner) if banner else None)

    def read(self, account_id: str, ids: Sequence[str] | None = None) -> None:
        """Marks these, or all, as seen; somebody else's are left alone."""
        with self._uow() as uow:
            if repository.read(uow.session, account_id, ids, self._clock()):
                uow.notify(account_id, NEWS, account_id)

    def dismiss(self, account_id: str, notice_id: str) -> None:
        """Takes it off the list. Raises NotFound."""
        self._put_away(account_id, notice_id, self._clock())

    def restore(self, account_id: str, notice_id: str) -> None:
        """Puts it back. Raises NotFound."""
        self._put_away(account_id, notice_id, None)

    def _put_away(self, account_id: str, notice_id: str, at: datetime | None) -> None:
        with self._uow() as uow:
            if not is_id(notice_id) or not repository.put_away(uow.session, account_id, notice_id, at):
                raise NotFound(t("This notice does not exist any more."), code="notice_not_found")
            uow.notify(account_id, NEWS, account_id)

    # --- which mails are wanted -------------------------------------------------------------------------------------

    def choices(self, account_id: str) -> list[MailChoiceView]:
        """The topics that can be switched off, and whether they are wanted."""
        with self._uow() as uow:
            made = repository.choices(uow.session, account_id)
        return [MailChoiceView(topic, made.get(topic, True)) for topic in policy.CHOOSABLE]

    def choose(self, account_id: str, topic: str, *, wanted: bool) -> None:
        """Switches mails of a topic on or off. Raises Invalid (`not_a_topic`), NotFound (no such account)."""
        chosen = next((known for known in policy.CHOOSABLE if known.value == topic), None)
        if chosen is None:
            raise Invalid(t("These mails can't be switched off."), code="not_a_topic")
        with self._uow() as uow:
            if not repository.choose(uow.session, account_id, chosen, self._clock(), wanted=wanted):
                raise NotFound(t("There is no such account."), code="account_not_found")

    def choice_of(self, token: str) -> MailChoiceView:
        """What a mail's link is about, and how it stands. Raises NotFound (`link_unknown`)."""
        account_id, topic = self._linked(token)
        return next(choice for choice in self.choices(account_id) if choice.topic is topic)

    def choose_by(self, token: str, *, wanted: bool) -> None:
        """Switches by a mail's link, without a log-in. Again is fine. Raises NotFound (`link_unknown`)."""
        account_id, topic = self._linked(token)
        self.choose(account_id, topic.value, wanted=wanted)

    def _linked(self, token: str) -> tuple[str, Topic]:
        found = self.links.read(token)
        if found is None or found[1] not in policy.CHOOSABLE:
            raise NotFound(
                t("This link is not valid, or not whole. Log in, and switch mails off in the settings."),
                code="link_unknown",
            )
        return found

    # --- the worker's side ------------------------------------------------------------------------------------------

    def due(self) -> list[Job]:
        """Jobs for the mails whose turn it is, a few at a time."""
        with self._uow() as uow:
            ids = repository.due(uow.session, self._clock(), self._config.at_once)
        return [Job(MAIL, (notice_id,), timeout=_SECONDS) for notice_id in ids]

    def mail(self, notice_id: str) -> None:
        """Mails a notice, if it is its turn. Trouble is written down and comes back by itself; nothing is raised."""
        taken = self._take(notice_id)
        if taken is None:
            return
        try:
            self._mail.send(taken)
        except Unknown as error:
            self._record(notice_id, error.code)  # the lease stays: its end is the next try
        except GatewayError as error:
            self._failed(notice_id, error)
        else:
            self._sent(notice_id)

    def waiting(self) -> tuple[int, timedelta]:
        """How many mails have not left, and for how long the oldest."""
        with self._uow() as uow:
            count, oldest = repository.waiting(uow.session)
        return count, self._clock() - (oldest or self._clock())

    def purge(self) -> int:
        """Deletes what is too old to be looked up; how many notices that were."""
        before, purged = self._clock() - policy.KEPT, 0
        while True:
            with self._uow() as uow:
                deleted = repository.delete_old(uow.session, before, _BATCH)
            purged += deleted
            if deleted < _BATCH:
                return purged

    def _take(self, notice_id: str) -> Letter | None:
        """The letter, if it is to be sent now; from here until the lease ends it is ours."""
        now = self._clock()
        with self._uow() as uow:
            row = repository.locked(uow.session, notice_id, wait=False)
            if row is None or row.mail_due_at is None or row.mail_due_at > now:
                return None
            to = repository.address_of(uow.session, row.account_id)
            topic = policy.topic_of(row.kind)
            if to is None or not repository.choices(uow.session, row.account_id).get(topic, True):
                row.mail_due_at, row.mail_error = None, "not_wanted" if to else "account_closed"
                return None
            if row.mail_unsure >= policy.MOST_UNSURE:
                self._give_up(uow, row, "mail_outcome_unknown")
                return None
            if now - row.created_at > policy.GIVE_UP:
                self._give_up(uow, row, row.mail_error or "mail_too_late")
                return None
            row.mail_attempts += 1
            row.mail_unsure += 1  # until we know better
            row.mail_due_at = now + policy.LEASE
            ending = self.links.ending(row.account_id, topic)
            said = words(row.kind, row.data)
        return letter(notice_id, to, topic, said, address=self._config.address, ending=ending)

    def _sent(self, notice_id: str) -> None:
        with self._uow() as uow:
            row = repository.locked(uow.session, notice_id, wait=True)
            if row is not None:
                row.mail_due_at, row.mail_unsure = None, 0
                row.mail_error = "" if self._mail.delivers else "no_mail_server"
                row.mailed_at = self._clock() if self._mail.delivers else None

    def _record(self, notice_id: str, code: str) -> None:
        _log.warning("mail may or may not have left", notice=notice_id, code=code)
        with self._uow() as uow:
            row = repository.locked(uow.session, notice_id, wait=True)
            if row is not None:
                row.mail_error = code[:60]

    def _failed(self, notice_id: str, error: GatewayError) -> None:
        """The server has not taken it, for sure."""
        _log.warning("mail not sent", notice=notice_id, code=error.code, words=error.words)
        with self._uow() as uow:
            row = repository.locked(uow.session, notice_id, wait=True)
            if row is None or row.mail_due_at is None:
                return
            row.mail_unsure = max(0, row.mail_unsure - 1)
            row.mail_error = error.code[:60]
            if isinstance(error, Fix):
                row.mail_due_at = None
                return
            pause = backoff(row.mail_attempts, first=policy.FIRST_PAUSE, most=policy.LONGEST_PAUSE)
            now = self._clock()
            row.mail_due_at = now + timedelta(seconds=pause)
            uow.session.flush()
            if isinstance(error, Stop) or error.code == _UNREACHABLE:
                # The others would find the same door shut, one after the other, each in a worker's time.
                repository.postpone(uow.session, min(row.mail_due_at, now + policy.SHUT))

    def _give_up(self, uow: UnitOfWork, row: Notice, code: str) -> None:
        row.mail_due_at, row.mail_error = None, code[:60]
        sentence = t(
            "Mails could not be sent, and are not tried any more. Run the doctor: it says how the mail server is."
        )
        self._incidents.report(uow, "mail_given_up", "smtp", sentence, account_id=row.account_id, code=code)
