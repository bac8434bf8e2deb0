"""Vendors that fail under the running worker: pictures go to the next, and models come and go with their vendors."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from photogen.errors import Conflict
from photogen.models import Image, ImageRoute
from tests.fakes.world import World

SCHNELL = {
    "together": "black-forest-labs/FLUX.1-schnell",
    "nebius": "black-forest-labs/flux-schnell",
    "replicate": "black-forest-labs/flux-schnell",
}


def probed(world: World) -> bool:
    """Whether the worker has asked all vendors for their models."""
    with world.services.uow() as uow:
        return not uow.session.exec(select(ImageRoute.id).where(col(ImageRoute.checked_at).is_(None))).all()


def drawn_by(world: World, account: str, batch: str) -> str:
    """The vendor that has drawn the one picture of a batch."""
    world.until(lambda: world.batch_status(account, batch) == "done", "the picture is drawn")
    with world.services.uow() as uow:
        return uow.session.exec(select(Image.vendor).where(Image.generation_id == batch)).one()


def test_the_next_vendor_draws_until_there_is_none(world: World) -> None:
    ada = world.account()
    world.start_worker(1)
    world.until(lambda: probed(world), "the vendors have been asked at the start")
    assert drawn_by(world, ada, world.draw(ada)) == "together"

    world.sandbox.fault("together", "images.generate", "402", times=None)
    assert drawn_by(world, ada, world.draw(ada)) == "nebius"

    world.sandbox.retire("nebius", SCHNELL["nebius"])
    assert drawn_by(world, ada, world.draw(ada)) == "replicate"
    assert len(world.sandbox.accepted(operation="images.generate")) == 2

    for vendor, model in SCHNELL.items():
        world.sandbox.retire(vendor, model)
    world.services.vendors.probe()
    with pytest.raises(Conflict) as raised:
        world.draw(ada)
    assert raised.value.code == "model_unavailable"

    world.sandbox.retire("replicate", SCHNELL["replicate"], retired=False)
    world.services.vendors.probe()
    assert drawn_by(world, ada, world.draw(ada)) == "replicate"
    assert world.services.credits.audit() == []
