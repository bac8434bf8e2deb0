"""What operators changed, and what creators showed to others, written down beside the change itself."""

from photogen.domain.audit.service import AuditService
from photogen.domain.audit.views import AuditView, Operator

__all__ = ["AuditService", "AuditView", "Operator"]
