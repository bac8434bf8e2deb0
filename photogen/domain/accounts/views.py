"""What of an account may be seen."""

from dataclasses import dataclass, field
from datetime import datetime

from photogen.models import Role


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is logged in. `session_id` is the SHA-256 (hex) of the token: good for naming a session, not for entering."""

    account_id: str
    session_id: str
    name: str
    email: str
    role: Role


@dataclass(frozen=True, slots=True)
class NewSession:
    """A log-in that has just begun. `token` goes into the cookie and nowhere else."""

    token: str = field(repr=False)
    identity: Identity


@dataclass(frozen=True, slots=True)
class SessionView:
    """One of an account's log-ins, for its settings page."""

    id: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    ip: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class ProfileView:
    """An account as its owner sees it."""

    account_id: str
    name: str
    email: str
    role: Role
    plan_key: str
    created_at: datetime
