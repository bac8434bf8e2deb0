"""Pictures drawn from prompt, seed, model and weights. The same recipe gives the same bytes."""

from photogen.sandbox.drawing.begin import opened, over
from photogen.sandbox.drawing.encode import draw_bytes
from photogen.sandbox.drawing.recipe import Recipe

__all__ = ["Recipe", "draw_bytes", "opened", "over"]
