"""Links by which a creator shows pictures to people without an account."""

from photogen.domain.shares.commands import LinkId, Share
from photogen.domain.shares.service import SharesService
from photogen.domain.shares.views import LinkView, SharedFile, SharedList, SharedPicture

__all__ = ["LinkId", "LinkView", "Share", "SharedFile", "SharedList", "SharedPicture", "SharesService"]
