"""The tutorial, done as it is written: files made, commands run in their order, and what it says comes out."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import Done, graphkit

DOCS = Path(__file__).parents[2] / "docs"
BIN = Path(sys.executable).parent
FENCE = re.compile(
    r"(?:^\*\*(?P<file>[\w./-]+)\*\*\n\n)?^```(?P<kind>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)


def parts(page: Path) -> Iterator[tuple[str, str]]:
    """Yield what a reader does, in order: ("sh", command line), or (a file's path, its content)."""
    for found in FENCE.finditer(page.read_text(encoding="utf-8")):
        if found["kind"] == "sh":
            yield from (("sh", line) for line in found["body"].splitlines() if line.strip())
        else:
            assert found["file"], f"a block that is neither sh nor a file: {found['body'][:60]}"
            yield found["file"], found["body"]


def in_a_shell(command: str, folder: Path) -> Done:
    environment = {"PATH": f"{BIN}{os.pathsep}/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(folder)}
    ran = subprocess.run(
        ["bash", "-c", command], cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False,
        env=environment,
    )  # fmt: skip
    return Done(ran.returncode, ran.stdout, ran.stderr)


def in_this_process(command: str, folder: Path) -> Done:
    """Run a command that is graphkit's own here; whatever needs a shell needs one."""
    program, *words = shlex.split(command)
    assert not {"|", ">", "&&", ";"} & set(words), command
    return graphkit(*words, folder=folder) if program == "graphkit" else in_a_shell(command, folder)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """Do the tutorial; return each command with what it printed."""
    folder = tmp_path_factory.mktemp("tutorial")
    done = []
    for what, text in parts(DOCS / "tutorial.md"):
        if what != "sh":
            (folder / what).write_text(text, encoding="utf-8")
            continue
        command, _, status = text.partition("   # exit ")
        ran = in_a_shell(command, folder) if not done else in_this_process(command, folder)
        assert ran.returncode == int(status or 0), f"{command}\n{ran.stdout}\n{ran.stderr}"
        assert "Traceback" not in ran.stderr
        done.append((command, ran.stdout + ran.stderr))
    assert {"report.docx", "report.html", "chain.html"} <= {path.name for path in folder.iterdir()}
    return done


def printed(said: list[tuple[str, str]], beginning: str, number: int = 0) -> str:
    return [text for command, text in said if command.startswith(beginning)][number]


def test_the_first_gap_of_the_demo_is_the_one_that_is_told(said: list[tuple[str, str]]) -> None:
    first = printed(said, "graphkit demo")
    assert re.search(r"1\s+Blockage Overdue step.*临汾市财政局.*15\s+36,761", first)
    assert "gap-7d9588699d255c88" in first


def test_an_empty_record_gives_one_root_and_says_that_nobody_stated_what_was_looked_at(
    said: list[tuple[str, str]],
) -> None:
    shown = printed(said, "graphkit gaps --lang en")
    assert re.search(r"Missing step.*\n?.*North City.*\b6\b", shown)
    assert "looked at" in shown


def test_the_bad_row_is_named_with_its_place(said: list[tuple[str, str]]) -> None:
    shown = printed(said, "graphkit load heating", 1)
    assert "events.csv" in shown
    assert "2024-13-02" in shown
    assert " on" in shown


def test_the_gaps_after_the_correction_are_those_that_are_told(said: list[tuple[str, str]]) -> None:
    for number in (1, 2):
        shown = printed(said, "graphkit gaps --lang en", number)
        assert re.search(r"Missing step.*Mill County", shown)
        assert re.search(r"Missing step.*Lake County", shown)
        assert re.search(r"Late step.*Lake County", shown)
        assert "Unsupported step" in shown
        assert "Hill County  " not in re.sub(r"Unsupported.*", "", shown)


def test_the_gap_of_the_own_case_is_explained_by_the_id_in_the_list(said: list[tuple[str, str]]) -> None:
    assert "gap-bc2daffb89b1b393" in printed(said, "graphkit gaps --lang en", 1)
    assert "Mill County" in printed(said, "graphkit explain gap-bc2daffb89b1b393")


def test_the_follow_up_is_a_gap_of_its_own(said: list[tuple[str, str]]) -> None:
    assert "F-1" in printed(said, "graphkit findings")
    assert "Instruction not followed" in printed(said, "graphkit gaps --kind instruction_not_followed")
