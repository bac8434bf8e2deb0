"""Puts a picture together."""

import numpy as np
from PIL import Image

from photogen.sandbox.drawing.recipe import Recipe


def compose(recipe: Recipe) -> Image.Image:
    """The picture, RGB, of the recipe's size."""
    dice = recipe.dice("sky")
    top, bottom = dice.integers(0, 255, 3), dice.integers(0, 255, 3)
    share = np.linspace(0, 1, recipe.height)[:, None, None]
    rows = top * (1 - share) + bottom * share
    image = Image.fromarray(np.broadcast_to(rows, (recipe.height, recipe.width, 3)).astype(np.uint8))
    if recipe.lora and recipe.lora.photos:
        photo = recipe.lora.photos[int(dice.integers(len(recipe.lora.photos)))]
        photo = photo.resize((recipe.width // 2, recipe.height // 2))
        image.paste(photo, (recipe.width // 4, recipe.height // 4))
    return image
