"""What a trainer says while it works: its log and the loss curve in it. Vendors delete them; we keep them."""

from photogen.domain.training.logbook.policy import Trend, trend
from photogen.domain.training.logbook.service import LogPiece, LogText, end, losses, read, record

__all__ = ["LogPiece", "LogText", "Trend", "end", "losses", "read", "record", "trend"]
