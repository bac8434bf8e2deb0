"""What the code imports is what pyproject.toml names: nothing is used that only came along with something else."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OURS = {"photogen", "worker", "tests", "bench", "alembic"}  # alembic: our folder hides the package, which is named


def _name(requirement: str) -> str:
    """`pyvips[binary]>=2` -> "pyvips"."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=;! ]", requirement)[0]).lower()


def _imported(folders: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Top-level packages of others, each with the file that imports it."""
    for file in sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            else:
                continue
            for top in {name.partition(".")[0] for name in names} - OURS - sys.stdlib_module_names:
                yield top, str(file.relative_to(ROOT))


def _unnamed(folders: tuple[str, ...], named: set[str]) -> dict[str, str]:
    homes = packages_distributions()
    return {
        top: file
        for top, file in _imported(folders)
        if not named & {_name(distribution) for distribution in homes.get(top, (top,))}
    }


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_the_product_imports_only_what_it_depends_on() -> None:
    named = {_name(requirement) for requirement in _project()["project"]["dependencies"]}
    assert _unnamed(("photogen", "worker", "alembic"), named) == {}
    assert "starlette" in _unnamed(("photogen",), named - {"starlette"})


def test_tests_and_bench_import_only_what_the_development_group_adds() -> None:
    project = _project()
    named = {_name(r) for r in [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]}
    assert _unnamed(("tests", "bench"), named) == {}
