"""Notices: told once, mailed once, and what becomes of it when workers and servers die in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest

from photogen.domain.incidents import IncidentsService
from photogen.domain.notices import NoticeKind, NoticesService, Topic, policy, resolve, tell
from photogen.domain.notices.config import NoticesConfig
from photogen.errors import Invalid, NotFound
from photogen.gateways.mail.console import ConsoleMail
from photogen.kit.ids import new_id
from photogen.models import Account, Notice
from tests.factories.notices import SAMPLES
from tests.factories.studio import Studio
from tests.fakes.postman import Postman, away, deferred, no_answer, no_such_address, wrong_log_in
from tests.fakes.vendors import Killed

K = NoticeKind


class House:
    """A studio that tells people things."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.post = Postman()
        self.incidents = IncidentsService(studio.uow, studio.clock)
        config = NoticesConfig("https://studio.test", b"k" * 32, at_once=10)
        self.notices = NoticesService(studio.uow, studio.clock, self.post, self.incidents, config)

    def tell(self, account: str, kind: NoticeKind = K.LOW_CREDITS, key: str = "") -> bool:
        with self.studio.uow() as uow:
            return tell(uow, account, kind, key or new_id(), self.studio.clock(), **SAMPLES[kind])

    def look(self, **later: float) -> None:
        """Time passes, the schedule looks, and the worker does what it finds."""
        self.studio.clock.move(**later)
        for job in self.notices.due():
            self.notices.mail(*job.args)

    def killed(self) -> None:
        """The same, in which the worker dies."""
        with pytest.raises(Killed):
            self.look()

    def row(self, account: str) -> Notice:
        with self.studio.session() as session:
            return session.query(Notice).filter_by(account_id=account).one()

    def sent(self) -> list[str]:
        return [letter.to for letter in self.post.letters]


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    studio = Studio.on(database_url)
    yield House(studio)
    studio.close()


@pytest.fixture
def ada(house: House) -> str:
    return house.studio.account()


def titles(house: House, account: str) -> list[str]:
    return [notice.words.title for notice in house.notices.recent(account)]


# --- telling ---


def test_a_key_tells_once(house: House, ada: str) -> None:
    assert house.tell(ada, key="low:1")
    assert not house.tell(ada, key="low:1")
    assert house.tell(ada, key="low:2")
    assert titles(house, ada) == ["Only 12 credits are left"] * 2


def test_what_did_not_happen_is_not_told(house: House, ada: str) -> None:
    with suppress(ZeroDivisionError), house.studio.uow() as uow:
        tell(uow, ada, K.LOW_CREDITS, "low:1", house.studio.clock(), left=1)
        raise ZeroDivisionError
    house.look()
    assert (titles(house, ada), house.sent()) == ([], [])


def test_who_is_gone_is_told_nothing_and_mailed_nothing(house: House, ada: str) -> None:
    house.tell(ada)
    bob = house.studio.account()
    house.tell(bob)
    with house.studio.uow() as uow:
        uow.session.get_one(Account, ada).deleted_at = house.studio.clock()
        uow.session.get_one(Account, bob).suspended_at = house.studio.clock()
    assert not house.tell(ada)
    house.look(seconds=1)
    house.look(days=1)
    assert house.sent() == []
    assert house.row(ada).mail_error == house.row(bob).mail_error == "account_closed"


# --- mailing ---


def test_it_is_mailed_once(house: House, ada: str) -> None:
    house.tell(ada)
    [job] = house.notices.due()
    assert (job.name, job.args) == ("mail_notice", (house.row(ada).id,))
    for _ in range(2):
        house.notices.mail(*job.args)
    house.look(days=1)
    [letter] = house.post.letters
    assert letter.id == f"notice.{house.row(ada).id}"
    assert letter.subject == "Only 12 credits are left"
    assert house.row(ada).mailed_at is not None
    assert house.notices.waiting()[0] == 0


def test_the_days_quota_is_no_mail(house: House, ada: str) -> None:
    house.tell(ada, K.QUOTA_OUT)
    house.look(seconds=1)
    assert (titles(house, ada), house.sent()) == (["Today's quota is used up"], [])


def test_two_workers_with_the_same_notice_send_one_mail(house: House, ada: str) -> None:
    house.tell(ada)
    id_ = house.row(ada).id
    house.post.before.append(lambda: house.notices.mail(id_))
    house.look()
    assert len(house.post.letters) == 1


