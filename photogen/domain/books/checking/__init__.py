"""The check of the books: what contradicts itself is found by name, whoever's it is."""

from photogen.domain.books.checking.service import Checking
from photogen.domain.books.checking.views import Verdict

__all__ = ["Checking", "Verdict"]
