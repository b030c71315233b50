"""Documents with what cites them, and their passages."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from graphkit.gaps import Evaluation
from graphkit.model.tables import TABLES

from ..dependencies import Passages, QuestionDep, ServerDep, Unchanged
from ..errors import NotFoundError
from ..responses import Cited, DocumentOut, PassageOut
from ..rows import with_attributes
from ..snapshots import PERSONAL

router = APIRouter(prefix="/cases/{case}/documents/{document}", tags=["documents"])

_CITED_MOST = 1000


@router.get("", dependencies=[Passages, Unchanged])
def one_document(server: ServerDep, question: QuestionDep, document: str) -> DocumentOut:
    """Tell a document and the rows that cite it, the first thousand of them; those about persons are not listed."""
    with server.evaluations.open(question) as evaluation:
        found = _document(evaluation, document)
        return DocumentOut(**question.about(evaluation), document=found, cited=_cited(evaluation, found))


@router.get("/passages", dependencies=[Passages, Unchanged])
def passage(
    server: ServerDep,
    question: QuestionDep,
    document: str,
    locator: Annotated[str, Query(max_length=100, description="`lines A-B` or `chars A-B`.", examples=["lines 1-3"])],
) -> PassageOut:
    """Give a passage of a text document. A token limited to a region is given those that rows of its region cite."""
    with server.evaluations.open(question) as evaluation:
        found = _document(evaluation, document)
        text = evaluation.quote(document, locator)
        if question.region is not None and locator not in [one.locator for one in _cited(evaluation, found)]:
            text = None
        if text is None:
            raise NotFoundError(f"document '{document}' is no text that can be read, or has no place '{locator}'")
        return PassageOut(**question.about(evaluation), document=document, locator=locator, text=text)


def _document(evaluation: Evaluation, document: str) -> dict[str, Any]:
    columns = ", ".join(f'"{name}"' for name in (*TABLES["documents"].column_names, "attributes"))
    named = "id = (SELECT document FROM document_names WHERE name = ?)"
    rows = evaluation.rows(f"SELECT {columns} FROM documents WHERE {named}", [document])
    if not rows:
        raise NotFoundError(f"no document '{document}' as of {evaluation.as_of}")
    return with_attributes(rows[0])


def _cited(evaluation: Evaluation, document: dict[str, Any]) -> list[Cited]:
    found = evaluation.rows("SELECT name FROM document_names WHERE document = ?", [document["id"]])
    names = [row["name"] for row in found]
    selects = [
        f"SELECT '{table.name}' AS name, {'id' if 'id' in table.column_names else 'NULL'} AS id, "
        f"{'locator' if 'locator' in table.column_names else 'NULL'} AS locator "
        f"FROM {table.name} WHERE list_contains(?, source)"
        for table in TABLES.values()
        if "source" in table.column_names and table.name not in PERSONAL
    ]
    rows = evaluation.rows(f"{' UNION ALL '.join(selects)} ORDER BY ALL LIMIT {_CITED_MOST}", [names] * len(selects))
    return [
        Cited(
            table=row["name"],
            id=row["id"],
            locator=row["locator"],
            quote=evaluation.quote(document["id"], row["locator"]),
        )
        for row in rows
    ]
