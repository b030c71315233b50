"""`graphkit diff`: what is new, resolved and persisting between two days."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from graphkit.cli.options import DEFAULT_WORKSPACE, CaseId, Lang, Workspace, chosen_cases, day, language, moment
from graphkit.cli.output import print_table
from graphkit.facts import Facts
from graphkit.gaps.diff import Diff, diff
from graphkit.graph.evaluate import evaluate_case
from graphkit.model.errors import UsageError
from graphkit.reports.table import gaps_table

_TITLES = {
    "new": ("新出现", "new"),
    "resolved": ("已消除", "resolved"),
    "worsened": ("加重", "persisting, worsened"),
    "eased": ("缓解", "persisting, eased"),
    "same": ("持续", "persisting"),
}


def compare(
    from_: Annotated[str, typer.Option("--from", metavar="D1", help="The earlier day.")],
    to: Annotated[str, typer.Option("--to", metavar="D2", help="The later day.")],
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
    """Show the gaps that are new, resolved and persisting between two days."""
    if format not in ("table", "json"):
        raise UsageError(f"--format {format}: there are table and json")
    known = [moment(one, "--known-by") for one in known_by or []]
    if len(known) > 2:
        raise UsageError("--known-by: give it once for both days, or twice")
    first, last = (known[0], known[-1]) if known else (None, None)
    facts = Facts(workspace)
    found = []
    for one in chosen_cases(facts, case):
        before = evaluate_case(facts, one, day(from_, "--from"), first)
        after = evaluate_case(facts, one, day(to, "--to"), last)
        found.append((before, after, diff(before, after, consequences=consequences)))
    if format == "json":
        documents = [_document(difference) for _, _, difference in found]
        typer.echo(json.dumps(documents[0] if len(documents) == 1 else documents, ensure_ascii=False, indent=2))
        return
    language_ = language(lang)
    for before, after, difference in found:
        persisting = {
            change: [one.after for one in difference.persisting if one.change == change]
            for change in ("worsened", "eased", "same")
        }
        for name, listed in {"new": difference.new, "resolved": difference.resolved, **persisting}.items():
            typer.echo(f"\n{_TITLES[name][0 if language_ == 'zh' else 1]} {len(listed)}")
            if listed and name != "same":
                print_table(gaps_table(before if name == "resolved" else after, listed, language_))


def _document(difference: Diff) -> dict[str, Any]:
    document = difference.model_dump(mode="json")
    return {
        "case": document["case"],
        "from": {"as_of": document["from_"], "known_by": document["from_known_by"]},
        "to": {"as_of": document["to"], "known_by": document["to_known_by"]},
        **{name: document[name] for name in ("new", "resolved", "persisting")},
    }
