"""Documents: text with the passages that facts rest on, and candidate facts beside it, to be reviewed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments
from pydantic import BaseModel

from graphkit.documents import extract, read_document
from graphkit.documents.known import gazetteer_of
from graphkit.documents.model import KINDS
from graphkit.documents.review import STATUSES, Item, Review, Verdict, as_fields
from graphkit.documents.summary import kind_name, summary
from graphkit.gaps import Evaluation
from graphkit.model.chinese import said
from graphkit.model.errors import GraphkitError, RefusedError, StoreError
from graphkit.model.sql import literal
from graphkit.reports.names import Names
from graphkit.reports.queries import query, rows

from ..access import Role
from ..errors import NotFoundError
from ..reviewing import candidate, decide
from .frame import Page, button, state, view
from .passages import Source, content_of, passage, sources
from .work import Progress

_WINDOW = 12_000
_CARDS = 80
_NOT_ASKED = {"kind", "explanation", "candidates"}
"""The fields of a value that say how it was found: what is right is said in the others."""


def register() -> None:
    """Put the view at its address."""
    view("documents", _draw)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A document of the list: one that the case names, one that was read for review, or both."""

    id: str
    title: str
    number: str | None
    issuer: str | None
    source: Source | None
    review: str | None


async def _draw(page: Page) -> None:
    chosen = page.asked.get("document")

    def look(progress: Progress) -> tuple[list[_Entry], dict[str, int], Counter[str]]:
        progress.step(page.say("documents.reading"))
        return _entries(page)

    entries, cited, pending = await page.work(look)
    entry = next((one for one in entries if chosen in (one.id, one.review)), None) if chosen else None
    if chosen and entry is None:
        raise NotFoundError(page.say("documents.none", id=chosen))
    page.html("documents.html", entries=entries, cited=cited, pending=pending, entry=entry, may=_may(page))
    if not entries:
        state(page, "empty", page.say("documents.empty"))
    elif entry is not None:
        await _Reading(page, entry, cited.get(entry.id, 0)).begin()


def _may(page: Page) -> bool:
    return page.principal.role >= Role.EDITOR and page.principal.region is None


def _review(page: Page) -> Review | None:
    """Return the review of the page's case; None when nothing was read for it yet."""
    page.server.snapshot(page.principal, page.case)
    if page.principal.region is not None:
        return None  # candidates lie in no region; who sees one region only sees none of them
    try:
        return Review(page.server.settings.workspace, page.case)
    except StoreError:
        return None


def _entries(page: Page) -> tuple[list[_Entry], dict[str, int], Counter[str]]:
    known, cited = page.kept("documents", _cited)
    review = _review(page)
    read = review.documents() if review else {}
    pending = Counter(item.candidate.document for item in review.items(status="pending")) if review else Counter()
    same = {one.id: _content_of(one, read) for one in known.values()}
    entries = [_Entry(one.id, one.title or one.id, one.number, one.issuer, one, same[one.id]) for one in known.values()]
    entries += [
        _Entry(identity, name, None, None, None, identity)
        for identity, name in read.items()
        if identity not in same.values()
    ]
    readable = {one.id for one in entries if one.review or (one.source and one.source.file)}
    entries.sort(key=lambda one: (one.id not in readable, not cited.get(one.id), one.title))
    return entries, cited, pending


def _content_of(source: Source, read: dict[str, str]) -> str | None:
    """Return which of the documents that were read (names by id) is a case's own: the one with its very content."""
    if source.file is None or source.file.name not in read.values():
        return None
    content = content_of(source.file)
    return content.id if content and content.id in read else None


def _cited(evaluation: Evaluation) -> tuple[dict[str, Source], dict[str, int]]:
    """Return the documents of the case by id, and how many rows rest on each."""
    found = rows(evaluation, query("document_uses", sourced=query("sourced")))
    names = Names(evaluation)

    def named(one: Source) -> Source:
        return replace(one, issuer=names.agency(one.issuer).name) if one.issuer else one

    return {one.id: named(one) for one in sources(evaluation).values()}, {row["document"]: row["uses"] for row in found}


