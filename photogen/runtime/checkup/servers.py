"""Our own servers: the database, the queue, the storage."""

from collections.abc import Iterator

from photogen.bootstrap import Services
from photogen.db import examination
from photogen.db.embedded import EmbeddedPostgres
from photogen.gateways.examination import Examinable, Finding, good
from photogen.runtime.checkup.parts import Part
from photogen.runtime.valkey import EmbeddedValkey
from photogen.settings import Settings

_PROCESSES = 5
"""The web server, the schedule, three workers: what `make run` starts. Each has a pool, the web server a listener."""


def parts(
    settings: Settings, services: Services, postgres: EmbeddedPostgres | None, valkey: EmbeddedValkey | None
) -> list[Part]:
    """`postgres` and `valkey` are those of the data folder, None where the environment names servers."""
    url = settings.database_url.get_secret_value()
    connections = settings.database_pool * _PROCESSES + 1

    def database() -> Iterator[Finding]:
        if postgres is not None and not postgres.answers():
            return _resting()
        return examination.examine(url, connections=connections)

    def queue() -> Iterator[Finding]:
        if valkey is not None and not valkey.answers():
            return _resting()
        gateway = services.outside.queue
        return gateway.examine() if isinstance(gateway, Examinable) else iter(())

    def storage() -> Iterator[Finding]:
        gateway = services.outside.storage
        return gateway.examine() if isinstance(gateway, Examinable) else iter(())

    return [
        Part(
            "database",
            "PostgreSQL",
            database,
            "embedded" if postgres else "DATABASE_URL",
            "Look at its log in the data folder's `logs`." if postgres else "Look at the address in DATABASE_URL.",
        ),
        Part(
            "queue",
            "Queue",
            queue,
            "embedded" if valkey else "REDIS_URL",
            "Look at its log in the data folder's `logs`." if valkey else "Look at the address in REDIS_URL.",
        ),
        Part(
            "storage",
            "Storage",
            storage,
            "S3_BUCKET" if settings.s3_bucket else "PHOTOGEN_DATA",
            "Look at S3_BUCKET, S3_ENDPOINT_URL, S3_REGION, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY."
            if settings.s3_bucket
            else "Look at the rights and the disk of the data folder.",
        ),
    ]


def _resting() -> Iterator[Finding]:
    yield good("reachable", "comes along, not running now")
