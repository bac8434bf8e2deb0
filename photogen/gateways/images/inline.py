"""What vendors share that draw while one waits: the picture is in the answer, and nothing can be looked up."""

import base64
import binascii

from photogen.gateways.base import Category, GatewayError, ImageJob, Missing, Picture
from photogen.gateways.errors import unknown, unsafe
from photogen.gateways.http import Downloads, picture_type
from photogen.kit.text import t


def decoded(vendor: str, text: str) -> Picture:
    """The picture in base64 of a paid answer. Raises Unknown when it isn't one: it may have been billed."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise unknown(vendor, "the answer's picture is not base64") from error
    content_type = picture_type(data)
    if content_type is None:
        raise unknown(vendor, f"the answer's picture is none: {data[:40]!r}")
    return Picture(data, content_type)


def fetched(vendor: str, downloads: Downloads, url: str) -> Picture:
    """The picture at the address in a paid answer. Raises Unknown when it can't be had: it was drawn, and billed."""
    try:
        return downloads.picture(url)
    except GatewayError as error:
        raise unknown(vendor, f"the picture was drawn, but not delivered: {error.words}") from error


def dropped(vendor: str, request_id: str = "") -> GatewayError:
    """The error for an answer without a picture: vendors leave unsafe ones out."""
    return unsafe(vendor, "the answer holds no picture", request_id=request_id)


class Inline:
    """The part of an ImageVendor that is about jobs, for a vendor without jobs."""

    name: str

    def find(self, reference: str) -> ImageJob | None:
        """Raises Unknown: this vendor keeps no list of what it drew."""
        raise unknown(self.name, f"no way to look up {reference}")

    def check(self, vendor_id: str) -> ImageJob:
        """Raises Missing: there are no jobs."""
        raise self._no_jobs(vendor_id)

    def cancel(self, vendor_id: str) -> None:
        """Nothing to end."""

    def fetch(self, job: ImageJob) -> Picture:
        """Raises Missing: the picture came with the answer."""
        raise self._no_jobs(job.vendor_id)

    def _no_jobs(self, vendor_id: str) -> Missing:
        return Missing(
            t("The service keeps no pictures. Generate it again."),
            vendor=self.name,
            code="vendor_missing",
            category=Category.PROVIDER,
            words=f"asked for {vendor_id[:80]}",
        )
