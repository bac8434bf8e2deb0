"""Which notice is mailed, to whom, and how patiently. Pure."""

from datetime import timedelta

from photogen.models.notice import NoticeKind, Topic

K = NoticeKind
_TOPICS = {
    K.LOW_CREDITS: Topic.CREDITS,
    K.CREDITS_LAPSE: Topic.CREDITS,
    K.TRAINING_DONE: Topic.TRAININGS,
    K.TRAINING_FAILED: Topic.TRAININGS,
    K.QUOTA_LOW: Topic.QUOTA,
    K.QUOTA_OUT: Topic.QUOTA,
}
CHOOSABLE = (Topic.TRAININGS, Topic.CREDITS)
"""Topics whose mails may be switched off. Those about one's own money always come; of the quota there are none."""
QUIET = frozenset({K.RECEIPT})
"""What is there to be looked up, and nobody has to be called for."""
BANNERS = frozenset({K.PAYMENT_FAILED})
"""What stands on every page until it is over."""

MOST_UNSURE = 2
"""Tries of which nobody knows whether the mail was taken: one more than one, and then silence. Better twice than not at
all, and not three times."""
GIVE_UP = timedelta(days=3)
"""After which news by mail is none (RFC 5321, 4.5.4.1, asks for four to five days of a server; ours has those, too)."""
LEASE = timedelta(minutes=5)
"""How long a try may take before another worker takes it for abandoned; the job itself is ended earlier."""
KEPT = timedelta(days=400)
"""How long a notice can be looked up: a yearly plan's receipt until the next."""
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 3600.0
"""Seconds between two tries."""
SHUT = timedelta(minutes=5)
"""How long all mails wait, at most, for a server that does not answer or does not let us in."""


def topic_of(kind: NoticeKind) -> Topic:
    """What it is about; what is not named is about money."""
    return _TOPICS.get(kind, Topic.PAYMENTS)


def is_mailed(kind: NoticeKind) -> bool:
    """Whether it also comes by mail. A day's quota is back before a mail is read."""
    return topic_of(kind) is not Topic.QUOTA
