"""The pages of docs/ and the READMEs: every command in them exists, and nothing that exists is left out."""

from __future__ import annotations

import dataclasses
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from graphkit_api.settings import Settings

from graphkit.case import load_case
from graphkit.cli.app import app
from graphkit.facts import Facts
from graphkit.gaps import KINDS
from graphkit.graph.evaluate import evaluate_case
from graphkit.graph.own_rules import check_cypher_rule
from graphkit.model.case import Cadence, Case, Measure, Policy, PolicyDocument, Stage
from graphkit.model.gap import Gap
from graphkit.model.tables import TABLES
from tests.docs.test_tutorial import DOCS, FENCE

ROOT = DOCS.parent
PAGES = sorted([*DOCS.glob("*.md"), *ROOT.glob("README*.md"), ROOT / "graphkit" / "data" / "cases" / "README.md"])
BY_HAND = [page for page in PAGES if page.name != "cli.md"]
LINK = re.compile(r"\]\(([^)\s]+)\)")
EACH = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@cache
def commands() -> dict[str, Any]:
    """Return every command by its words: "review accept" and so on."""

    def below(command: Any, words: str) -> Iterator[tuple[str, Any]]:
        if hasattr(command, "list_commands"):
            for name in command.list_commands(None):
                yield from below(command.get_command(None, name), f"{words} {name}".strip())
        else:
            yield words, command

    return dict(below(typer.main.get_command(app), ""))


def shown(page: Path) -> Iterator[list[str]]:
    """Yield the words of each graphkit command in the page's sh blocks."""
    for block in FENCE.finditer(page.read_text(encoding="utf-8")):
        for line in block["body"].splitlines() if block["kind"] == "sh" else []:
            for part in line.split("&&"):
                words = shlex.split(part, comments=True)
                if words and words[0].split("/")[-1] == "graphkit":
                    yield words[1:]


def command_of(words: list[str]) -> str | None:
    return next((name for n in (2, 1) if (name := " ".join(words[:n])) in commands()), None)


@EACH
def test_every_command_of_a_page_is_one_that_there_is(page: Path) -> None:
    for words in shown(page):
        name = command_of(words)
        assert name, f"{page.name}: graphkit {' '.join(words)}"
        options = {option for parameter in commands()[name].params for option in parameter.opts} | {"--help"}
        used = {word.partition("=")[0] for word in words if re.match(r"-{1,2}[a-z]", word)}
        assert used <= options, f"{page.name}: graphkit {' '.join(words)}"


def test_every_command_is_shown_in_a_page_that_was_written_by_hand() -> None:
    assert set(commands()) - {command_of(words) for page in BY_HAND for words in shown(page)} == set()


def test_no_help_has_brackets_which_a_terminal_would_take_for_colours() -> None:
    for name, command in commands().items():
        for told in (command.help, *(getattr(parameter, "help", None) for parameter in command.params)):
            assert "[" not in (told or ""), f"graphkit {name} --help: {told}"


def test_every_kind_of_gap_is_explained() -> None:
    assert re.findall(r"^## (\w+)$", (DOCS / "gaps.md").read_text(encoding="utf-8"), re.MULTILINE) == list(KINDS)


def test_every_setting_of_a_server_is_told_with_its_default() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\S*) \|", (DOCS / "settings.md").read_text(encoding="utf-8"), re.MULTILINE)
    told = {name: default.strip("`").replace(",", "") for name, default in rows}
    for setting in dataclasses.fields(Settings):
        default = setting.default
        if isinstance(default, (int, float)) and not isinstance(default, bool):
            assert float(told[setting.name]) == default
        else:
            assert told[setting.name] in ("–", "LOOPBACK", str(default))
    assert set(told) == {setting.name for setting in dataclasses.fields(Settings)}


def test_every_variable_of_the_environment_is_told_and_no_other() -> None:
    code = [*(ROOT / "graphkit").rglob("*.py"), *(ROOT / "api").rglob("*.py")]
    used = {name for path in code for name in re.findall(r"GRAPHKIT_[A-Z0-9_]+", path.read_text(encoding="utf-8"))}
    told = re.findall(r"^\| `(GRAPHKIT_\w+)`", (DOCS / "settings.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(told) == sorted(used)


def test_every_column_key_and_field_of_the_formats_is_told_and_no_other_column() -> None:
    page = (DOCS / "formats.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| (\w+) \| (\w+\*.*) \|$", page, re.MULTILINE))
    columns = {
        name: ", ".join([f"{one.name}{'*' * one.required}" for one in table.columns] + list(table.free))
        for name, table in TABLES.items()
    }
    assert told == columns
    keys = {
        field.alias or name
        for model in (Case, Cadence, Policy, PolicyDocument, Measure, Stage, Gap)
        for name, field in model.model_fields.items()
    }
    assert {key for key in keys if f"`{key}`" not in page and f"`{key}:" not in page} == set()


@EACH
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target) or target.startswith("/"):
            continue
        found = page.parent / path if path else page
        assert found.exists(), f"{page.name}: {target}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", found.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in slugs, f"{page.name}: {target}"


def test_the_index_names_every_page() -> None:
    listed = set(LINK.findall((DOCS / "README.md").read_text(encoding="utf-8")))
    there = {path.name for path in DOCS.iterdir() if path.is_file()} - {"README.md"}
    assert there <= listed, f"name in docs/README.md what is new: {there - listed}"


def test_the_rules_of_the_how_to_load_and_find_what_they_say(tmp_path: Path) -> None:
    case = tmp_path / "heating"
    for folder in ("policies", "tables", "rules"):
        (case / folder).mkdir(parents=True)
    for page in ("tutorial.md", "how-to.md"):
        for block in FENCE.finditer((DOCS / page).read_text(encoding="utf-8")):
            if block["file"]:
                (tmp_path / block["file"]).write_text(block["body"], encoding="utf-8")
    facts = Facts(tmp_path / "workspace", create=True)
    assert load_case(facts, case, check_cypher_rule).rejects == []
    found = evaluate_case(facts, "heating-2024")
    assert found.problems == []
    assert {gap.scope for gap in found.gaps(kind="own:one_hand")} == {"900101", "900102", "900103"}
    assert found.gaps(kind="own:paid_too_soon") == []


def test_the_two_readmes_show_the_same_commands_and_lead_to_each_other() -> None:
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md"))

    def lines(text: str) -> list[str]:
        found = [line.partition(" #")[0] for f in FENCE.finditer(text) for line in f["body"].splitlines()]
        return [re.sub(r" --lang \w+", "", line).strip() for line in found]

    assert lines(english) == lines(chinese)
    assert english.count("\n## ") == chinese.count("\n## ")
    assert "(README.zh.md)" in english
    assert "(README.md)" in chinese
