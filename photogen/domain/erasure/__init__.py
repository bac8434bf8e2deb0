"""The deletion of accounts: at once for the person, step by step for everything that belonged to them."""

from photogen.domain.erasure.service import ERASE, ErasureService

__all__ = ["ERASE", "ErasureService"]
