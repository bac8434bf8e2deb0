"""Every handler of every page, from Reflex's own registry: a new one without a policy, or one that can't be checked,
fails here."""

import inspect

import pytest
from reflex_base.registry import RegistrationContext

from photogen.web.security.arguments import check_signature
from photogen.web.security.policy import level_of
from photogen.web.shell import SCREENS


def ours(application):
    registered = RegistrationContext.get().event_handlers.items()
    return {name: item.handler.fn for name, item in registered if item.handler.fn.__module__.startswith("photogen.")}


def test_every_handler_says_who_may_call_it(application):
    assert [name for name, fn in ours(application).items() if level_of(fn) is None] == []


def test_every_argument_can_be_checked(application):
    for fn in ours(application).values():
        check_signature(fn)


def test_no_handler_takes_an_identity_from_its_caller(application):
    for name, fn in ours(application).items():
        assert not {"account_id", "user_id", "role"} & set(inspect.signature(fn).parameters), name


def test_an_unannotated_argument_is_found():
    def handler(self, text):
        return text

    with pytest.raises(TypeError, match="text has no annotation"):
        check_signature(handler)


def test_pages_behind_the_log_in_load_their_account_first_and_stay_out_of_the_sitemap(application):
    for screen in SCREENS:
        if screen.login:
            assert screen.on_load[0].fn.__qualname__ == "Me.load"
            assert not screen.in_sitemap
