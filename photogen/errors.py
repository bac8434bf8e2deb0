"""Errors that a person may see. Each says what happened, what to do, and carries a code to quote.

`public` is safe to show to anybody: no secret, no vendor answer, no path. `status` is the HTTP status of the API.
"""

from datetime import datetime

from photogen.kit.text import t


class PhotogenError(Exception):
    """Base of all refusals and failures that photogen explains to a person.

    `code` is stable, in snake case; `public` is one or two sentences; `details` holds machine-readable values
    (needed, have, field, resets_at ...), never secrets.
    """

    status = 500
    default_code = "internal"

    def __init__(self, public: str, *, code: str | None = None, **details: object) -> None:
        super().__init__(public)
        self.public = public
        self.code = code or self.default_code
        self.details = details

    def __str__(self) -> str:
        return f"{self.public} ({self.code})"


class NotFound(PhotogenError):
    """It does not exist, or it belongs to somebody else: the two look the same from outside."""

    status = 404
    default_code = "not_found"


class Invalid(PhotogenError):
    """The caller's input can't be used. `field` names the culprit where there is one."""

    status = 422
    default_code = "invalid"

    def __init__(self, public: str, *, field: str | None = None, code: str | None = None, **details: object) -> None:
        super().__init__(public, code=code, field=field, **details)
        self.field = field


class Conflict(PhotogenError):
    """The thing is in a state in which this can't be done (already finished, already taken)."""

    status = 409
    default_code = "conflict"


class Rejected(PhotogenError):
    """One of the three refusals of product.md: 402 credits, 403 tier, 429 quota or rate."""

    status = 403
    default_code = "rejected"


class InsufficientCredits(Rejected):
    """402. `needed` and `have` are credits."""

    status = 402
    default_code = "insufficient_credits"

    def __init__(self, needed: int, have: int) -> None:
        super().__init__(
            t(
                "This needs {needed} credits and you have {have}. Add credits or choose something smaller.",
                needed=needed,
                have=have,
            ),
            needed=needed,
            have=have,
        )
        self.needed = needed
        self.have = have


class TierRequired(Rejected):
    """403. `tier` names the plan tier that opens it, `plan` the cheapest plan of that tier ("" where none is sold)."""

    status = 403
    default_code = "tier_required"

    def __init__(self, public: str, *, tier: str, plan: str = "") -> None:
        super().__init__(public, tier=tier, plan=plan)
        self.tier = tier
        self.plan = plan


class QuotaExhausted(Rejected):
    """429. Of the day's quota `used` of `limit` are taken and `needed` more were asked for; a new day begins at
    `resets_at`. `credits` is what the part beyond the quota would cost, `have` the credits that there are."""

    status = 429
    default_code = "quota_exhausted"

    def __init__(self, *, needed: int, used: int, limit: int, resets_at: datetime, credits: int, have: int) -> None:
        super().__init__(
            t(
                "This takes {needed} of today's quota and {n} of {limit} are left. The next day begins at "
                "{resets_at} UTC; until then, let credits pay for pictures beyond the quota, or ask for "
                "fewer.",
                needed=needed,
                n=max(0, limit - used),
                limit=limit,
                resets_at=f"{resets_at:%H:%M}",
            ),
            needed=needed,
            used=used,
            limit=limit,
            resets_at=resets_at.isoformat(),
            credits=credits,
            have=have,
        )
        self.needed, self.used, self.limit, self.resets_at = needed, used, limit, resets_at
        self.credits, self.have = credits, have


class RateLimited(Rejected):
    """429. `retry_after` is in seconds."""

    status = 429
    default_code = "rate_limited"

    def __init__(self, public: str, *, retry_after: int, code: str | None = None) -> None:
        super().__init__(public, code=code, retry_after=retry_after)
        self.retry_after = retry_after


class Unauthenticated(PhotogenError):
    """Nobody is logged in, or the session has ended."""

    status = 401
    default_code = "unauthenticated"

    def __init__(self, public: str = t("Please log in first."), *, code: str | None = None) -> None:
        super().__init__(public, code=code)


class Unavailable(PhotogenError):
    """A part that is needed does not answer now; trying again later helps."""

    status = 503
    default_code = "unavailable"


class DatabaseAway(Unavailable):
    """The database can't be reached: what was asked for did not happen, or nobody knows (a commit that was cut off)."""

    default_code = "database_away"

    def __init__(self) -> None:
        super().__init__(t("The database does not answer just now. Try again in a minute."), retry_after=15)
