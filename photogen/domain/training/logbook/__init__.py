"""What a trainer says while it works: its log and the loss curve in it. Vendors delete them; we keep them."""

from photogen.domain.training.logbook.service import LogPiece, LogText, head, losses, read, record

__all__ = ["LogPiece", "LogText", "head", "losses", "read", "record"]
