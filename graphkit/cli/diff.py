"""`graphkit diff`: what is new, resolved and persisting between two days or kept evaluations, and why."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any

import typer

from graphkit.cli.options import DEFAULT_WORKSPACE, CaseId, Lang, Workspace, chosen_cases, day, language, moment
from graphkit.cli.output import print_table
from graphkit.facts import Facts
from graphkit.gaps import Evaluation
from graphkit.gaps.diff import Diff, diff
from graphkit.gaps.reasons import ChangedRow, Reasons, reasons
from graphkit.gaps.record import evaluate_again, record
from graphkit.graph.evaluate import evaluate_case
from graphkit.model.errors import UsageError
from graphkit.reports.table import gaps_table
from graphkit.reports.text import shown

_TITLES = {
    "new": ("新出现", "new"),
    "resolved": ("已消除", "resolved"),
    "worsened": ("加重", "persisting, worsened"),
    "eased": ("缓解", "persisting, eased"),
    "same": ("持续", "persisting"),
}
_KEPT = "kept:"
_GAPS_EXPLAINED, _ROWS_SHOWN = 40, 3


def compare(
    from_: Annotated[
        str, typer.Option("--from", metavar="D1", help="The earlier day, or the name of a kept evaluation.")
    ],
    to: Annotated[str, typer.Option("--to", metavar="D2", help="The later day, or the name of a kept evaluation.")],
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    known_by: Annotated[
        list[str] | None,
        typer.Option("--known-by", help="Given once: for both days. Given twice: for the earlier, then the later."),
    ] = None,
    consequences: Annotated[bool, typer.Option("--consequences", help="Compare blocked steps too.")] = False,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    lang: Lang = None,
) -> None:
    """Show the gaps that are new, resolved and persisting, and the facts that made the difference.

    A side is a day, or an evaluation kept under a name (kept:NAME, where the name looks like a day).
    """
    if format not in ("table", "json"):
        raise UsageError(f"--format {format}: there are table and json")
    known = [moment(one, "--known-by") for one in known_by or []]
    if len(known) > 2:
        raise UsageError("--known-by: give it once for both days, or twice")
    first, last = (known[0], known[-1]) if known else (None, None)
    facts = Facts(workspace)
    found = []
    for one in chosen_cases(facts, case):
        before = _side(facts, one, from_, "--from", first)
        after = _side(facts, one, to, "--to", last)
        difference = diff(before, after, consequences=consequences)
        found.append((before, after, difference, reasons(before, after, difference)))
    if format == "json":
        documents = [_document(*one) for one in found]
        typer.echo(json.dumps(documents[0] if len(documents) == 1 else documents, ensure_ascii=False, indent=2))
        return
    language_ = language(lang)
    for before, after, difference, why in found:
        persisting = {
            change: [one.after for one in difference.persisting if one.change == change]
            for change in ("worsened", "eased", "same")
        }
        for name, listed in {"new": difference.new, "resolved": difference.resolved, **persisting}.items():
            typer.echo(f"\n{_TITLES[name][0 if language_ == 'zh' else 1]} {len(listed)}")
            if listed and name != "same":
                print_table(gaps_table(before if name == "resolved" else after, listed, language_))
        _tell(why, language_)


def _side(facts: Facts, case: str, text: str, option: str, known_by: date | datetime | None) -> Evaluation:
    """Return the evaluation that one side names: of a day, or kept under a name and run again."""
    name = text.removeprefix(_KEPT)
    if name == text and text[:1].isdigit():
        return evaluate_case(facts, case, day(text, option), known_by)
    if known_by is not None:
        raise UsageError(f"{option} {text}: a kept evaluation has its own --known-by; leave it out")
    return evaluate_again(facts, record(facts, case, name), evaluate_case)


def _tell(why: dict[str, Reasons], lang: str) -> None:
    """Say which facts made the difference: the first few of each gap that changed."""
    zh = lang == "zh"
    if why:
        typer.echo(
            "\n变化的依据（＋ 后一时点才计入，－ 只在前一时点计入）" if zh else "\nWhy (+ counts later, - earlier)"
        )
    for gap, reason in list(why.items())[:_GAPS_EXPLAINED]:
        rows = "; ".join(_row(row) for row in reason.rows[:_ROWS_SHOWN])
        left = reason.total - min(len(reason.rows), _ROWS_SHOWN)
        more = (f"; 另有{left}行" if zh else f"; {left} more") if left > 0 else ""
        nothing = "没有新的记录，是时间经过所致" if zh else "no row changed; time passed"
        typer.echo(f"{gap}  {rows}{more}" if reason.rows else f"{gap}  {nothing}")
    if len(why) > _GAPS_EXPLAINED:
        left = len(why) - _GAPS_EXPLAINED
        typer.echo(f"另有{left}个，见 --format json" if zh else f"{left} more; see --format json")


def _row(row: ChangedRow) -> str:
    sign = "+" if row.counts == "to" else "-"
    where = row.source_file + (f" {row.source_row}" if row.source_row is not None else "")
    parts = [row.table, row.id, row.kind, row.on, f"({where})"]
    return shown(f"{sign} " + " ".join(str(part) for part in parts if part is not None), 160)


def _document(before: Evaluation, after: Evaluation, difference: Diff, why: dict[str, Reasons]) -> dict[str, Any]:
    document = difference.model_dump(mode="json")
    return {
        "case": document["case"],
        "from": {"as_of": document["from_"], "known_by": document["from_known_by"], "commit": before.commit},
        "to": {"as_of": document["to"], "known_by": document["to_known_by"], "commit": after.commit},
        **{name: document[name] for name in ("new", "resolved", "persisting")},
        "facts": {gap: reason.model_dump(mode="json") for gap, reason in why.items()},
    }
