"""Receipts: what was deleted, where and when, and what is still pending."""

from photogen.domain.receipts.service import Item, ReceiptsService
from photogen.domain.receipts.views import ReceiptItem, ReceiptView
from photogen.models.receipt import ReceiptKind

__all__ = ["Item", "ReceiptItem", "ReceiptKind", "ReceiptView", "ReceiptsService"]
