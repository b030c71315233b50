"""`graphkit review`: a named person accepts, corrects or rejects candidate facts; only accepted ones count."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from graphkit.cli.options import DEFAULT_WORKSPACE, CaseId, Lang, Workspace, language, one_case
from graphkit.cli.output import print_table
from graphkit.documents.case_rows import case_rows, write_rows
from graphkit.documents.model import KINDS
from graphkit.documents.review import STATUSES, Item, Review, Verdict, parse_changes
from graphkit.documents.sheet import import_decisions, workbook
from graphkit.documents.summary import kind_name, summary
from graphkit.facts import Facts
from graphkit.model.chinese import said
from graphkit.model.errors import InputError, UsageError
from graphkit.reports.text import shown

app = typer.Typer(
    help="Accept, correct or reject the candidate facts that graphkit ingest found.",
    no_args_is_help=True,
    add_completion=False,
)

Ids = Annotated[list[str], typer.Argument(metavar="ID…", help="Candidates; the beginning of an id is enough.")]
By = Annotated[str, typer.Option("--by", envvar="GRAPHKIT_REVIEWER", help="Who decides: a person's name.")]
Note = Annotated[str | None, typer.Option("--note", help="Why.")]
StatusOption = Annotated[str | None, typer.Option("--status", help=f"{', '.join(STATUSES)}; by default all.")]
KindOption = Annotated[str | None, typer.Option("--kind", help=f"{', '.join(KINDS)}.")]
DocumentOption = Annotated[str | None, typer.Option("--document", help="A document's id or name.")]
Format = Annotated[str, typer.Option("--format", help="table or json.")]

_STATES = {"pending": ("待审", "pending"), "accepted": ("接受", "accepted"), "rejected": ("拒绝", "rejected")}


def case_of(workspace: Path, case: str | None) -> str:
    """Return the chosen case, or the workspace's only one; the empty text where documents belong to no case."""
    if case is None and (not (workspace / "facts" / "commits").is_dir() or len(Facts(workspace).case_ids()) != 1):
        return ""
    return one_case(Facts(workspace), case)


@app.command("list")
def list_(
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    status: StatusOption = None,
    kind: KindOption = None,
    document: DocumentOption = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
    format: Format = "table",
    lang: Lang = None,
) -> None:
    """List the candidates with their status."""
    _check(status, kind, format)
    items = Review(workspace, case_of(workspace, case)).items(status=status, kind=kind, document=document, limit=limit)
    _print(items, format, language(lang))


@app.command()
def accept(
    ids: Ids,
    by: By,
    note: Note = None,
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    format: Format = "table",
    lang: Lang = None,
) -> None:
    """Accept candidates as they are."""
    _decide(ids, "accept", by, note, (workspace, case, format, lang))


@app.command()
def reject(
    ids: Ids,
    by: By,
    note: Note = None,
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    format: Format = "table",
    lang: Lang = None,
) -> None:
    """Reject candidates."""
    _decide(ids, "reject", by, note, (workspace, case, format, lang))


@app.command()
def undo(
    ids: Ids,
    by: By,
    note: Note = None,
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    format: Format = "table",
    lang: Lang = None,
) -> None:
    """Take back the last decision about candidates; the one before it counts again."""
    _decide(ids, "undo", by, note, (workspace, case, format, lang))


@app.command()
def correct(
    id: Annotated[str, typer.Argument(metavar="ID", help="The candidate; the beginning of its id is enough.")],
    changes: Annotated[
        list[str], typer.Argument(metavar="FIELD=VALUE…", help="What is right; an empty value clears it.")
    ],
    by: By,
    note: Note = None,
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    format: Format = "table",
    lang: Lang = None,
) -> None:
    """Accept a candidate with some of its fields corrected."""
    _check(None, None, format)
    parsed: dict[str, Any] = {}
    for change in changes:
        try:
            parsed |= parse_changes(change)
        except InputError as error:
            raise UsageError(str(error)) from None
    item = Review(workspace, case_of(workspace, case)).decide(id, "correct", by, changes=parsed, note=note)
    _print([item], format, language(lang))


@app.command()
def history(
    id: Annotated[str, typer.Argument(metavar="ID", help="The candidate; the beginning of its id is enough.")],
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    format: Format = "table",
) -> None:
    """Show who decided what about a candidate, and when."""
    _check(None, None, format)
    decisions = Review(workspace, case_of(workspace, case)).history(id)
    if format == "json":
        dumped = [
            {
                "verdict": one.verdict,
                "value": one.value.model_dump(mode="json") if one.value else None,
                "person": one.person,
                "decided_at": one.decided_at,
                "note": one.note,
            }
            for one in decisions
        ]
        typer.echo(json.dumps(dumped, ensure_ascii=False, indent=2))
        return
    for one in decisions:
        typer.echo(shown("  ".join(part for part in (one.decided_at, one.person, one.verdict, one.note) if part)))


