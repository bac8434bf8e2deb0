"""The pages of share links as HTML, with their style sheet. Everything that is filled in is escaped."""

from __future__ import annotations

import functools
import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from reflex.utils import prerequisites

from photogen.domain.gallery import RecipeView
from photogen.domain.shares import SharedList, SharedPicture
from photogen.domain.shares.views import SharedOne
from photogen.kit import thumbhash
from photogen.web import theme
from photogen.web.text import language, plural, t

_HERE = Path(__file__).parent
_THUMBNAIL = 1024
SCRIPT = (_HERE / "shared.js").read_bytes()


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and the policy that its own style needs."""

    html: str
    policy: str


@dataclass(frozen=True, slots=True)
class Head:
    """What programs show where the address was pasted; absolute addresses, `image` "" for none."""

    title: str
    description: str
    url: str
    image: str = ""
    width: int = 0
    height: int = 0


@functools.lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@functools.lru_cache(maxsize=1)
def stylesheet() -> bytes:
    """Tokens and font of the studio, and the little that these pages need beside them."""
    assets = prerequisites.get_web_dir() / "build" / "client" / "assets"
    font = next(iter(sorted(assets.glob("geist-latin-wght-normal-*.woff2"))), None)
    face = theme.font_face(f"/assets/{font.name}") if font else ""
    return "\n".join([face, theme.properties(), (_HERE / "shared.css").read_text(encoding="utf-8")]).encode()


def version(content: bytes) -> str:
    """Stands behind a file's address: what it names never changes."""
    return hashlib.blake2s(content, digest_size=6).hexdigest()


def _fitted(picture: SharedPicture, side: int = _THUMBNAIL) -> tuple[int, int]:
    """Width and height of its thumbnail of that longest side."""
    scale = min(1.0, side / max(picture.width, picture.height))
    return max(1, round(picture.width * scale)), max(1, round(picture.height * scale))


def _shown(picture: SharedPicture, at: str, number: int, found: SharedList | SharedOne) -> dict[str, Any]:
    """A picture for a template. Without its recipe it is named by its number alone, which is 0 where nobody counted."""
    width, height = _fitted(picture)
    recipe, alone = picture.recipe, t("A shared picture")
    if found.total > 1 and number:
        alone = t("Picture {n} of {total}", n=number, total=_total(found))
    small = _fitted(picture, 512)[0]
    address = f"{at}/{picture.id}"
    return {
        "id": picture.id,
        "alt": (recipe.prompt_drawn or recipe.prompt)[:300] if recipe else alone,
        "page": address,
        "small": f"{address}/512",
        "large": f"{address}/1024",
        "sizes": f"{address}/512 {small}w, {address}/1024 {width}w",
        "save": f"{address}/download",
        "width": width,
        "height": height,
        "ratio": round(picture.width / picture.height, 4),
        "colour": thumbhash.average(picture.thumbhash) if picture.thumbhash else "var(--raised)",
    }


def _total(found: SharedList | SharedOne) -> str:
    return f"{found.total}+" if found.more else str(found.total)


def count_of(found: SharedList | SharedOne) -> str:
    """ "3 pictures", "2000+ pictures"."""
    return t("{n} pictures", n=_total(found)) if found.more else plural(found.total, "{n} picture", "{n} pictures")


def head_of(found: SharedList | SharedOne, cover: SharedPicture | None, address: str, at: str) -> Head:
    """What is said of a link where its address is pasted: nothing of the recipe, shared or not."""
    count, title = count_of(found), found.title
    if cover is None:
        return Head(title or count, t("Shared with photogen"), address + at)
    width, height = _fitted(cover)
    name = title or (t("A shared picture") if found.total == 1 else count)
    about = t("{count}, shared with photogen", count=count) if title else t("Shared with photogen")
    return Head(name, about, address + at, f"{address}{at}/preview.jpg", width, height)


def list_page(found: SharedList, *, at: str, address: str, first: int, scheme: str) -> Page:
    """An album, or several pictures; `at` is the link's path, `first` the number of the first picture here."""
    items = [_shown(p, at, first + n, found) for n, p in enumerate(found.items)]
    following = f"{at}?after={found.next_cursor}&from={first + len(items)}" if found.next_cursor else ""
    return _page(
        "list.html",
        head_of(found, found.cover, address, at),
        scheme,
        items=items,
        title=found.title or count_of(found),
        count=count_of(found) if found.title else "",
        few=found.total <= 6,
        following=following,
        archive=f"{at}/pictures.zip" if found.downloads and items else "",
        words={
            "download": t("Download all"),
            "more": t("More pictures"),
            "empty": t("There is nothing in this album at the moment."),
        },
    )


def one_page(found: SharedOne, *, at: str, address: str, alone: bool, scheme: str) -> Page:
    """One picture, large. `alone` where it is all that the link shows."""
    picture = found.picture
    shown = _shown(picture, at, found.number, found)
    where = at if alone else f"{at}/{picture.id}"
    head = head_of(found, picture, address, at)
    return _page(
        "one.html",
        Head(head.title, head.description, address + where, head.image, head.width, head.height),
        scheme,
        items=[shown],
        picture=shown,
        alone=alone,
        back=at,
        title=found.title or count_of(found),
        position=t("{n} of {total}", n=found.number, total=_total(found)) if found.number else "",
        previous=f"{at}/{found.previous}" if found.previous else "",
        next=f"{at}/{found.next}" if found.next else "",
        downloads=found.downloads,
        facts=_facts(picture.recipe) if picture.recipe else [],
        words={
            "previous": t("Previous picture"),
            "next": t("Next picture"),
            "recipe": t("Recipe"),
            "download": t("Download"),
            "heading": t("A shared picture"),
        },
    )


def none_page(sentence: str, code: str, *, title: str, advice: str, address: str, scheme: str) -> Page:
    """What is said where a link does not work."""
    head = Head(title, t("Shared with photogen"), address)
    return _page("none.html", head, scheme, items=[], title=title, sentence=sentence, advice=advice, code=code)


def _facts(recipe: RecipeView) -> list[tuple[str, str]]:
    facts = [
        (t("Prompt"), recipe.prompt_drawn or recipe.prompt),
        (t("Negative prompt"), recipe.negative_prompt),
        (t("Model"), recipe.model_name),
        (t("Style"), recipe.style),
        (t("Seed"), recipe.seed),
        (t("Size"), f"{recipe.width} \u00d7 {recipe.height}"),
        (t("Steps"), recipe.steps),
        (t("Guidance"), recipe.guidance),
        (t("LoRA scale"), recipe.lora_scale),
        (t("Strength"), recipe.strength),
    ]
    return [
        (name, f"{value:g}" if isinstance(value, float) else str(value))
        for name, value in facts
        if value != "" and value is not None
    ]


def _page(template: str, head: Head, scheme: str, **values: Any) -> Page:
    nonce = secrets.token_urlsafe(16)
    html = _templates().get_template(template).render(
        lang=language(),
        scheme=scheme,
        nonce=nonce,
        head=head,
        style=f"/s/style.css?v={version(stylesheet())}",
        script=f"/s/keys.js?v={version(SCRIPT)}",
        foot=t("A photo studio that its owner hosts."),
        skip=t("Skip to content"),
        **values,
    )  # fmt: skip
    policy = (
        f"default-src 'none'; img-src 'self'; style-src 'self' 'nonce-{nonce}'; script-src 'self'; font-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Page(html, policy)
