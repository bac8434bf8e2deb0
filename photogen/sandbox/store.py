"""What the sandbox remembers: small JSON records in SQLite, written through from memory, and blobs as files."""

import json
import secrets
import shutil
import sqlite3
from pathlib import Path
from typing import Any

Record = dict[str, Any]


class Store:
    """Records by kind and key, oldest first; blobs by name. Used from one thread, except `blob_path`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._blobs = folder / "blobs"
        self._blobs.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / "sandbox.sqlite3", isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")  # a machine that loses power may lose the sandbox's last second
        self._db.execute("CREATE TABLE IF NOT EXISTS record (kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key))")
        self._records: dict[str, dict[str, Record]] = {}
        for kind, key, body in self._db.execute("SELECT kind, key, body FROM record ORDER BY rowid"):
            self._records.setdefault(kind, {})[key] = json.loads(body)

    def get(self, kind: str, key: str) -> Record | None:
        """The live record, or None. Changes to it are kept by `put`."""
        return self._records.get(kind, {}).get(key)

    def all(self, kind: str) -> list[Record]:
        """Every record of a kind, oldest first."""
        return list(self._records.get(kind, {}).values())

    def items(self, kind: str) -> list[tuple[str, Record]]:
        """Every key and record of a kind, oldest first."""
        return list(self._records.get(kind, {}).items())

    def put(self, kind: str, key: str, record: Record) -> Record:
        """Keeps a record, new or changed."""
        self._records.setdefault(kind, {})[key] = record
        self._db.execute(
            "INSERT INTO record (kind, key, body) VALUES (?, ?, ?)"
            " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
            (kind, key, json.dumps(record)),
        )
        return record

    def delete(self, kind: str, key: str) -> None:
        """Forgets a record; one that isn't there is fine."""
        self._records.get(kind, {}).pop(key, None)
        self._db.execute("DELETE FROM record WHERE kind = ? AND key = ?", (kind, key))

    def put_blob(self, data: bytes, suffix: str = "") -> str:
        """Keeps bytes under a new name, which is returned."""
        name = secrets.token_hex(16) + suffix
        (self._blobs / name).write_bytes(data)
        return name

    def blob_path(self, name: str) -> Path:
        """Where the bytes of `name` lie."""
        return self._blobs / name

    def delete_blob(self, name: str) -> None:
        """Forgets bytes; missing ones are fine."""
        self.blob_path(name).unlink(missing_ok=True)

    def reset(self) -> None:
        """Forgets everything."""
        self._records.clear()
        self._db.execute("DELETE FROM record")
        shutil.rmtree(self._blobs)
        self._blobs.mkdir()

    def close(self) -> None:
        """Ends the use of the database."""
        self._db.close()
