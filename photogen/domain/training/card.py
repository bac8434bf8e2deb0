"""The model card that goes to the hub beside the weights. https://huggingface.co/docs/hub/model-cards"""

from __future__ import annotations

import json

from photogen.domain.training.policy import installation_tag
from photogen.models.training import Training

WEIGHTS_FILE = "lora.safetensors"
CARD_FILE = "README.md"


def _plain(text: str) -> str:
    """`text` without what Markdown or HTML would act on."""
    return "".join(c for c in text if c.isalnum() or c in " -_.,'").strip() or "A LoRA"


def model_card(row: Training, mark: str = "") -> bytes:
    """The card, UTF-8: how to use the weights, and under which licence. Says nothing about whose photos they are.
    `mark` is the installation's."""
    ours = f", {installation_tag(mark)}" if mark else ""
    word = json.dumps(row.trigger_word, ensure_ascii=False)
    return f"""---
license: other
license_name: flux-1-dev-non-commercial-license
license_link: https://huggingface.co/black-forest-labs/FLUX.1-dev/blob/main/LICENSE.md
base_model: black-forest-labs/FLUX.1-dev
pipeline_tag: text-to-image
library_name: diffusers
tags: [text-to-image, flux, lora, diffusers, "template:sd-lora"{ours}]
instance_prompt: {word}
---

# {_plain(row.name)}

A LoRA for FLUX.1 [dev]. Write `{row.trigger_word}` into the prompt to call it up.

| | |
| --- | --- |
| photos | {row.photo_count} |
| steps | {row.steps} |
| learning rate | {row.learning_rate:g} |
| rank | {row.lora_rank} |

```py
import torch
from diffusers import AutoPipelineForText2Image

pipeline = AutoPipelineForText2Image.from_pretrained("black-forest-labs/FLUX.1-dev", torch_dtype=torch.bfloat16)
pipeline.load_lora_weights("path/to/this/repository", weight_name="{WEIGHTS_FILE}")
image = pipeline("{row.trigger_word} in a garden").images[0]
```
""".encode()
