"""`graphkit map`: any sheet into a case by a mapping, and a mapping proposed from a sheet's headers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from graphkit.cli.imported import bring_in
from graphkit.cli.options import DEFAULT_WORKSPACE, Lang, Workspace, language
from graphkit.model.errors import InputError, UsageError
from graphkit.standards.mapping import Mapping, bundled, bundled_mapping, read_mapping, run_mapping, suggest


def map_(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE…", help="CSV, Excel or JSON files, or folders of them.")
    ] = None,
    mapping: Annotated[
        str | None,
        typer.Option("--mapping", "-m", help="The mapping: a YAML file, or the name of one of graphkit's own."),
    ] = None,
    propose: Annotated[bool, typer.Option("--suggest", help="Propose a mapping from the headers of one file.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List graphkit's own mappings.")] = False,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the mapping (may be repeated)."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Write the case folder (or the proposed mapping) here, instead of loading (or printing) it."
        ),
    ] = None,
    workspace: Workspace = DEFAULT_WORKSPACE,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    lang: Lang = None,
) -> None:
    """Map sheets into a case; every row of theirs is used, kept as attributes, or rejected with its place."""
    if format not in ("table", "json"):
        raise UsageError(f"--format {format}: there are table and json")
    if listed:
        _list(format)
        return
    if not files:
        raise UsageError("name at least one file")
    lost = next((path for path in files if not path.exists()), None)
    if lost is not None:
        raise UsageError(f"{lost}: no such file")
    if propose:
        _propose(files, out, format)
        return
    if mapping is None:
        raise UsageError(
            "name a mapping with --mapping FILE; graphkit map --suggest FILE proposes one, --list shows graphkit's own"
        )
    chosen = _chosen(mapping)
    given = dict(_pair(text) for text in values or [])
    bring_in(lambda folder: run_mapping(chosen, files, folder, given), out, workspace, format, language(lang))


def _chosen(mapping: str) -> Mapping:
    path = Path(mapping)
    return read_mapping(path) if path.is_file() or path.suffix in (".yaml", ".yml") else bundled_mapping(mapping)


def _pair(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found or not name.strip():
        raise UsageError(f"--set {text}: must be NAME=VALUE, such as found_on=2020-06-30")
    return name.strip(), value.strip()


def _list(format: str) -> None:
    if format == "json":
        typer.echo(json.dumps(bundled(), ensure_ascii=False, indent=2))
        return
    for name, description in bundled().items():
        typer.echo(f"{name}  {description}")


def _propose(files: list[Path], out: Path | None, format: str) -> None:
    if len(files) != 1 or not files[0].is_file():
        raise UsageError("--suggest takes one file")
    proposal = suggest(files[0])
    if out is not None:
        if out.exists():
            raise UsageError(f"{out}: exists already; name another file with --out")
        try:
            out.write_text(proposal.text, encoding="utf-8")
        except OSError as error:
            raise InputError(f"{out}: cannot be written: {error.strerror}") from None
    if format == "json":
        told = {"mapping": proposal.text, "taken": proposal.taken, "kept": proposal.kept}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    elif out is None:
        typer.echo(proposal.text, nl=False)
