"""Is the schema what the code expects, and how it gets there. The question is asked without loading Alembic: it takes
half a second, and a start asks every time."""

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from alembic.config import Config

_ROOT = Path(__file__).resolve().parents[2]


def head(folder: Path = _ROOT / "alembic" / "versions") -> str | None:
    """The newest revision in `folder`, None without any. Raises ValueError when the history has more than one end."""
    revisions: set[str] = set()
    followed: set[str] = set()
    for file in folder.glob("*.py"):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
                name, value = node.target.id, ast.literal_eval(node.value)
                if name == "revision":
                    revisions.add(value)
                elif name == "down_revision" and value is not None:
                    followed.add(value)
    ends = revisions - followed
    if len(ends) > 1:
        raise ValueError(f"the migrations have more than one end: {', '.join(sorted(ends))}")
    return ends.pop() if ends else None


def current(url: str) -> str | None:
    """The revision of the database at `url`, None when it has none. Raises psycopg.OperationalError if out of reach."""
    with psycopg.connect(url) as connection:
        known = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
        if known is None or known[0] is None:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def upgrade(url: str) -> None:
    """Brings the database at `url` to the newest revision."""
    from alembic import command

    command.upgrade(_config(url), "head")


def write(url: str, why: str) -> None:
    """Writes a migration from what the database at `url` has to what the models say. To be read before it is kept."""
    from alembic import command

    number = int(head() or "0") + 1
    command.revision(_config(url), why, autogenerate=True, rev_id=f"{number:04}")


def _config(url: str) -> "Config":
    from alembic.config import Config

    config = Config(str(_ROOT / "alembic.ini"))
    config.attributes["url"] = url
    return config
