"""Pictures that begin with a picture: one of the gallery, or an upload."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image as Pillow

from photogen.domain.gallery.commands import GalleryQuery
from photogen.domain.generation.inputs import InputsService
from photogen.domain.generation.inputs.service import MOST_UNUSED
from photogen.errors import Conflict, Invalid, NotFound
from photogen.gateways.base import JobState
from photogen.models import Image, ShotStatus
from tests.factories.photos import jpeg
from tests.factories.work import Works

S = ShotStatus


@pytest.fixture
def ada(works: Works) -> str:
    return works.studio.account(credits=20)


def first(works: Works, account: str) -> str:
    """A picture of hers to begin with."""
    shot = works.shots(works.picture(account))[0].id
    works.run()
    return shot


def test_it_goes_to_the_vendor_and_stands_with_the_result(works: Works, ada: str) -> None:
    begin, lora = first(works, ada), f"lora:{works.lora(ada)}"
    batch = works.picture(ada, model=lora, input_image_id=begin, strength=0.4, aspect="16:9", count=2)
    works.run()
    request = works.jobs.requests[0]
    assert request.image is not None
    assert (request.image.strength, f"images/{begin}/original.png" in request.image.url) == (0.4, True)
    assert f"ref={request.reference}" in request.image.url
    assert works.generation.get(ada, batch).aspect != "16:9"  # the shape is that of the picture
    for vendor_id in ("p1", "p2"):
        works.jobs.move(JobState.SUCCEEDED, vendor_id, picture_url="https://vendor.test/p.png")
    works.later(1.5)
    made = works.gallery.recipe(ada, works.shots(batch)[0].id)
    assert (made.parent_id, made.strength) == (begin, 0.4)
    assert works.gallery.recipe(ada, begin).parent_id is None
    again = works.picture(ada, model=lora, input_image_id=made.id)
    works.generation.cancel(ada, again)
    works.generation.retry(ada, again)
    works.run()
    assert works.jobs.requests[-1].image is not None
    assert works.jobs.requests[-1].image.strength == 0.8
    assert f"images/{made.id}/" in works.jobs.requests[-1].image.url
    assert works.sound(ada)


def test_what_can_not_be_begun_with_is_said_before_anything_is_taken(works: Works, ada: str) -> None:
    begin, lora = first(works, ada), f"lora:{works.lora(ada)}"
    bob = works.studio.account(credits=5)
    trashed = first(works, ada)
    works.gallery.trash(ada, [trashed])
    have = works.balance(ada)
    for changes, code in (
        ({"input_image_id": begin}, "not_supported"),
        ({"model": lora, "input_image_id": trashed}, "no_input"),
        ({"model": lora, "input_image_id": first(works, bob)}, "no_input"),
    ):
        with pytest.raises(Invalid) as refused:
            works.picture(ada, **changes)
        assert (refused.value.field, refused.value.code) == ("input", code)
    assert works.balance(ada) == have

    batch = works.picture(ada, model=lora, input_image_id=begin)
    with works.studio.session() as session:
        session.delete(session.get_one(Image, begin))
        session.commit()
    works.run()
    [shot] = works.shots(batch)
    assert (shot.status, shot.error_code, works.jobs.requests) == (S.FAILED, "input_deleted", [])
    assert works.balance(ada) == have
    with pytest.raises(Invalid):
        works.generation.retry(ada, batch)


def test_what_it_began_with_may_go_while_it_is_drawn(works: Works, ada: str) -> None:
    begin = first(works, ada)
    batch = works.picture(ada, model=f"lora:{works.lora(ada)}", input_image_id=begin)
    works.run()
    with works.studio.session() as session:
        session.delete(session.get_one(Image, begin))
        session.commit()
    works.jobs.move(JobState.SUCCEEDED, "p1", picture_url="https://vendor.test/p.png")
    works.later(1.5)
    assert works.states(batch) == [S.DONE]
    assert works.gallery.recipe(ada, works.shots(batch)[0].id).parent_id is None


def test_an_upload_is_checked_private_and_given_up_when_nothing_comes_of_it(
    works: Works, ada: str, tmp_path: Path
) -> None:
    inputs = InputsService(works.studio.uow, works.clock, works.storage, works.gallery)
    file = tmp_path / "upload"
    picture = Pillow.open(io.BytesIO(jpeg(seed=3, width=900, height=600)))
    exif = picture.getexif()
    exif[0x010F] = "Secret Camera"
    picture.save(file, "JPEG", exif=exif)
    assert b"Secret Camera" in file.read_bytes()
    used, unused = inputs.add(ada, file), inputs.add(ada, file)
    kept = works.storage.objects[f"images/{used}/original.jpg"][0]
    assert b"Secret" not in kept
    assert Pillow.open(io.BytesIO(kept)).size == (900, 600)
    assert works.gallery.page(ada, GalleryQuery()).items == ()
    assert works.gallery.count(ada) == 0
    with pytest.raises(NotFound):
        works.gallery.recipe(works.studio.account(), used)

    file.write_bytes(b"GIF89a no picture")
    with pytest.raises(Invalid) as refused:
        inputs.add(ada, file)
    assert refused.value.field == "input"

    batch = works.picture(ada, model=f"lora:{works.lora(ada)}", input_image_id=used)
    assert works.generation.get(ada, batch).aspect == "3:2"
    works.clock.move(hours=23)
    assert inputs.sweep() == 0
    works.clock.move(hours=2)
    assert inputs.sweep() == 1
    assert works.gallery.page(ada, GalleryQuery(trash=True)).items == ()
    assert works.gallery.purge_due() == 1
    assert {key.split("/")[1] for key in works.storage.objects if key.startswith("images/")} == {used}
    with pytest.raises(NotFound):
        works.gallery.recipe(ada, unused)


def test_unused_uploads_do_not_pile_up(works: Works, ada: str, tmp_path: Path) -> None:
    inputs = InputsService(works.studio.uow, works.clock, works.storage, works.gallery)
    file = tmp_path / "upload"
    file.write_bytes(jpeg(seed=1, width=600, height=600))
    id_ = inputs.add(ada, file)
    with works.studio.session() as session:
        row = session.get_one(Image, id_).model_dump(exclude={"search"})
        for n in range(MOST_UNUSED - 1):
            session.add(Image(**row | {"id": f"{n:026}", "shot_id": f"{n:026}"}))
        session.commit()
    with pytest.raises(Conflict):
        inputs.add(ada, file)
    works.clock.move(days=1, seconds=timedelta(minutes=1).seconds)
    assert inputs.sweep() == MOST_UNUSED
    inputs.add(ada, file)
