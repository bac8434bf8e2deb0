"""The card of a published LoRA: front matter that the hub reads, then words for people."""

import re

from huggingface_hub import ModelCardData

from photogen.gateways.base import ModelCard

_LICENCE = "flux-1-dev-non-commercial-license"
_LICENCE_LINK = "https://huggingface.co/black-forest-labs/FLUX.1-dev/blob/main/LICENSE.md"
_BASE = "black-forest-labs/FLUX.1-dev"


def model_card(card: ModelCard) -> str:
    """README.md. What the creator typed can break neither the front matter nor the page."""
    head = ModelCardData(
        language="en",
        license="other",
        license_name=_LICENCE,
        license_link=_LICENCE_LINK,
        base_model=_BASE,
        pipeline_tag="text-to-image",
        library_name="diffusers",
        tags=["text-to-image", "flux", "lora", "diffusers", "replicate", "template:sd-lora"],
        instance_prompt=card.trigger_word,
    )
    name, word = _plain(card.name), card.trigger_word.replace("`", "")
    return f"""---
{head.to_yaml()}
---

# {name}

<Gallery />

A LoRA for [FLUX.1-dev](https://huggingface.co/{_BASE}), trained with photogen:
{card.steps} steps, rank {card.lora_rank}.

## Trigger word

Use `{word}` in the prompt.

## With diffusers

```py
import torch
from diffusers import AutoPipelineForText2Image

pipeline = AutoPipelineForText2Image.from_pretrained("{_BASE}", torch_dtype=torch.bfloat16).to("cuda")
pipeline.load_lora_weights("<this repository>", weight_name="{card.weights_file}")
image = pipeline("{word}").images[0]
```

## Licence

[{_LICENCE}]({_LICENCE_LINK})
"""


def _plain(text: str) -> str:
    """On one line, without Markdown's and HTML's marks."""
    return re.sub(r"([\\`*_{}\[\]<>#|!])", r"\\\1", " ".join(text.split())) or "A LoRA"
