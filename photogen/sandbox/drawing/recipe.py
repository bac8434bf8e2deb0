"""What a picture is drawn from."""

import hashlib
from dataclasses import dataclass

import numpy as np

from photogen.sandbox.weights import Lora


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a picture; width and height in pixels."""

    prompt: str
    seed: int
    model: str
    width: int
    height: int
    steps: int = 28
    guidance: float = 3.0
    negative_prompt: str = ""
    lora: Lora | None = None
    lora_scale: float = 1.0

    def dice(self, purpose: str) -> np.random.Generator:
        """Random numbers that follow from the recipe: the same for the same purpose and recipe."""
        lora = (self.lora.digest, self.lora_scale) if self.lora else None
        text = repr((purpose, self.prompt, self.seed, self.model, self.negative_prompt, lora))
        return np.random.default_rng(list(hashlib.sha256(text.encode()).digest()))
