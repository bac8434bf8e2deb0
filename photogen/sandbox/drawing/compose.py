"""Puts a picture together: backdrop, place, subject, foreground, finish."""

import numpy as np
from PIL import Image

from photogen.sandbox.drawing import backdrop, palette, scenes, subject
from photogen.sandbox.drawing.finish import finish, sign
from photogen.sandbox.drawing.recipe import Recipe
from photogen.sandbox.drawing.words import Wishes, contains_word, read_prompt


def compose(recipe: Recipe) -> Image.Image:
    """The picture, RGB, of the recipe's size."""
    wishes = read_prompt(recipe.prompt, recipe.negative_prompt)
    strength = lora_strength(recipe)
    photos = recipe.lora.palette if recipe.lora else ()
    colours = palette.choose(
        wishes, recipe.dice("palette"), photos, min(1.0, abs(recipe.lora_scale)) if recipe.lora else 0
    )
    dice = recipe.dice("composition")
    horizon = float(dice.uniform(0.52, 0.66))
    light = backdrop.Light(
        float(dice.uniform(0.2, 0.8)), float(dice.uniform(0.16, horizon - 0.08)), float(dice.uniform(0.035, 0.07))
    )
    scene = wishes.scene or (
        ""
        if wishes.mood == "studio" or (wishes.person and not wishes.mood)
        else _scene_for(wishes, recipe.dice("scene"))
    )
    image = _backdrop(recipe, scene, colours, light, horizon)
    place = scenes.Place(image, colours, light, horizon, recipe.dice("place"))
    if wishes.stars and scene != "cosmos":
        backdrop.stars(image, colours, horizon, recipe.dice("stars"))
    if scene in {"", "cosmos"}:
        _subject(image, recipe, wishes, colours, light, strength, scene)
    else:
        scenes.far(scene, place)
        _subject(image, recipe, wishes, colours, light, strength, scene)
        scenes.near(scene, place)
    image = finish(image, wishes, colours, recipe.dice("finish"))
    sign(image)
    return image


def lora_strength(recipe: Recipe) -> float:
    """How much of the training photos shows: nothing without weights, a hint without the trigger word."""
    if recipe.lora is None or not recipe.lora.photos:
        return 0.0
    said = contains_word(recipe.prompt, recipe.lora.trigger_word)
    return max(0.0, recipe.lora_scale) * (1.0 if said else 0.28)


def _backdrop(
    recipe: Recipe, scene: str, colours: palette.Palette, light: backdrop.Light, horizon: float
) -> Image.Image:
    dice = recipe.dice("backdrop")
    if scene == "":
        return backdrop.silk(recipe.width, recipe.height, colours, light, dice)
    if scene == "cosmos":
        return backdrop.cosmos(recipe.width, recipe.height, colours, light, dice)
    return backdrop.sky(recipe.width, recipe.height, colours, light, horizon, dice)


def _subject(
    image: Image.Image,
    recipe: Recipe,
    wishes: Wishes,
    colours: palette.Palette,
    light: backdrop.Light,
    strength: float,
    scene: str,
) -> None:
    dice = recipe.dice("subject")
    if strength > 0 and recipe.lora is not None:
        subject.place_photos(image, recipe.lora, colours, strength, dice, scene=bool(scene))
    elif wishes.person:
        inner = backdrop.sky(recipe.width // 2, recipe.height // 2, colours, light, 0.75, dice)
        scenes.far(
            str(dice.choice(["mountains", "forest", "flowers"])), scenes.Place(inner, colours, light, 0.55, dice)
        )
        subject.figure(image, inner.resize(image.size, Image.Resampling.BICUBIC), colours, light.x, dice)


def _scene_for(wishes: Wishes, dice: np.random.Generator) -> str:
    """A place that goes with the mood when none is named; any place when nothing is known of the prompt."""
    fitting = {
        "": ("mountains", "waves", "forest", "dunes", "flowers", "city", "cosmos", ""),
        "sunset": ("mountains", "waves", "dunes"),
        "dawn": ("mountains", "waves", "flowers"),
        "ocean": ("waves",),
        "forest": ("forest",),
        "night": ("mountains", "waves", "forest", "cosmos"),
        "neon": ("city", ""),
        "snow": ("mountains", "forest"),
        "desert": ("dunes",),
        "autumn": ("forest", "mountains"),
        "blossom": ("flowers",),
        "ember": ("mountains", ""),
        "storm": ("mountains", "waves", "city"),
    }
    return str(dice.choice(fitting[wishes.mood]))
