"""What the wheel carries: every package of the tree is named in pyproject.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_package_is_in_the_wheel() -> None:
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    folders = {folder: name for name, folder in setuptools["package-dir"].items()}
    there = set()
    for folder, name in folders.items():
        for file in (ROOT / folder).rglob("__init__.py"):
            there.add(".".join([name, *file.parent.relative_to(ROOT / folder).parts]))
    assert there == set(setuptools["packages"])
