"""What others tell us: kept once, answered at once, handled in the worker."""

from photogen.domain.inbox.service import Event, Handler, InboxService

__all__ = ["Event", "Handler", "InboxService"]
