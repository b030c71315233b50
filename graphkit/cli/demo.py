"""`graphkit demo`: the bundled Shanxi 2020 case, from its folder to the report and the pictures."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from graphkit.case import load_case
from graphkit.cli.options import Lang, language
from graphkit.cli.output import print_table
from graphkit.cli.view import write
from graphkit.facts import Facts
from graphkit.graph.evaluate import evaluate_case
from graphkit.reports.build import REPORT_KINDS, Request, build_report
from graphkit.reports.gaps_json import gaps_document
from graphkit.reports.table import gaps_table
from graphkit.reports.write import report_bytes
from graphkit.views.chain import chain_page

_SHOWN = 15


def demo(
    out: Annotated[Path, typer.Option("--out", help="Where the workspace and the files go.")] = Path("graphkit-demo"),
    public_only: Annotated[
        bool, typer.Option("--public-only", help="Only what public sources say, nothing synthetic.")
    ] = False,
    lang: Lang = None,
) -> None:
    """Build the bundled case of Shanxi 2020, print where its chains break, and write the report and the pictures."""
    language_ = language(lang)
    name = "shanxi-2020-public" if public_only else "shanxi-2020"
    workspace = out / "workspace"
    facts = Facts(workspace, create=True)
    with resources.as_file(resources.files("graphkit").joinpath("data", "cases", name)) as folder:
        load_case(facts, folder)
    evaluation = evaluate_case(facts, name)
    gaps = evaluation.gaps()
    print_table(gaps_table(evaluation, gaps, language_, _SHOWN))
    report = build_report(evaluation, Request(kind=REPORT_KINDS["stage"]))
    whole = build_report(evaluation, Request(kind=REPORT_KINDS["stage"], every_root=True))
    document = json.dumps(gaps_document([(evaluation, gaps)]), ensure_ascii=False, indent=1)
    files = {
        "report.html": report_bytes(report, ".html", language_),
        "report.md": report_bytes(report, ".md", language_),
        "report.docx": report_bytes(report, ".docx", language_),
        "report.xlsx": report_bytes(whole, ".xlsx", language_),
        "gaps.json": f"{document}\n".encode(),
        "chain.html": chain_page(evaluation, language_).encode(),
    }
    for file, content in files.items():
        write(out / file, content)
    _tell_what_next(out, workspace, list(files), gaps[0].id, language_)


def _tell_what_next(out: Path, workspace: Path, files: list[str], gap: str, lang: str) -> None:
    zh = lang == "zh"
    typer.echo("已写入：" if zh else "Written:")
    for file in files:
        typer.echo(f"  {out / file}")
    typer.echo("接下来可以试：" if zh else "Try next:")
    tries = (
        (f"graphkit explain {gap}", "第一个缺口所在的链条", "the chain around the first gap"),
        ("graphkit gaps --region 141000 --as-of 2020-06-30", "一个市在某日的缺口", "one city's gaps on another day"),
        ("graphkit query --list", "现成的图查询", "the library of graph queries"),
        ("graphkit report --kind monthly --out monthly.html", "月度报告", "a monthly report"),
    )
    for command, chinese, english in tries:
        typer.echo(f"  {command} -w {workspace}    # {chinese if zh else english}")