@app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="The workbook to write.")],
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    status: StatusOption = None,
    kind: KindOption = None,
    document: DocumentOption = None,
    lang: Lang = None,
) -> None:
    """Write candidates to an Excel sheet, to be decided there."""
    _check(status, kind, "table")
    if file.suffix.lower() != ".xlsx":
        raise UsageError(f"{file}: a workbook ends in .xlsx")
    items = Review(workspace, case_of(workspace, case)).items(status=status, kind=kind, document=document)
    half = file.with_name(f".{file.name}.part")
    half.write_bytes(workbook(items, language(lang)))
    half.replace(file)
    typer.echo(f"{file}  {len(items)} {'项' if language(lang) == 'zh' else 'candidates'}")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="A workbook that graphkit review export wrote.")],
    by: By,
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    format: Format = "table",
) -> None:
    """Record the decisions that were filled in in an Excel sheet; all of them, or none."""
    _check(None, None, format)
    counts = import_decisions(Review(workspace, case_of(workspace, case)), file, by)
    if format == "json":
        typer.echo(json.dumps(counts))
        return
    typer.echo("  ".join(f"{verdict} {count}" for verdict, count in counts.items()))


@app.command()
def rows(
    out: Annotated[Path, typer.Option("--out", help="The folder to write tables/NAME.csv and policies/ID.yaml to.")],
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    format: Format = "table",
) -> None:
    """Write the rows of the case tables, and the policies, that the accepted candidates make; tell what is missing."""
    _check(None, None, format)
    made = case_rows(Review(workspace, case_of(workspace, case)).items(status="accepted"))
    files = write_rows(made, out)
    if format == "json":
        counts = {name: len(table) for name, table in made.tables.items()}
        found = {"rows": counts, "policies": list(made.policies), "left_out": made.left_out}
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    sizes = [*(len(table) for table in made.tables.values()), *(1 for _ in made.policies)]
    for path, size in zip(files, sizes, strict=True):
        typer.echo(f"{path}  {size}")
    for line in made.left_out:
        typer.echo(shown(said(line, language(None))), err=True)


def _decide(
    ids: list[str], verdict: Verdict, by: str, note: str | None, where: tuple[Path, str | None, str, str | None]
) -> None:
    workspace, case, format_, lang = where
    _check(None, None, format_)
    items = Review(workspace, case_of(workspace, case)).decide_all([(one, verdict, None, note) for one in ids], by)
    _print(items, format_, language(lang))


def _check(status: str | None, kind: str | None, format_: str) -> None:
    if format_ not in ("table", "json"):
        raise UsageError(f"--format {format_}: there are table and json")
    if status is not None and status not in STATUSES:
        raise UsageError(f"--status {status}: there are {', '.join(STATUSES)}")
    if kind is not None and kind not in KINDS:
        raise UsageError(f"--kind {kind}: there are {', '.join(KINDS)}")


def _print(items: list[Item], format_: str, lang: str) -> None:
    if format_ == "json":
        typer.echo(json.dumps([_as_json(item) for item in items], ensure_ascii=False, indent=2))
        return
    zh = lang == "zh"
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    titles = (
        ("编号", "类别", "原文", "取值", "状态", "审核人") if zh else ("Id", "Kind", "Text", "Value", "Status", "By")
    )
    for title in titles:
        table.add_column(title)
    for item in items:
        table.add_row(
            item.candidate.id,
            kind_name(item.candidate.kind, lang),
            Text(shown(" ".join(item.candidate.quote.split()), 40)),
            Text(shown(summary(item.value, lang), 60)),
            _STATES[item.status][0 if zh else 1],
            Text(shown(item.decision.person) if item.decision else ""),
        )
    print_table(table)


def _as_json(item: Item) -> dict[str, Any]:
    decision = item.decision
    return {
        **item.candidate.model_dump(mode="json"),
        "document_name": item.document_name,
        "context": item.context,
        "status": item.status,
        "decided_value": item.value.model_dump(mode="json"),
        "decided_by": decision.person if decision else None,
        "decided_at": decision.decided_at if decision else None,
        "decision_note": decision.note if decision else None,
    }
