"""Tables and enums, one file per noun. Importing this package registers every table on `SQLModel.metadata`.

All times are aware UTC. All ids are ULIDs (26 characters). Money is whole credits or whole cents.
"""

from photogen.models.account import Account, LoginSession, Role
from photogen.models.album import Album, AlbumImage, ImageMonth
from photogen.models.audit import AuditEntry
from photogen.models.billing import (
    BillingCustomer,
    GatewayListing,
    GatewayPrice,
    GatewaySecret,
    Interval,
    Payment,
    PaymentRefund,
    PaymentStatus,
    Purchase,
    PurchaseKind,
    PurchaseStatus,
    Subscription,
    SubscriptionStatus,
)
from photogen.models.credit import CreditEntry, CreditGrant, CreditHold, EntryKind, GrantSource, HoldState
from photogen.models.generation import Generation, Shot, ShotStatus
from photogen.models.image import Image
from photogen.models.inbox import InboxEvent
from photogen.models.incident import Incident
from photogen.models.lab import LabRun, LabVote
from photogen.models.leftover import Leftover, LeftoverOf
from photogen.models.lora import LoraModel, LoraStatus, LoraVersion
from photogen.models.notice import MailChoice, Notice, NoticeKind, Topic
from photogen.models.photoset import Photo, PhotoSet, PhotoStatus
from photogen.models.plan import CreditPack, CreditUnit, ImageModel, Plan, PlanTerms, PlanVersion, Tier
from photogen.models.preset import Preset
from photogen.models.prompt import Prompt
from photogen.models.quota import QuotaDay, QuotaState, QuotaUse
from photogen.models.receipt import DeletionReceipt, ReceiptKind
from photogen.models.share import ShareLink, ShareLinkImage
from photogen.models.sweep import StorageSweep
from photogen.models.training import (
    AttemptOutcome,
    PaidBy,
    Subject,
    Training,
    TrainingAttempt,
    TrainingDraft,
    TrainingLog,
    TrainingLogPart,
    TrainingRound,
    TrainingStatus,
    Visibility,
)
from photogen.models.vendor import CircuitState, CostUnit, ImageRoute, VendorCircuit

__all__ = [
    "Account",
    "Album",
    "AlbumImage",
    "AttemptOutcome",
    "AuditEntry",
    "BillingCustomer",
    "CircuitState",
    "CostUnit",
    "CreditEntry",
    "CreditGrant",
    "CreditHold",
    "CreditPack",
    "CreditUnit",
    "DeletionReceipt",
    "EntryKind",
    "GatewayListing",
    "GatewayPrice",
    "GatewaySecret",
    "Generation",
    "GrantSource",
    "HoldState",
    "Image",
    "ImageModel",
    "ImageMonth",
    "ImageRoute",
    "InboxEvent",
    "Incident",
    "Interval",
    "LabRun",
    "LabVote",
    "Leftover",
    "LeftoverOf",
    "LoginSession",
    "LoraModel",
    "LoraStatus",
    "LoraVersion",
    "MailChoice",
    "Notice",
    "NoticeKind",
    "PaidBy",
    "Payment",
    "PaymentRefund",
    "PaymentStatus",
    "Photo",
    "PhotoSet",
    "PhotoStatus",
    "Plan",
    "PlanTerms",
    "PlanVersion",
    "Preset",
    "Prompt",
    "Purchase",
    "PurchaseKind",
    "PurchaseStatus",
    "QuotaDay",
    "QuotaState",
    "QuotaUse",
    "ReceiptKind",
    "Role",
    "ShareLink",
    "ShareLinkImage",
    "Shot",
    "ShotStatus",
    "StorageSweep",
    "Subject",
    "Subscription",
    "SubscriptionStatus",
    "Tier",
    "Topic",
    "Training",
    "TrainingAttempt",
    "TrainingDraft",
    "TrainingLog",
    "TrainingLogPart",
    "TrainingRound",
    "TrainingStatus",
    "VendorCircuit",
    "Visibility",
]
