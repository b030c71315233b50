"""Writes the reference: `python scripts/make_reference.py`.

That is docs/gaps.md from the rules' headers, docs/cli.md from the commands, docs/model.md and cypher/schema from the
graph's model, and docs/cypher.md from the headers of the library's queries. Tests hold all of them to their origins.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import typer

from graphkit.cli.app import app
from graphkit.gaps import rules
from graphkit.graph.schema import schema_files
from graphkit.model.case import THRESHOLDS
from graphkit.model.gap import CATEGORY_ZH

DOCS = Path(__file__).parent.parent / "docs"


def gaps_page() -> str:
    """Return docs/gaps.md: every kind of gap, what it finds, how grave it is, and how it says so."""
    lines = [
        "# The kinds of gaps",
        "",
        "Written by `scripts/make_reference.py` from the rules in `graphkit/gaps/rules`.",
        "`graphkit gaps --kinds` says the same.",
        "They are found in what [a case](formats.md) holds; as JSON they look [like this](formats.md#a-gap-as-json).",
        "",
        "Thresholds, with their defaults: "
        + ", ".join(f"`{name}` {value.normalize():f}" for name, value in THRESHOLDS.items())
        + ". A case sets its own in `case.yaml`; `graphkit gaps --threshold NAME=NUMBER` overrides them for one look.",
        "",
    ]
    for rule in rules().values():
        thresholds = f"; thresholds: {', '.join(f'`{one}`' for one in rule.thresholds)}" if rule.thresholds else ""
        lines += [
            f"## {rule.id}",
            "",
            f"**{rule.title.zh} · {rule.title.en}** "
            f"({CATEGORY_ZH[rule.category]} {rule.category}, {rule.severity}{thresholds}; revision {rule.revision})",
            "",
            rule.finds.zh,
            "",
            rule.finds.en,
            "",
            f"> {rule.explanation.zh}",
            ">",
            f"> {rule.explanation.en}",
            "",
        ]
    return "\n".join(lines)


def cli_page() -> str:
    """Return docs/cli.md: every command with its arguments and options."""
    root = typer.main.get_command(app)
    lines = [
        "# The command line",
        "",
        "Written by `scripts/make_reference.py` from the commands; `graphkit COMMAND --help` says the same.",
        "Exit status: 0 done, 1 the input has errors, 2 wrong usage, 3 the store cannot be reached or is locked, "
        "4 refused.",
        "Every command takes `--workspace`, `--graph`, `--case` and `--lang`; "
        "those that its table leaves out change nothing.",
        "",
    ]
    lines += _commands(root, "graphkit")
    return "\n".join(lines)


def _commands(command: Any, path: str) -> list[str]:
    if hasattr(command, "list_commands"):
        names = command.list_commands(None)
        return [line for name in names for line in _commands(command.get_command(None, name), f"{path} {name}")]
    lines = [f"## {path}", "", (command.help or "").strip(), ""]
    rows = []
    for parameter in command.params:
        names = (
            ", ".join(parameter.opts)
            if parameter.param_type_name == "option"
            else parameter.metavar or parameter.name.upper()
        )
        default = parameter.default
        shown = "" if default is None or default is False or callable(default) or parameter.required else f"`{default}`"
        rows.append(f"| `{names}` | {(getattr(parameter, 'help', None) or '').replace('|', '/')} | {shown} |")
    return lines + (["| option | meaning | default |", "|---|---|---|", *rows, ""] if rows else [])


def main() -> None:
    """Write the pages, the drawing, and cypher/schema."""
    sys.path.append(str(DOCS.parent))  # it is run as a file
    from scripts.cypher_page import cypher_page  # noqa: PLC0415
    from scripts.model_diagram import diagram  # noqa: PLC0415
    from scripts.model_page import model_page  # noqa: PLC0415

    pages = {"gaps.md": gaps_page(), "cli.md": cli_page(), "model.md": model_page(), "cypher.md": cypher_page()}
    for name, text in {**pages, "images/model.svg": diagram()}.items():
        (DOCS / name).write_text(text, encoding="utf-8")
    for name, text in schema_files().items():
        (DOCS.parent / "cypher" / "schema" / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
