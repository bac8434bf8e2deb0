"""Plans, what they entitle to, and the registry of image models."""

from photogen.domain.plans.service import PlansService
from photogen.domain.plans.views import Entitlements, ImageModelView, Paying, PlanView

__all__ = ["Entitlements", "ImageModelView", "Paying", "PlanView", "PlansService"]