class _Reading:
    """One document as it is read and reviewed."""

    def __init__(self, page: Page, entry: _Entry, uses: int) -> None:
        self.page = page
        self.entry = entry
        self.uses = uses
        self.status = page.asked.choice("status", ("", *STATUSES))
        self.kind = page.asked.choice("kind", ("", *KINDS))

    async def begin(self) -> None:
        """Draw text and candidates, and listen to decisions."""
        ui.on("review", self.decide)
        self.box = ui.element("div")
        await self.draw()
        ui.run_javascript("document.querySelector('mark.focus')?.scrollIntoView({block: 'center'})")

    async def draw(self) -> None:
        """Draw everything again, as it now is."""
        asked = self.page.asked
        cited = query("document_rows", sourced=query("sourced"), document=literal(self.entry.id))

        def look(progress: Progress) -> tuple[str | None, list[Item], list[dict[str, Any]]]:
            progress.step(self.page.say("documents.reading"))
            self.page.reading(f"document {self.entry.id}", passages=True)
            review = _review(self.page)
            text = review.text(self.entry.review) if review and self.entry.review else None
            if text is None and self.entry.source and self.entry.source.file:
                content = content_of(self.entry.source.file)
                text = content.text if content else None
            items = review.items(document=self.entry.review) if review and self.entry.review else []
            facts = self.page.kept("facts", lambda one: _facts(one, cited, self.entry.id), self.entry.id)
            return text, items, facts

        text, items, facts = await self.page.work(look)
        listed = [one for one in items if self.status in ("", one.status) and self.kind in ("", one.candidate.kind)]
        focus = asked.number("start", -1, 0, 10**9), asked.number("end", -1, 0, 10**9)
        at = asked.number("at", max(focus[0] - _WINDOW // 4, 0) if focus[0] >= 0 else 0, 0, max(len(text or "") - 1, 0))
        cards = listed[:_CARDS]
        part = self.page.principal.region is not None
        if part:
            pieces = _cited_pieces(text or "", focus, facts)
        else:
            pieces = _pieces(text, at, focus, cards, facts) if text else []
        self.box.clear()
        with self.box:
            self.page.html(
                "document.html",
                entry=self.entry,
                pieces=pieces,
                part=part,
                at=at,
                window=_WINDOW,
                length=0 if part else len(text or ""),
                cards=[_card(one, self.page.lang) for one in cards],
                left=len(listed) - len(cards),
                counts=Counter(one.status for one in items),
                statuses=STATUSES,
                kinds=[
                    (one, kind_name(one, self.page.lang))
                    for one in KINDS
                    if any(i.candidate.kind == one for i in items)
                ],
                status=self.status,
                kind=self.kind,
                facts=facts,
                uses=self.uses,
                may=_may(self.page),
                can_read=self.entry.source is not None and self.entry.source.file is not None,
            )

    async def decide(self, event: GenericEventArguments) -> None:
        """Do what a button of a card asks for."""
        asked = event.args if isinstance(event.args, dict) else {}
        identity, verdict = str(asked.get("id", "")), str(asked.get("verdict", ""))
        try:
            if self.page.principal.region is not None:
                raise RefusedError(self.page.say("documents.whole_case"))
            if not _may(self.page):
                raise RefusedError(self.page.say("documents.editor"))
            if verdict == "read":
                await self.page.work(self.read)
            elif verdict == "correct":
                self.correct(identity)
                return
            elif verdict in ("accept", "reject", "undo"):
                self.settle(identity, verdict)  # type: ignore[arg-type]
        except GraphkitError as error:
            ui.notify(said(str(error), self.page.lang), type="negative")
            return
        with self.box:
            await self.draw()
        ui.run_javascript(f"document.getElementById('card-{identity}')?.focus()" if identity.isalnum() else "")

    def read(self, progress: Progress) -> None:
        """Read the document and keep the candidate facts in it, as `graphkit ingest` does."""
        source = self.entry.source
        if source is None or source.file is None:
            return
        progress.step(self.page.say("documents.extracting"))
        document = read_document(source.file)
        facts = self.page.question.snapshot.facts
        candidates = extract(document, gazetteer_of(facts, self.page.case))
        progress.step(self.page.say("documents.extracting"))
        with self.page.writing(f"read {document.id}"):
            Review(self.page.server.settings.workspace, self.page.case, create=True).add(document, candidates)
        self.entry = _Entry(self.entry.id, self.entry.title, self.entry.number, self.entry.issuer, source, document.id)

    def settle(self, identity: str, verdict: Verdict, changes: dict[str, Any] | None = None) -> None:
        """Record a decision in the name of whoever is signed in."""
        review = _review(self.page)
        if review is not None:
            with self.page.writing(f"{verdict} {identity}"):
                decide(review, self.page.principal, identity, verdict, changes, None, candidate(review, identity)[1])

    def correct(self, identity: str) -> None:
        """Ask what is right, field by field."""
        review = _review(self.page)
        if review is None:
            return
        item = review.item(identity)
        fields = _fields(item.value)
        with (
            ui.dialog(value=True) as dialog,
            ui.card().props(f'role="dialog" aria-label="{self.page.say("documents.correct")}"'),
        ):
            ui.label(self.page.say("documents.correct")).classes("text-bold")
            ui.label(" ".join(item.candidate.quote.split())[:300])
            inputs = {
                key: ui.input(key, value=value).props("outlined dense stack-label").classes("wide-input")
                for key, value in fields.items()
            }

            async def save() -> None:
                changes = {key: one.value or None for key, one in inputs.items() if (one.value or "") != fields[key]}
                try:
                    self.settle(identity, "correct", changes)
                except GraphkitError as error:
                    ui.notify(said(str(error), self.page.lang), type="negative")
                    return
                dialog.close()
                with self.box:
                    await self.draw()

            with ui.row():
                button(self.page.say("documents.save"), save, main=True)
                button(self.page.say("documents.close"), dialog.close)


def _fields(value: BaseModel) -> dict[str, str]:
    """Return every field of a value that a person may say, as text; empty where nothing is said yet."""
    held = as_fields(value)
    return {name: held.get(name, "") for name in type(value).model_fields if name not in _NOT_ASKED}


def _facts(evaluation: Evaluation, cited: str, document: str) -> list[dict[str, Any]]:
    """Return the rows that rest on a document, each with what it quotes."""
    return [{**row, "quote": evaluation.quote(document, row["locator"])} for row in rows(evaluation, cited)]


def _card(item: Item, lang: str) -> dict[str, Any]:
    return {
        "item": item,
        "kind": kind_name(item.candidate.kind, lang),
        "value": summary(item.value, lang),
        "quote": " ".join(item.candidate.quote.split()),
        "percent": round(item.candidate.confidence * 100),
    }


def _pieces(
    text: str, at: int, focus: tuple[int, int], cards: Iterable[Item], facts: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Cut the part of a text that is shown where marks begin and end; each piece knows what it belongs to."""
    end = min(at + _WINDOW, len(text))
    spans: list[tuple[int, int, str, str]] = [
        (one.candidate.start, one.candidate.end, one.status, f"card-{one.candidate.id}") for one in cards
    ]
    for fact in facts:
        place = passage(text, fact["locator"], fact["quote"])
        if place is not None:
            spans.append((place.start, place.end, "cited", ""))
    if 0 <= focus[0] < focus[1]:
        spans.append((*focus, "focus", ""))
    inside = [one for one in spans if one[0] < end and one[1] > at]
    edges = [edge for start, stop, *_ in inside for edge in (start, stop)]
    cuts = sorted({at, end, *(min(max(edge, at), end) for edge in edges)})
    pieces = []
    for start, stop in pairwise(cuts):
        covering = [one for one in inside if one[0] <= start and one[1] >= stop]
        pieces.append(
            {
                "text": text[start:stop],
                "classes": " ".join(sorted({one[2] for one in covering})),
                "card": next((one[3] for one in covering if one[3]), ""),
            }
        )
    return pieces


def _cited_pieces(text: str, focus: tuple[int, int], facts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return only the passages of a text that rows cite, as pieces: what who is limited to a region may see of it."""
    places = (passage(text, fact["locator"], fact["quote"]) for fact in facts)
    pieces: list[dict[str, Any]] = []
    last = -1
    for start, end in sorted({(place.start, place.end) for place in places if place is not None}):
        if end <= last:
            continue
        if pieces and start > last:
            pieces.append({"text": "\n…\n", "classes": "", "card": ""})
        classes = "cited focus" if start <= focus[0] < end else "cited"
        pieces.append({"text": text[max(start, last) : end], "classes": classes, "card": ""})
        last = end
    return pieces
