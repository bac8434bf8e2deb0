"""What deletions have not got rid of yet, here and at the vendors, in one list with its age."""

from photogen.domain.leftovers.service import LeftoversService
from photogen.domain.leftovers.trying import HUB, PAYMENTS, STORAGE, Tried
from photogen.domain.leftovers.views import LeftoverView, Remains
from photogen.models.leftover import LeftoverOf

__all__ = ["HUB", "PAYMENTS", "STORAGE", "LeftoverOf", "LeftoverView", "LeftoversService", "Remains", "Tried"]
