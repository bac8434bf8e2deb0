"""How fast and how amply the sandbox works, from the environment and changeable while it runs."""

import os
from typing import Self

from pydantic import BaseModel, ConfigDict, Field


class Pace(BaseModel):
    """Seconds, unless the name says otherwise. Zero makes things instant."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    training_seconds_per_1000_steps: float = Field(20.0, ge=0, le=86_400)
    image_seconds: float = Field(1.2, ge=0, le=600)
    retention_seconds: float = Field(3600.0, ge=0)
    """How long data of predictions and delivered files are kept; an hour, says replicate.com/docs, data retention."""
    version_delete_seconds: float = Field(3.0, ge=0)
    """How long a deleted model version still shows; minutes at the vendor."""
    deadline_share: float = Field(1.0, gt=0, le=1)
    """By which the deadlines are multiplied that callers set for their predictions."""
    largest_side: int = Field(0, ge=0)
    """Pixels to which the longer side of pictures is held, for thousands of them; 0: as they were asked for."""
    weights_bytes: int = Field(2_000_000, ge=1000)
    """About how much the layers of a trained LoRA weigh."""

    @classmethod
    def from_environment(cls) -> Self:
        """Reads SANDBOX_TRAINING_SECONDS_PER_1000_STEPS and so on. Raises pydantic's ValidationError."""
        names = {name: f"SANDBOX_{name.upper()}" for name in cls.model_fields}
        return cls.model_validate({name: os.environ[env] for name, env in names.items() if os.environ.get(env)})
