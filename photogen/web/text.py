"""The words of pages: see `photogen.kit.text`, which mails use too."""

from photogen.kit.text import language, plural, t

__all__ = ["language", "plural", "t"]
