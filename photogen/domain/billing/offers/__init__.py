"""What is sold, and its prices at the payment service."""

from photogen.domain.billing.offers.service import Offer, Offers

__all__ = ["Offer", "Offers"]
