"""From the bytes that are kept to the bytes that are taken away. No I/O."""

from __future__ import annotations

import json
from io import BytesIO

from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from photogen.domain.gallery.downloads.commands import SaveAs
from photogen.domain.gallery.views import RecipeView

_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
_FORMATS = {type_: name for name, type_ in _TYPES.items()}
SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
QUALITY = 92

# https://exiftool.org/TagNames/EXIF.html
_EXIF_IFD, _USER_COMMENT, _DESCRIPTION, _SOFTWARE = 0x8769, 0x9286, 0x010E, 0x0131


def content_type(kept: str, asked: SaveAs) -> str:
    """The type that comes out of a picture of the type `kept`."""
    return kept if asked.format == "original" else _TYPES[asked.format]


def said(recipe: RecipeView) -> str:
    """The recipe as other programs read it: the prompt, then `Negative prompt:`, then `Steps: 4, Seed: 42, ...` (as
    AUTOMATIC1111's web UI writes it, which most viewers know)."""
    facts = {
        "Steps": recipe.steps,
        "CFG scale": recipe.guidance,
        "Seed": recipe.seed,
        "Size": f"{recipe.width}x{recipe.height}",
        "Model": recipe.model_name.replace(",", " "),
        "LoRA scale": recipe.lora_scale,
        "Denoising strength": recipe.strength,
    }
    lines = [recipe.prompt_sent]
    if recipe.negative_prompt:
        lines.append(f"Negative prompt: {recipe.negative_prompt}")
    lines.append(", ".join(f"{name}: {value}" for name, value in facts.items() if value is not None))
    return "\n".join(lines)


def convert(data: bytes, kept: str, asked: SaveAs, recipe: RecipeView) -> bytes:
    """`data` (of the type `kept`) in the format asked for; with the recipe in it, or with nothing in it but pixels and
    their colour profile. Raises OSError for what is no picture."""
    with Image.open(BytesIO(data), formats=["PNG", "JPEG", "WEBP"]) as opened:
        picture = ImageOps.exif_transpose(opened)
        profile = opened.info.get("icc_profile")
        kind = _FORMATS[content_type(kept, asked)]
        if kind == "jpeg" and picture.mode != "RGB":
            picture = picture.convert("RGB")
        picture.info.clear()  # what the vendor wrote there (a JPEG's comment) would go along by itself
        out = BytesIO()
        if kind == "png":
            words = PngInfo()
            if asked.recipe:
                words.add_itxt("parameters", said(recipe))
                words.add_itxt("photogen", json.dumps(facts(recipe), ensure_ascii=False))
            picture.save(out, "PNG", pnginfo=words, icc_profile=profile, compress_level=4)
        else:
            exif = Image.Exif()
            if asked.recipe:
                exif[_SOFTWARE] = "photogen"
                exif[_DESCRIPTION] = json.dumps(facts(recipe))  # ASCII, as this field wants it
                exif.get_ifd(_EXIF_IFD)[_USER_COMMENT] = b"UNICODE\0" + said(recipe).encode("utf-16-be")
            picture.save(out, kind.upper(), quality=QUALITY, icc_profile=profile, exif=exif)
        return out.getvalue()


def facts(recipe: RecipeView) -> dict[str, object]:
    """What photogen itself would need to make it again."""
    return {
        "prompt": recipe.prompt,
        "prompt_sent": recipe.prompt_sent,
        "negative_prompt": recipe.negative_prompt,
        "seed": recipe.seed,
        "model": recipe.model_key,
        "model_name": recipe.model_name,
        "vendor": recipe.vendor,
        "vendor_model": recipe.vendor_model,
        "style": recipe.style,
        "steps": recipe.steps,
        "guidance": recipe.guidance,
        "lora_scale": recipe.lora_scale,
        "aspect": recipe.aspect,
        "width": recipe.width,
        "height": recipe.height,
        "made": recipe.created_at.isoformat(),
    }
