"""Who is it: accounts, passwords, and the sessions in which people are logged in."""

from photogen.domain.accounts.service import AccountsService
from photogen.domain.accounts.views import Identity, NewSession, ProfileView, SessionView

__all__ = ["AccountsService", "Identity", "NewSession", "ProfileView", "SessionView"]
