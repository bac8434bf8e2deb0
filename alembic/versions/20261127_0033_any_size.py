"""Models whose pictures may have any width and height, as their vendors describe them.

Revision: 0033
Follows: 0032
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0033"
down_revision: str | None = "0032"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Nebius takes 64 to 2048 pixels; Together 256 to 1920, but for schnell, which takes an aspect ratio; Replicate's
# flux-1.1-pro 256 to 1440, and its other official models certain ratios only.
NEBIUS = "vendor = 'nebius'"
TOGETHER = "vendor = 'together' AND vendor_model = 'black-forest-labs/FLUX.1.1-pro'"
REPLICATE = "vendor = 'replicate' AND vendor_model = 'black-forest-labs/flux-1.1-pro'"
FREE = """'{"any_size": true}'"""


def upgrade() -> None:
    op.execute(f"UPDATE image_route SET capabilities = capabilities || {FREE} WHERE {NEBIUS} OR ({TOGETHER})")
    op.execute(
        f"UPDATE image_route SET capabilities = capabilities || {FREE} || '{{\"sides\": [256, 1440]}}' WHERE {REPLICATE}"
    )


def downgrade() -> None:
    op.execute(f"UPDATE image_route SET capabilities = capabilities - 'sides' WHERE {REPLICATE}")
    op.execute(f"UPDATE image_route SET capabilities = capabilities - 'any_size' WHERE {NEBIUS} OR ({TOGETHER})")
    op.execute(f"UPDATE image_route SET capabilities = capabilities - 'any_size' WHERE {REPLICATE}")
