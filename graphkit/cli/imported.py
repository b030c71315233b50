"""What `import` and `map` share: a case folder made of other files is kept, or loaded at once; its account is shown."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from graphkit.case import LoadResult, load_case
from graphkit.case.rejects import things_wrong
from graphkit.cli.output import tell_warning
from graphkit.facts import Facts
from graphkit.standards import ImportResult

_SHOWN = 200
_BY_DESIGN = "not named by the contract; kept as attributes"


def bring_in(make: Callable[[Path], ImportResult], out: Path | None, workspace: Path, format: str, lang: str) -> None:
    """Make a case folder at `out`; without one, make it in passing and load it into the workspace.

    Ends with exit status 1 when something was rejected, by the import or by the load.
    """
    if out is not None:
        _finish(make(out), None, out, format, lang)
        return
    facts = Facts(workspace, create=True)
    with tempfile.TemporaryDirectory(dir=workspace, prefix=".import-") as scratch:
        made = make(Path(scratch) / "case")
        loaded = load_case(facts, made.folder, lang=lang)
    _finish(made, loaded, None, format, lang)


def _finish(made: ImportResult, loaded: LoadResult | None, out: Path | None, format: str, lang: str) -> None:
    rejects = made.account.rejects
    warnings = list(made.warnings)
    _tell([one.text(lang) for one in rejects], lang)
    if loaded is not None:
        _tell([one.line(lang) for one in things_wrong(loaded.rejects)], lang)
        loaded.warnings = [one for one in loaded.warnings if not one.endswith(_BY_DESIGN)]
        warnings += loaded.warnings
    for warning in warnings[:_SHOWN]:
        tell_warning(warning, lang)
    if format == "json":
        typer.echo(json.dumps(_as_json(made, loaded, out), ensure_ascii=False, indent=2))
    else:
        for line in made.account.lines(lang):
            typer.echo(line)
        typer.echo(_summary(made, loaded, out, lang))
    if rejects or (loaded is not None and loaded.rejects):
        raise typer.Exit(1)


def _tell(lines: list[str], lang: str) -> None:
    for line in lines[:_SHOWN]:
        sys.stderr.write(f"{line}\n")
    if len(lines) > _SHOWN:
        more = len(lines) - _SHOWN
        sys.stderr.write(f"……另有 {more} 条\n" if lang == "zh" else f"… and {more} more\n")


def _as_json(made: ImportResult, loaded: LoadResult | None, out: Path | None) -> dict[str, Any]:
    return {
        "case": made.case_id,
        "folder": str(out) if out else None,
        "account": made.account.as_json(),
        "loaded": loaded.loaded if loaded else None,
        "rejected": len(made.account.rejects) + (loaded.rejected if loaded else 0),
        "rejects_file": str(loaded.rejects_file) if loaded and loaded.rejects_file else None,
        "warnings": [*made.warnings, *(loaded.warnings if loaded else [])],
    }


def _summary(made: ImportResult, loaded: LoadResult | None, out: Path | None, lang: str) -> str:
    if loaded is None:
        return f"{made.case_id}：案例文件夹 {out}" if lang == "zh" else f"{made.case_id}: case folder {out}"
    rows = sum(loaded.loaded.values())
    return f"{made.case_id}：已载入 {rows} 行" if lang == "zh" else f"{made.case_id}: loaded {rows} rows"
