"""A notice of each kind, with the facts that its cause gives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from photogen.models.notice import NoticeKind

_AT = "2026-12-24T10:00:00+00:00"
SAMPLES: Mapping[NoticeKind, Mapping[str, Any]] = {
    NoticeKind.LOW_CREDITS: {"left": 12},
    NoticeKind.CREDITS_LAPSE: {"credits": 42, "at": _AT},
    NoticeKind.PLAN_STARTED: {
        "plan": "Creator", "cents": 2000, "credits": 200, "until": _AT, "number": "A-0001", "trial": False,
    },
    NoticeKind.RECEIPT: {"plan": "Creator", "cents": 2000, "credits": 200, "until": _AT, "number": "A-0002"},
    NoticeKind.PAYMENT_FAILED: {"plan": "Creator", "until": _AT},
    NoticeKind.PAYMENT_RECOVERED: {"plan": "Creator"},
    NoticeKind.RENEWAL: {"plan": "Creator", "cents": 19200, "interval": "year", "at": _AT},
    NoticeKind.TRIAL_ENDS: {"plan": "Creator", "cents": 2000, "interval": "month", "at": _AT},
    NoticeKind.PLAN_ENDED: {"plan": "Creator", "unpaid": True},
    NoticeKind.REFUND: {"cents": 1000, "credits": 100},
    NoticeKind.DISPUTED: {"cents": 1000, "credits": 100},
    NoticeKind.DISPUTE_WON: {"cents": 1000, "credits": 100},
    NoticeKind.TRAINING_DONE: {"name": "Ada", "training": "01h"},
    NoticeKind.TRAINING_FAILED: {"name": "Ada", "training": "01h", "why": "The trainer found no face in the photos."},
    NoticeKind.QUOTA_LOW: {"left": 9, "limit": 50},
    NoticeKind.QUOTA_OUT: {"overage": False},
}  # fmt: skip
