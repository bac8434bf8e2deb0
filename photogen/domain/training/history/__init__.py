"""What has been: the list of trainings with its totals, attempts, rounds, times against what is usual."""

from photogen.domain.training.history.commands import FindTrainings, Sort, Standing
from photogen.domain.training.history.service import History

__all__ = ["FindTrainings", "History", "Sort", "Standing"]
