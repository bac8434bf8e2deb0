"""Presets: saved, updated, shared by a link that can be taken back."""

import pytest

from photogen.domain.generation.presets import PresetsService
from photogen.domain.generation.presets.commands import PresetId, SavePreset, SetUp, UpdatePreset
from photogen.domain.generation.presets.service import MOST
from photogen.errors import Conflict, Invalid, NotFound
from photogen.kit.ids import new_id
from tests.factories.studio import Studio

FOX = SetUp.of(model="base:flux:schnell", prompt="a {red|grey} fox", wildcards="each", seed=7, steps=3, style="film")


def test_a_set_up_is_had_again_and_shared_until_it_is_not(studio: Studio) -> None:
    presets = PresetsService(studio.uow, studio.clock)
    ada, bob = studio.account(), studio.account()
    fox = presets.save(ada, SavePreset.of(name="Fox", setup=FOX))
    assert [(one.name, one.setup, one.share_token) for one in presets.mine(ada)] == [("Fox", FOX, "")]
    with pytest.raises(Invalid) as taken:
        presets.save(ada, SavePreset.of(name=" fOX ", setup=FOX))
    assert (taken.value.code, taken.value.field) == ("name_taken", "name")
    boat = presets.save(ada, SavePreset.of(name="boat", setup=SetUp.of(model="base:flux:schnell")))
    bobs = presets.save(bob, SavePreset.of(name="Fox", setup=FOX))
    with pytest.raises(Invalid):
        presets.update(ada, UpdatePreset.of(preset_id=boat.id, name="fox", setup=FOX))
    presets.update(ada, UpdatePreset.of(preset_id=boat.id, name="Boat", setup=FOX))
    assert [(one.name, one.setup) for one in presets.mine(ada)] == [("Boat", FOX), ("Fox", FOX)]

    token = presets.share(ada, PresetId.of(preset_id=fox.id)).share_token
    assert presets.share(ada, PresetId.of(preset_id=fox.id)).share_token == token
    assert (presets.shared(token).name, presets.shared(token).setup) == ("Fox", FOX)
    presets.unshare(ada, PresetId.of(preset_id=fox.id))
    another = presets.share(ada, PresetId.of(preset_id=fox.id)).share_token
    for wrong in (token, another[:-1], fox.id, "", "x" * 43, "\u0660" * 43):
        with pytest.raises(NotFound):
            presets.shared(wrong)

    for somebody_elses in (bobs.id, new_id()):
        id_ = PresetId.of(preset_id=somebody_elses)
        for attempt in (presets.share, presets.unshare, presets.delete):
            with pytest.raises(NotFound):
                attempt(ada, id_)
        with pytest.raises(NotFound):
            presets.update(ada, UpdatePreset.of(preset_id=somebody_elses, name="x", setup=FOX))
    presets.delete(ada, PresetId.of(preset_id=fox.id))
    with pytest.raises(NotFound):
        presets.shared(another)
    assert [one.name for one in presets.mine(bob)] == ["Fox"]


def test_there_are_so_many_and_no_more(studio: Studio) -> None:
    presets = PresetsService(studio.uow, studio.clock)
    ada = studio.account()
    for n in range(MOST):
        presets.save(ada, SavePreset.of(name=f"{n}", setup=FOX))
    with pytest.raises(Conflict):
        presets.save(ada, SavePreset.of(name="one more", setup=FOX))
