"""The day's quota of pictures that a paid plan brings."""

from photogen.domain.quota.service import QuotaService
from photogen.domain.quota.views import Ask, ModelUse, QuotaView

__all__ = ["Ask", "ModelUse", "QuotaService", "QuotaView"]
