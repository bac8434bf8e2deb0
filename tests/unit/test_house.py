"""The house's own rules, held over the syntax tree, and that the two lists of pinned packages agree."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "photogen" / "web"


def _python(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*.py") if "__pycache__" not in file.parts)


def _name(node: ast.expr) -> str:
    """`rx.event(background=True)` -> "rx.event"."""
    return ast.unparse(node.func if isinstance(node, ast.Call) else node)


def _states(tree: ast.Module) -> Iterator[ast.ClassDef]:
    """Classes that derive from rx.State, directly or through a class of the same file whose name says so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(
            re.search(r"(^|\.)\w*State$", ast.unparse(base)) for base in node.bases
        ):
            yield node


def unguarded_methods(source: str) -> list[str]:
    """Public methods of States that anybody's socket could call without a policy: `Class.method: what is missing`."""
    wrong = []
    for state in _states(ast.parse(source)):
        for method in state.body:
            if not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) or method.name.startswith("_"):
                continue
            decorators = [_name(d) for d in method.decorator_list]
            if decorators and decorators[0] in {"rx.var", "rx.cached_var", "property", "classmethod", "staticmethod"}:
                continue
            if "rx.event" not in decorators:
                wrong.append(f"{state.name}.{method.name}: no @rx.event")
            elif "allow" not in decorators[decorators.index("rx.event") + 1 :]:
                wrong.append(f"{state.name}.{method.name}: no @allow(...) below @rx.event")
    return wrong


def commits(source: str) -> list[int]:
    """Lines that call a `commit`."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]


def test_every_public_method_of_a_state_is_an_event_with_a_policy() -> None:
    wrong = {
        str(file.relative_to(ROOT)): found for file in _python(WEB) if (found := unguarded_methods(file.read_text()))
    }

    assert wrong == {}


@pytest.mark.parametrize(
    ("method", "complaint"),
    [
        ("def go(self): ...", "no @rx.event"),
        ("async def go(self): ...", "no @rx.event"),
        ("@rx.event\n    def go(self): ...", "no @allow"),
        ("@rx.event(background=True)\n    async def go(self): ...", "no @allow"),
        ("@allow('user')\n    @rx.event\n    def go(self): ...", "no @allow"),
        ("@rx.event\n    @allow('user')\n    def go(self): ...", None),
        ("@rx.event(background=True)\n    @allow('public')\n    async def go(self): ...", None),
        ("def _go(self): ...", None),
        ("@rx.var\n    def go(self) -> int: ...", None),
    ],
)
def test_the_check_of_states_sees_what_it_should(method: str, complaint: str | None) -> None:
    found = unguarded_methods(f"class Page(rx.State):\n    {method}\n")

    assert [complaint in line for line in found] == ([True] if complaint else [])


def test_only_the_unit_of_work_commits() -> None:
    found = {
        str(file.relative_to(ROOT)): lines
        for folder in ("photogen", "worker")
        for file in _python(ROOT / folder)
        if file.relative_to(ROOT).parts[:2] != ("photogen", "sandbox") and (lines := commits(file.read_text()))
    }

    assert list(found) == ["photogen/db/uow.py"]


def test_the_check_of_commits_sees_a_commit() -> None:
    assert commits("with s:\n    s.connection().commit()") == [2]


def _pins(file: Path) -> dict[str, str]:
    pin = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^ ;\\]+)")
    return {m[1].lower(): m[2] for line in file.read_text().splitlines() if (m := pin.match(line))}


def test_the_tests_use_the_very_versions_that_run() -> None:
    ours, tests = _pins(ROOT / "requirements.txt"), _pins(ROOT / "tests" / "requirements.txt")

    assert len(ours) > 50
    assert {name: version for name, version in ours.items() if tests.get(name) != version} == {}


@pytest.mark.parametrize("file", ["requirements.txt", "tests/requirements.txt"])
def test_every_pin_has_its_hashes(file: str) -> None:
    text = re.sub(r"\\\n\s*", "", (ROOT / file).read_text())

    assert [
        line for line in text.splitlines() if "==" in line and "#" not in line[:1] and "--hash=sha256:" not in line
    ] == []
