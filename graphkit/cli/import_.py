"""`graphkit import`: files of open-data standards into a case."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from graphkit.cli.imported import bring_in
from graphkit.cli.options import DEFAULT_WORKSPACE, Lang, Workspace, language
from graphkit.model.errors import UsageError
from graphkit.standards import import_ftm, import_iati, import_ocds


class Standard(StrEnum):
    """A standard whose files can be imported."""

    IATI = "iati"
    OCDS = "ocds"
    FTM = "ftm"


_IMPORTS = {Standard.IATI: import_iati, Standard.OCDS: import_ocds, Standard.FTM: import_ftm}


def import_(
    standard: Annotated[
        Standard, typer.Argument(help="iati (activity XML), ocds (releases, records), ftm (entities).")
    ],
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="Files of the standard; together they are one case.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the case folder here, instead of loading it into the workspace.")
    ] = None,
    case: Annotated[
        str | None, typer.Option("--case", help="What to call the case; by default after the first file.")
    ] = None,
    workspace: Workspace = DEFAULT_WORKSPACE,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    lang: Lang = None,
) -> None:
    """Import files of a standard; say of everything they hold whether it was used, kept as attributes, or rejected."""
    if format not in ("table", "json"):
        raise UsageError(f"--format {format}: there are table and json")
    lost = next((path for path in files if not path.is_file()), None)
    if lost is not None:
        raise UsageError(f"{lost}: no such file")
    bring_in(lambda folder: _IMPORTS[standard](files, folder, case_id=case), out, workspace, format, language(lang))
