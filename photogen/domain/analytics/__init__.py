"""The owner's figures: what comes in by the month, who stays, what was sold, used and owed, what vendors took of it."""

from photogen.domain.analytics.commands import Period
from photogen.domain.analytics.service import AnalyticsService
from photogen.domain.analytics.views import (
    Active,
    DayFigures,
    Figures,
    Flow,
    Movement,
    PlanFigures,
    Statement,
    WorkFigures,
)

__all__ = [
    "Active",
    "AnalyticsService",
    "DayFigures",
    "Figures",
    "Flow",
    "Movement",
    "Period",
    "PlanFigures",
    "Statement",
    "WorkFigures",
]
