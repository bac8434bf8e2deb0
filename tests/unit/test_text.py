"""Every sentence that people see is in the catalogues, whole; and amounts and days are written as the language does."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from photogen.kit.text import day, dollars, language, languages, month, number, percent, plural, short_day, t, within

PHOTOGEN = Path(__file__).resolve().parents[2] / "photogen"
OPERATORS = (
    "__main__.py", "bootstrap/", "db/", "kit/guard.py", "kit/thumbhash.py", "models/", "runtime/",
    "sandbox/", "settings.py", "web/portable.py",
)  # fmt: skip
"""What speaks to who runs photogen, in English: the command line, the doctor, the logs, the sandbox."""
SPEAKING = {"t", "plural", "mark"}
FINDINGS = {"good", "warning", "failed", "tried"}
"""What the doctor found: English, too."""
_VERDICTS = {"Not ready"}  # keys, which the pages translate
NOT_TRANSLATED = {
    "domain/photosets/readiness.py": _VERDICTS,
    "domain/photosets/views.py": _VERDICTS,
    "web/components/photo_words.py": _VERDICTS,
    "web/pages/photos/state.py": _VERDICTS,
    "domain/gallery/downloads/imaging.py": {"Denoising strength", "Negative prompt: "},  # names in a picture's metadata
    "gateways/hub/huggingface.py": {"Publish the weights"},  # a commit's message at the hub
    "gateways/images/nebius.py": {"Make a key at tokenfactory.nebius.com"},  # for the doctor, as the next ones
    "gateways/images/replicate.py": {"Make a token at replicate.com/account/api-tokens"},
    "gateways/images/together.py": {"Make a key at api.together.ai/settings/api-keys"},
    "gateways/queue/rq.py": {
        "Look at the server of REDIS_URL: its rights, its memory, whether it is a read-only replica.",
    },
    "gateways/storage/s3.py": {
        (
            "The key of S3_ACCESS_KEY_ID needs the rights to get, put, delete and list objects in S3_BUCKET; "
            "S3_ENDPOINT_URL and S3_REGION have to be those of the bucket."
        ),
    },
    "gateways/trainers/replicate.py": {
        "LoRAs trained by photogen. Weights are copied from here and then deleted.",  # the description of a model there
    },
}

Key = tuple[str, str | None]


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def sentences(source: str) -> Iterator[Key]:
    """What `source` puts into the catalogue; a plural with its second form."""
    for node in ast.walk(ast.parse(source)):
        match _called(node), getattr(node, "args", []):
            case (("t" | "mark"), [first, *_]) if (text := _literal(first)) is not None:
                yield text, None
            case "plural", [_, one, many, *_] if (text := _literal(one)) is not None:
                yield text, _literal(many)


def silent(source: str) -> Iterator[tuple[str, str]]:
    """Literals that read like a sentence and are given to nobody who translates: where they are, and the text."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        text = _literal(node) if isinstance(node, ast.Constant) else None
        if text is None or isinstance(parents[node], ast.Expr) or not _reads_like_a_sentence(text):
            continue
        above, spoken = parents.get(node), False
        while above is not None and not isinstance(above, ast.FunctionDef | ast.ClassDef):
            spoken |= _called(above) in SPEAKING | FINDINGS or "log" in ast.unparse(
                getattr(above, "func", ast.Constant(""))
            )
            above = parents.get(above)
        if not spoken:
            yield f"{node.lineno}: {text[:60]}", text


def _reads_like_a_sentence(text: str) -> bool:
    return bool(re.match(r"[A-Z“][a-z’']+ [a-z]", text)) or bool(re.search(r"[a-z]{2,} [a-z]{2,}.*[.?]$", text))


def _code(skip: tuple[str, ...] = ()) -> Iterator[Path]:
    for file in sorted(PHOTOGEN.rglob("*.py")):
        if not file.relative_to(PHOTOGEN).as_posix().startswith(skip or ("\0",)):
            yield file


def _catalogue(tag: str) -> Catalog:
    with (PHOTOGEN / "locales" / f"{tag}.po").open("rb") as file:
        return read_po(file, locale=tag.replace("-", "_"))


