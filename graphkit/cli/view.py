"""`graphkit view`: the chains of a case, or what lies around one gap, as one file that opens with no network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graphkit.cli.options import (
    DEFAULT_WORKSPACE,
    AsOf,
    CaseId,
    KnownBy,
    Lang,
    Workspace,
    day,
    language,
    moment,
    one_case,
)
from graphkit.facts import Facts
from graphkit.graph.evaluate import evaluate_case
from graphkit.model.errors import UsageError
from graphkit.views.chain import NODE_LIMIT, chain_page, gap_page


def view(
    out: Annotated[Path, typer.Option("--out", help="The page to write; ends in .html.")],
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    as_of: AsOf = None,
    known_by: KnownBy = None,
    policy: Annotated[str | None, typer.Option(help="Only this policy's chain.")] = None,
    region: Annotated[str | None, typer.Option(help="Only this region and all below it.")] = None,
    gap: Annotated[str | None, typer.Option("--gap", metavar="GAP_ID", help="What lies around this gap.")] = None,
    limit: Annotated[int, typer.Option(min=10, max=2000, help="At most so many nodes in a network.")] = NODE_LIMIT,
    lang: Lang = None,
) -> None:
    """Write a page that shows where the chains break; it opens in any browser without a network."""
    if out.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"--out {out}: a page ends in .html")
    if gap is not None and (policy is not None or region is not None):
        raise UsageError("--gap shows one gap; leave --policy and --region out")
    facts = Facts(workspace)
    evaluation = evaluate_case(facts, one_case(facts, case), day(as_of, "--as-of"), moment(known_by, "--known-by"))
    if gap is not None:
        page = gap_page(evaluation, gap, language(lang), limit=limit)
    else:
        page = chain_page(evaluation, language(lang), policy=policy, region=region, limit=limit)
    write(out, page.encode())
    typer.echo(f"{out}  {len(page.encode()):,} bytes")


def write(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all; its folder is made if it is missing. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.part")
    half.write_bytes(content)
    half.replace(path)
