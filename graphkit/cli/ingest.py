"""`graphkit ingest`: documents into candidate facts, each with its span in the original."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from graphkit.cli.options import DEFAULT_WORKSPACE, CaseId, Lang, Workspace, language
from graphkit.cli.output import print_table
from graphkit.cli.review import case_of
from graphkit.documents import Candidate, Document, default_gazetteer, extract, read_documents
from graphkit.documents.known import gazetteer_of
from graphkit.documents.llm import LlmExtractor, merged, settings_from
from graphkit.documents.review import Review
from graphkit.documents.summary import kind_name, summary
from graphkit.facts import Facts
from graphkit.model.chinese import said
from graphkit.model.errors import InputError, StoreError, UsageError
from graphkit.reports.text import shown

_SHOWN = 60


def ingest(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="txt, html, docx, pdf, or zip of these.")],
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    llm: Annotated[
        bool,
        typer.Option(help="Ask the language model too, where GRAPHKIT_LLM_URL names one (see docs/extraction.md)."),
    ] = True,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    lang: Lang = None,
) -> None:
    """Read documents, list the candidate facts found in them, and keep them for graphkit review."""
    if format not in ("table", "json"):
        raise UsageError(f"--format {format}: there are table and json")
    lang_ = language(lang)
    case_id = case_of(workspace, case)
    gazetteer = gazetteer_of(Facts(workspace), case_id) if case_id else default_gazetteer()
    review = Review(workspace, case_id, create=True)
    settings = settings_from() if llm else None
    model = LlmExtractor(settings) if settings else None
    found: list[tuple[Document, list[Candidate]]] = []
    status = 0
    for path in files:
        documents, problems = _readable(path)
        if problems:
            status = InputError.exit_status
            sys.stderr.write("".join(f"{shown(said(problem, lang_))}\n" for problem in problems))
        for document in documents:
            candidates = extract(document, gazetteer)
            if model:
                try:
                    candidates = merged(candidates, model(document, gazetteer))
                except StoreError as error:
                    status = error.exit_status
                    sys.stderr.write(f"{shown(f'{document.name}: {error}; only the rules were used')}\n")
                for line in model.dropped:
                    told = f"{document.name}: the language model's answer: dropped {line}"
                    sys.stderr.write(f"{shown(told)}\n")
            found.append((document, candidates))
    for document, candidates in found:
        review.add(document, candidates)
        _tell(document)
    if format == "json":
        typer.echo(json.dumps({"documents": [_as_json(*one) for one in found]}, ensure_ascii=False, indent=2))
    else:
        for document, candidates in found:
            print_table(_shown(document, candidates, lang_))
    if status:
        raise typer.Exit(status)


def _readable(path: Path) -> tuple[list[Document], list[str]]:
    """Return the documents of a file that can be read, and in one line each what cannot."""
    problems: list[str] = []
    try:
        return read_documents(path, problems), problems
    except InputError as error:
        return [], [*problems, str(error)]


def _tell(document: Document) -> None:
    for warning in document.warnings:
        sys.stderr.write(f"{shown(warning)}\n")
    for damage in document.text.damages:
        guess = f"; perhaps {damage.suggestion}" if damage.suggestion else ""
        sys.stderr.write(f"{shown(f'{document.name}: {damage.note}{guess}')}\n")


def _as_json(document: Document, candidates: list[Candidate]) -> dict[str, Any]:
    raw = document.text.raw
    return {
        "id": document.id,
        "name": document.name,
        "format": document.format,
        "encoding": document.encoding,
        "characters": len(raw),
        "repairs": document.text.repairs,
        "damages": [
            {
                "start": one.start,
                "end": one.end,
                "kind": one.kind,
                "text": raw[one.start : one.end],
                "note": one.note,
                "suggestion": one.suggestion,
            }
            for one in document.text.damages
        ],
        "warnings": list(document.warnings),
        "candidates": [candidate.model_dump(mode="json") for candidate in candidates],
    }


def _shown(document: Document, candidates: list[Candidate], lang: str) -> Group:
    zh = lang == "zh"
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for title in (
        ("类别", "原文", "取值", "位置", "可信度") if zh else ("Kind", "Text", "Value", "Characters", "Confidence")
    ):
        table.add_column(title)
    for one in candidates:
        begin, end = document.text.to_clean(one.start, one.end)
        table.add_row(
            kind_name(one.kind, lang),
            Text(shown(" ".join(document.text.clean[begin:end].split()), _SHOWN)),
            Text(
                shown(" ".join(summary(one.value, lang).split()), _SHOWN),
                style="yellow" if one.confidence < 0.7 else "",
            ),
            f"{one.start}-{one.end}",
            f"{one.confidence:.2f}",
        )
    head = f"{shown(document.name)}  {document.id}  {len(candidates)} {'项待审核' if zh else 'candidate facts'}"
    return Group(Text(head, style="bold"), table)
