"""The words of pages: see `photogen.kit.text`, which mails use too."""

from photogen.kit.text import dollars, language, mark, number, percent, plural, short_day, t, within

__all__ = ["dollars", "language", "mark", "number", "percent", "plural", "short_day", "t", "within"]
