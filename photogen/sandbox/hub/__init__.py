"""The Hugging Face Hub's HTTP API, as huggingface_hub 2.4 uses it with HF_HUB_DISABLE_XET=1."""

from photogen.sandbox.hub import content, repositories, uploads

routes = [*repositories.routes, *uploads.routes, *content.routes]
"""`content` comes last: its addresses begin with any owner's name."""
