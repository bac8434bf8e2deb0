"""The books: why an account has what it has, entry by entry, and whether all of it agrees."""

from photogen.domain.books.checking import Verdict
from photogen.domain.books.service import BooksService
from photogen.domain.books.views import AccountLine, Explanation, Left, Line, OpenHold, Part

__all__ = ["AccountLine", "BooksService", "Explanation", "Left", "Line", "OpenHold", "Part", "Verdict"]
