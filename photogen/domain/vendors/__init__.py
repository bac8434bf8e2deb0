"""Vendors as a whole: which of them are paused, and what pages say of it."""

from photogen.domain.vendors.service import VendorsService
from photogen.domain.vendors.views import VendorTrouble

__all__ = ["VendorTrouble", "VendorsService"]