def test_killed_before_the_letter_left_it_leaves_once(house: House, ada: str) -> None:
    house.tell(ada)
    house.post.before.append(Killed())
    house.killed()
    house.look(minutes=1)
    assert house.sent() == [], "the lease is not over: the worker may be alive"
    house.look(minutes=5)
    house.look(days=1)
    assert len(house.sent()) == 1
    assert house.row(ada).mailed_at is not None


def test_killed_after_the_letter_left_it_comes_again_under_the_same_name(house: House, ada: str) -> None:
    house.tell(ada)
    house.post.after.append(Killed())
    house.killed()
    house.look(minutes=6)
    house.look(days=1)
    first, second = house.post.letters
    assert first == second


def test_never_a_third_time(house: House, ada: str) -> None:
    house.tell(ada)
    house.post.after += [Killed(), no_answer()]
    house.killed()
    for _ in range(5):
        house.look(minutes=6)
    assert len(house.post.letters) == 2
    assert (house.row(ada).mail_error, house.row(ada).mail_due_at) == ("mail_outcome_unknown", None)
    assert [one.kind for one in house.incidents.open()] == ["mail_given_up"]


def test_a_refusal_for_now_is_tried_again_with_longer_pauses(house: House, ada: str) -> None:
    house.tell(ada)
    house.post.before += [deferred() for _ in range(8)]
    pauses = []
    for _ in range(8):
        house.look()
        due = house.row(ada).mail_due_at
        assert due is not None
        pauses.append((due - house.studio.clock()).total_seconds())
        house.studio.clock.now = due
    assert (pauses[0] <= 30, 1000 < pauses[7] <= 3600) == (True, True)
    house.look()
    assert len(house.sent()) == 1
    assert (house.row(ada).mail_attempts, house.row(ada).mail_unsure) == (9, 0)


def test_an_address_that_is_refused_is_left_alone(house: House, ada: str) -> None:
    house.tell(ada)
    house.post.before.append(no_such_address())
    house.look()
    house.look(days=1)
    assert (house.sent(), house.row(ada).mail_error) == ([], "mail_address_refused")
    assert house.incidents.open() == [], "somebody's own mistake is nobody's incident"


def test_a_server_that_is_away_holds_nobody_up(house: House, ada: str) -> None:
    for trouble in (away(), wrong_log_in()):
        others = [house.studio.account() for _ in range(3)]
        house.tell(ada)
        for other in others:
            house.tell(other)
        house.post.before.append(trouble)
        [first, *_] = house.notices.due()
        house.notices.mail(*first.args)
        assert house.notices.due() == [], "the rest does not knock at the same door"
        house.look(minutes=6)
        house.look(minutes=6)
        assert {*others} - {account for account in others if house.row(account).mailed_at} == set()


def test_after_days_it_is_no_news_any_more(house: House, ada: str) -> None:
    house.tell(ada)
    house.post.before.append(wrong_log_in())
    house.look()
    house.look(days=4)
    assert (house.sent(), house.row(ada).mail_error) == ([], "mail_log_in_refused")
    assert [one.kind for one in house.incidents.open()] == ["mail_given_up"]


def test_without_a_server_it_is_not_called_mailed(house: House, ada: str) -> None:
    house.tell(ada)
    NoticesService(house.studio.uow, house.studio.clock, ConsoleMail(), house.incidents).mail(house.row(ada).id)
    row = house.row(ada)
    assert (row.mail_due_at, row.mailed_at, row.mail_error) == (None, None, "no_mail_server")


def test_what_is_over_before_its_mail_left_is_not_mailed(house: House, ada: str) -> None:
    house.tell(ada, K.PAYMENT_FAILED)
    house.post.before.append(deferred())
    house.look()
    with house.studio.uow() as uow:
        resolve(uow, ada, K.PAYMENT_FAILED, house.studio.clock())
    house.look(hours=1)
    assert house.sent() == []


# --- which mails ---


def test_what_is_switched_off_is_told_in_the_app_only(house: House, ada: str) -> None:
    house.tell(ada)
    house.notices.choose(ada, "credits", wanted=False)
    house.tell(ada, K.TRAINING_DONE)
    house.look(seconds=1)
    assert [letter.subject for letter in house.post.letters] == ["Ada is trained"]
    assert len(titles(house, ada)) == 2
    assert [(c.topic, c.wanted) for c in house.notices.choices(ada)] == [
        (Topic.TRAININGS, True), (Topic.CREDITS, False),
    ]  # fmt: skip
    house.notices.choose(ada, "credits", wanted=True)
    house.tell(ada)
    house.look(seconds=1)
    assert len(house.post.letters) == 2


