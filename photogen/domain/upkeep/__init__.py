"""What keeps the vendors' side clean over time: the audit of the hub, and the search for strays."""

from photogen.domain.upkeep.service import UpkeepService
from photogen.domain.upkeep.views import QuarantinedView

__all__ = ["QuarantinedView", "UpkeepService"]
