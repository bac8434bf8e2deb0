"""Incidents: one row while one is open, told once, resolved by what mends them or by hand."""

from __future__ import annotations

import json
import threading

import pytest

from photogen.db.uow import UnitOfWork
from photogen.domain.incidents import IncidentsService, IncidentView
from photogen.errors import NotFound
from photogen.kit.ids import new_id
from tests.factories.studio import Studio
from tests.integration.test_operator import run  # noqa: F401  (the fixture)


@pytest.fixture
def told() -> list[IncidentView]:
    return []


@pytest.fixture
def incidents(studio: Studio, told: list[IncidentView]) -> IncidentsService:
    return IncidentsService(studio.uow, studio.clock, [lambda _uow, incident: told.append(incident)])


def report(studio: Studio, incidents: IncidentsService, subject: str = "m1", message: str = "It is public.") -> None:
    with studio.uow() as uow:
        incidents.report(uow, "hub_public", subject, message, repository="studio/ada")


def test_a_repeat_counts_up_and_is_told_once(
    studio: Studio, incidents: IncidentsService, told: list[IncidentView]
) -> None:
    report(studio, incidents)
    first = studio.clock()
    studio.clock.move(seconds=90)
    report(studio, incidents, message="It is public again.")
    report(studio, incidents, subject="m2")
    [other, known] = sorted(incidents.open(), key=lambda i: i.count)
    assert (known.count, known.message, known.first_seen_at) == (2, "It is public again.", first)
    assert known.last_seen_at > first
    assert known.details == {"repository": "studio/ada"}
    assert other.subject_id == "m2"
    assert [(i.subject_id, i.count) for i in told] == [("m1", 1), ("m2", 1)]
    assert incidents.count() == 2


def test_resolved_it_is_gone_and_seen_again_it_is_a_new_one(
    studio: Studio, incidents: IncidentsService, told: list[IncidentView]
) -> None:
    report(studio, incidents)
    with studio.uow() as uow:
        assert incidents.resolve(uow, "hub_public", "m1")
        assert not incidents.resolve(uow, "hub_public", "m1")
    assert incidents.open() == []
    report(studio, incidents)
    assert [i.count for i in incidents.open()] == [1]
    assert len(told) == 2
    incidents.resolve_by_hand(incidents.open()[0].id, by="boss")
    assert incidents.count() == 0
    for unknown in (new_id(), "no id", told[0].id):
        with pytest.raises(NotFound):
            incidents.resolve_by_hand(unknown, by="boss")


def test_what_is_rolled_back_was_never_reported(studio: Studio, incidents: IncidentsService) -> None:
    def half(uow: UnitOfWork) -> None:
        incidents.report(uow, "hub_public", "m1", "It is public.")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), studio.uow() as uow:
        half(uow)
    assert incidents.open() == []


def test_many_at_once_are_one(studio: Studio, incidents: IncidentsService, told: list[IncidentView]) -> None:
    gate = threading.Barrier(4)

    def work() -> None:
        gate.wait()
        report(studio, incidents)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [i.count for i in incidents.open()] == [4]
    assert len(told) == 1


def test_the_command_lists_and_resolves(run, database_url: str, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    assert run("incidents") == (0, "No incidents.\n")
    studio = Studio.on(database_url)
    report(studio, IncidentsService(studio.uow, studio.clock, []))
    status, said = run("incidents")
    assert status == 1
    assert "hub_public" in said
    assert "It is public." in said
    status, said = run("incidents", "--json")
    [found] = json.loads(said)
    assert (found["kind"], found["subject_id"], found["count"]) == ("hub_public", "m1", 1)
    assert run("incidents", "--resolve", found["id"]) == (0, "No incidents.\n")
    status, said = run("incidents", "--resolve", found["id"])
    assert (status, "incident_not_found" in said) == (1, True)
    studio.close()
