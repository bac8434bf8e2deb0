"""What the operator is told of: things that should not have happened, open until somebody or something mends them."""

from photogen.domain.incidents.service import IncidentsService
from photogen.domain.incidents.views import IncidentView

__all__ = ["IncidentView", "IncidentsService"]
