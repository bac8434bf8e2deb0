"""Several statements, one moment."""

from sqlmodel import Session


def one_moment(session: Session) -> None:
    """Everything that this transaction reads from here on is of one moment, however many statements it takes. To be
    called first, and by who only reads: a write to what changed meanwhile would be refused."""
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