@pytest.mark.parametrize("topic", ["payments", "quota", "everything", ""])
def test_mails_about_money_always_come(house: House, ada: str, topic: str) -> None:
    with pytest.raises(Invalid):
        house.notices.choose(ada, topic, wanted=False)
    house.tell(ada, K.PAYMENT_FAILED)
    house.look(seconds=1)
    assert house.post.letters[0].unsubscribe == ""


def test_the_link_in_a_mail_switches_without_a_log_in(house: House, ada: str) -> None:
    house.tell(ada)
    house.look()
    token = house.post.letters[0].unsubscribe.partition("token=")[2]
    assert house.notices.choice_of(token).topic is Topic.CREDITS
    for _ in range(2):
        house.notices.choose_by(token, wanted=False)
    assert not house.notices.choice_of(token).wanted
    house.tell(ada)
    house.look(seconds=1)
    assert len(house.post.letters) == 1
    house.notices.choose_by(token, wanted=True)
    assert house.notices.choice_of(token).wanted


def test_no_other_link_does_anything(house: House, ada: str) -> None:
    for token in ("", "x", f"{ada}.credits.0", house.notices.links.token(ada, Topic.PAYMENTS)):
        with pytest.raises(NotFound):
            house.notices.choose_by(token, wanted=False)
    for account in (new_id(), ada):
        with house.studio.uow() as uow:
            if account == ada:
                uow.session.get_one(Account, ada).deleted_at = house.studio.clock()
        with pytest.raises(NotFound):
            house.notices.choose_by(house.notices.links.token(account, Topic.CREDITS), wanted=False)


# --- on pages ---


def test_the_list_is_paged_and_read(house: House, ada: str) -> None:
    for n in range(5):
        house.tell(ada, K.RECEIPT if n == 0 else K.LOW_CREDITS)
    assert house.notices.news(ada).unread == 4, "a receipt calls for nobody"
    page = house.notices.recent(ada, limit=3)
    rest = house.notices.recent(ada, before=page[-1].id, limit=3)
    assert [len(page), len(rest)] == [3, 2]
    assert [notice.unread for notice in (*page, *rest)] == [True] * 4 + [False]
    house.notices.read(ada, [notice.id for notice in page])
    assert house.notices.news(ada).unread == 1
    house.notices.read(ada)
    assert house.notices.news(ada).unread == 0


def test_one_is_put_away_and_brought_back(house: House, ada: str) -> None:
    house.tell(ada)
    [notice] = house.notices.recent(ada)
    house.notices.dismiss(ada, notice.id)
    assert (house.notices.recent(ada), house.notices.news(ada).unread) == ([], 0)
    house.notices.restore(ada, notice.id)
    assert [one.id for one in house.notices.recent(ada)] == [notice.id]


def test_somebody_elses_does_not_exist(house: House, ada: str) -> None:
    bob = house.studio.account()
    house.tell(ada)
    [notice] = house.notices.recent(ada)
    for act in (house.notices.dismiss, house.notices.restore):
        for id_ in (notice.id, new_id(), "x", ""):
            with pytest.raises(NotFound):
                act(bob, id_)
    house.notices.read(bob, [notice.id])
    house.notices.read(bob)
    assert house.notices.news(ada).unread == 1
    assert house.notices.recent(bob, before=notice.id) == []


def test_what_failed_stands_on_every_page_until_it_is_over(house: House, ada: str) -> None:
    house.tell(ada, K.PAYMENT_FAILED)
    [notice] = house.notices.recent(ada)
    house.notices.read(ada)
    house.notices.dismiss(ada, notice.id)
    banner = house.notices.news(ada).banner
    assert banner is not None
    assert banner.words.path == "/billing"
    bob = house.studio.account()
    with house.studio.uow() as uow:
        resolve(uow, bob, K.PAYMENT_FAILED, house.studio.clock())
    assert house.notices.news(ada).banner is not None
    with house.studio.uow() as uow:
        resolve(uow, ada, K.PAYMENT_FAILED, house.studio.clock())
    assert house.notices.news(ada).banner is None


def test_after_more_than_a_year_it_is_deleted(house: House, ada: str) -> None:
    house.tell(ada)
    house.studio.clock.move(days=300)
    house.tell(ada)
    house.studio.clock.now += policy.KEPT - timedelta(days=299)
    assert house.notices.purge() == 1
    assert len(titles(house, ada)) == 1