def _messages(tag: str) -> list[Message]:
    return [message for message in _catalogue(tag) if message.id]


def _fields(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


TRANSLATED = languages()[1:]


def test_there_is_german() -> None:
    assert "de" in TRANSLATED


def test_nothing_that_reads_like_a_sentence_is_said_past_the_catalogue() -> None:
    found = {}
    for file in _code(OPERATORS):
        name = file.relative_to(PHOTOGEN).as_posix()
        left = [line for line, text in silent(file.read_text()) if text not in NOT_TRANSLATED.get(name, ())]
        found |= {name: left} if left else {}
    assert found == {}


def test_a_sentence_that_is_said_past_the_catalogue_is_found() -> None:
    found = list(silent('def f():\n    raise Invalid("This is not a picture.")'))
    assert found == [("2: This is not a picture.", "This is not a picture.")]
    assert not list(silent('def f():\n    """This is what it does."""\n    raise Invalid(t("This is not a picture."))'))


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_catalogue_has_every_sentence_and_no_other(tag: str) -> None:
    said = {key for file in _code() for key in sentences(file.read_text())}
    plurals = {one for one, many in said if many is not None}
    said = {key for key in said if key[1] is not None or key[0] not in plurals}
    held = {message.id if isinstance(message.id, tuple) else (message.id, None) for message in _messages(tag)}
    assert (said - held, held - said) == (set(), set()), "make words"


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_catalogue_is_translated_to_its_end_with_the_same_values_in_each_sentence(tag: str) -> None:
    wrong = []
    for message in _messages(tag):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        for place, string in enumerate(strings):
            source = ids[min(place, len(ids) - 1)]
            alike = set(_fields(string)) - {"n"} == set(_fields(source)) - {"n"} if len(ids) > 1 else (
                _fields(string) == _fields(source)
            )  # fmt: skip
            edges = (string[:1] == " ", string[-1:] == " ") == (source[:1] == " ", source[-1:] == " ")
            if not string or message.fuzzy or not alike or not edges:
                wrong.append((source, string))
    assert wrong == []


def test_english_is_spoken_where_nothing_else_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PHOTOGEN_LANGUAGE", raising=False)
    moment = datetime(2026, 12, 24, 23, 0, tzinfo=UTC)
    assert (language(), t("Gallery"), plural(1, "{n} photo", "{n} photos")) == ("en", "Gallery", "1 photo")
    assert plural(1234, "{n} photo", "{n} photos") == "1,234 photos"
    assert (dollars(2000), dollars(7920), dollars(-150), dollars(1.25, 4)) == ("$20", "$79.20", "-$1.50", "$0.0125")
    assert (number(1234567), number(0.2525, 3), percent(0.125, 1)) == ("1,234,567", "0.253", "12.5%")
    assert (day(moment), day(None), month(2026, 12)) == ("24 December 2026", "", "December 2026")
    assert (short_day(date(2026, 12, 24)), within("Version 2")) == ("24 Dec", "version 2")


def test_german_is_spoken_where_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOTOGEN_LANGUAGE", "de")
    assert (t("Gallery"), plural(1, "{n} photo", "{n} photos")) == ("Galerie", "1 Foto")
    assert plural(1234, "{n} photo", "{n} photos") == "1.234 Fotos"
    assert (dollars(2000), dollars(7920)) == ("20\N{NO-BREAK SPACE}$", "79,20\N{NO-BREAK SPACE}$")
    assert (number(1234567), percent(0.125, 1)) == ("1.234.567", "12,5\N{NO-BREAK SPACE}%")
    assert day(datetime(2026, 12, 24, tzinfo=UTC)) == "24. Dezember 2026"
    assert (month(2026, 12), short_day(date(2026, 12, 24))) == ("Dezember 2026", "24. Dez.")
    assert within("Version 2") == "Version 2"


def test_a_language_without_a_catalogue_is_english_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOTOGEN_LANGUAGE", "fr")
    assert t("Gallery") == "Gallery"
