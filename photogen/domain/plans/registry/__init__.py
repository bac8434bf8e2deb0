"""Plans, packs and image models as the operator edits them. What was sold keeps its terms."""

from photogen.domain.plans.registry.commands import EditModel, EditPack, EditPlan
from photogen.domain.plans.registry.service import Registry
from photogen.domain.plans.registry.views import ModelTerms, PackTerms, PlanOnOffer, RegistryView

__all__ = ["EditModel", "EditPack", "EditPlan", "ModelTerms", "PackTerms", "PlanOnOffer", "Registry", "RegistryView"]
