"""Objects in a bucket: Amazon S3, Cloudflare R2, MinIO and their like, through boto3."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from photogen.gateways.base import Category, Retry, SignedObject, Stop, StoredObject, Waiting
from photogen.gateways.errors import redacted
from photogen.gateways.examination import Finding
from photogen.gateways.http import CONNECT_SECONDS, PerProcess
from photogen.gateways.storage.keys import checked
from photogen.gateways.storage.local import disk_trouble, missing
from photogen.gateways.storage.trial import fetched, tried
from photogen.kit.guard import outside_call
from photogen.kit.ids import new_id
from photogen.kit.text import t

VENDOR = "s3"
_PIECE = 1024 * 1024
_LONGEST_ADDRESS = timedelta(days=7)  # SigV4's own limit
_REFUSED = {
    "AccessDenied",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "NoSuchBucket",
    "403",
    "401",
    "AccountProblem",
}
_RIGHTS = (
    "The key of S3_ACCESS_KEY_ID needs the rights to get, put, delete and list objects in S3_BUCKET; "
    "S3_ENDPOINT_URL and S3_REGION have to be those of the bucket."
)
_GONE = {"NoSuchKey", "NoSuchUpload", "404", "NotFound"}
# Parts of 16 MiB, two at a time: some 48 MiB of memory however large the object.
_TRANSFER = TransferConfig(
    multipart_threshold=16 * 1024**2, multipart_chunksize=16 * 1024**2, max_concurrency=2, use_threads=True
)


class S3Storage:
    """A Storage."""

    def __init__(
        self,
        bucket: str,
        *,
        access_key: str | None,
        secret_key: str | None,
        endpoint_url: str | None = None,
        region: str = "auto",
    ) -> None:
        self._bucket = bucket
        self._client: PerProcess[Any] = PerProcess(
            lambda: boto3.session.Session().client(
                "s3",
                endpoint_url=endpoint_url or None,
                region_name=region,
                aws_access_key_id=access_key,
                aws_secret_access_key=secret_key,
                config=Config(
                    signature_version="s3v4",
                    s3={"addressing_style": "path"},
                    # R2 and other clones refuse, or half understand, the checksums that boto3 adds by itself.
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                    connect_timeout=CONNECT_SECONDS,
                    read_timeout=30,
                    retries={"mode": "standard", "total_max_attempts": 3},
                    max_pool_connections=10,
                ),
            ),
            lambda client: client.close(),
        )

    def close(self) -> None:
        """Closes the connections of this process."""
        self._client.close()

    def put(self, key: str, data: bytes | BinaryIO | Path, content_type: str) -> StoredObject:
        """Stores; large ones in parts. A reader sees the old bytes or the new ones: S3 promises that."""
        outside_call("s3 put")
        with self._translated(key):
            if isinstance(data, bytes):
                self._client().put_object(Bucket=self._bucket, Key=checked(key), Body=data, ContentType=content_type)
            elif isinstance(data, Path):
                with data.open("rb") as source:
                    self._upload(key, source, content_type)
            else:
                self._upload(key, data, content_type)
        return self.stat(key)

    def _upload(self, key: str, source: BinaryIO, content_type: str) -> None:
        self._client().upload_fileobj(
            source, self._bucket, checked(key), ExtraArgs={"ContentType": content_type}, Config=_TRANSFER
        )

    def stat(self, key: str) -> StoredObject:
        """Raises Missing."""
        outside_call("s3 head")
        with self._translated(key):
            found = self._client().head_object(Bucket=self._bucket, Key=checked(key))
        return StoredObject(
            key, found["ContentLength"], found["ContentType"], found["ETag"].strip('"'), found.get("LastModified")
        )

    def read(self, key: str) -> bytes:
        """The whole object; for small ones. Raises Missing."""
        return b"".join(self.stream(key))

    def stream(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Chunks of the bytes from `start` up to and without `end`. Raises Missing at once, not later."""
        outside_call("s3 get")
        start = max(start, 0)
        if start or end is not None:
            # A range that begins behind the end is an error to S3, and an empty one can't be written at all.
            size = self.stat(key).size
            end = size if end is None else min(size, end)
            if start >= end:
                return iter(())
            wanted = f"bytes={start}-{end - 1}"
            with self._translated(key):
                body = self._client().get_object(Bucket=self._bucket, Key=checked(key), Range=wanted)["Body"]
        else:
            with self._translated(key):
                body = self._client().get_object(Bucket=self._bucket, Key=checked(key))["Body"]
        return self._chunks(key, body)

    def _chunks(self, key: str, body: Any) -> Iterator[bytes]:
        try:
            with self._translated(key):
                yield from body.iter_chunks(_PIECE)
        finally:
            body.close()

    def download(self, key: str, target: Path) -> None:
        """Writes the object to the file `target`. Raises Missing."""
        chunks = self.stream(key)
        try:
            with target.open("wb") as file:
                for chunk in chunks:
                    file.write(chunk)
        except OSError as error:
            raise disk_trouble(error) from error

    def delete(self, key: str) -> None:
        """Deletes; an object that isn't there is fine."""
        outside_call("s3 delete")
        with self._translated(key):
            self._client().delete_object(Bucket=self._bucket, Key=checked(key))

    def keys(self, prefix: str, *, after: str = "") -> Iterator[str]:
        """Every key that begins with `prefix` and comes behind `after`, in the order of their characters."""
        outside_call("s3 list")
        where = {"Bucket": self._bucket, "Prefix": prefix} | ({"StartAfter": after} if after else {})
        with self._translated(prefix):
            for page in self._client().get_paginator("list_objects_v2").paginate(**where):
                for entry in page.get("Contents", []):
                    yield entry["Key"]

    def signed_url(self, key: str, ttl: timedelta, *, reference: str = "", filename: str = "") -> str | None:
        """A presigned address, of seven days at most.

        The signature covers the whole query, so a field of our own can't be added afterwards, and clones of S3 differ
        in what they make of unknown ones. All know `response-content-disposition`: our reference goes in there."""
        name = filename or (f"{reference}.{key.rsplit('.', 1)[-1]}" if reference else "")
        parameters = {"Bucket": self._bucket, "Key": checked(key)}
        if name:
            plain = "".join(c for c in name if c.isascii() and (c.isalnum() or c in " ._-")) or "file"
            mark = f"; ref={reference}" if reference else ""
            parameters["ResponseContentDisposition"] = f'attachment; filename="{plain}"{mark}'
        with self._translated(key):
            address: str = self._client().generate_presigned_url(
                "get_object", Params=parameters, ExpiresIn=int(min(ttl, _LONGEST_ADDRESS).total_seconds())
            )
        return address

    def check(self) -> None:
        """Writes, reads and deletes a small object."""
        key = f"check/{new_id()}.txt"
        self.put(key, b"photogen", "text/plain")
        try:
            self.read(key)
        finally:
            self.delete(key)

    def verify_signature(self, key: str, query: Mapping[str, str]) -> SignedObject | None:  # noqa: ARG002
        """None: the bucket verifies its own addresses."""
        return None

    def examine(self) -> Iterator[Finding]:
        """Tries the bucket out, over HTTP too, and looks whether it is private."""
        yield from tried(self, mend=_RIGHTS)
        yield from fetched(self, mend=_RIGHTS)

    def unfinished(self, before: datetime, *, discard: bool = False) -> int:
        """Uploads in parts whose uploader was killed: a bucket keeps the parts, and bills them, until it is told."""
        outside_call("s3 multipart uploads")
        count = 0
        with self._translated(""):
            for page in self._client().get_paginator("list_multipart_uploads").paginate(Bucket=self._bucket):
                for upload in page.get("Uploads", []):
                    begun = upload.get("Initiated")
                    if begun is None or begun.astimezone(UTC) >= before:
                        continue
                    count += 1
                    if discard:
                        self._client().abort_multipart_upload(
                            Bucket=self._bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                        )
        return count

    def waiting(self) -> Waiting:
        """Nothing: what the bucket refuses is an error here; a SpooledStorage keeps it."""
        return Waiting()

    def transfer(self, seconds: float = 240.0) -> int:  # noqa: ARG002
        """Nothing waits."""
        return 0

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _GONE:
                raise missing(key) from error
            if code in _REFUSED:
                raise _refused(error) from error
            raise _trouble(error) from error
        except NoCredentialsError as error:
            raise _refused(error) from error
        except BotoCoreError as error:
            raise _trouble(error, Category.NETWORK) from error


def _refused(error: Exception) -> Stop:
    return Stop(
        t("The studio's file storage refused its key or bucket. The operator has to look at the S3 settings."),
        vendor=VENDOR,
        code="storage_refused",
        category=Category.AUTHENTICATION,
        words=redacted(error),
    )


def _trouble(error: Exception, category: Category = Category.PROVIDER) -> Retry:
    return Retry(
        t("The studio's file storage has trouble. Try again later."),
        vendor=VENDOR,
        code="storage_failed",
        category=category,
        words=redacted(error),
    )
