"""Graph: what lies around a node, growing on click; hundreds of nodes stay smooth, more are refused with a way on."""

from __future__ import annotations

from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from graphkit.graph.values import Node
from graphkit.model.errors import GraphkitError
from graphkit.model.graph import LABELS
from graphkit.reports.text import shown

from ..errors import NotFoundError
from .frame import Page, failed, state, view
from .graphs import MOST_NEW, MOST_NODES, ask, edge, key_of, with_states
from .script import as_script
from .work import Progress

_FOUND = 30
_MOST_OPEN = 25
_SEPARATOR = "~"


def register() -> None:
    """Put the view at its address."""
    view("graph", _draw)


async def _draw(page: Page) -> None:
    asked = page.asked
    text, label, key = asked.get("q"), asked.get("label"), asked.get("key")

    def look(progress: Progress) -> tuple[Node | None, list[dict[str, Any]], Any]:
        progress.step(page.say("graph.reading"))
        found = [row[0] for row in ask(page, "search", text=text, limit=_FOUND + 1)] if text else []
        if label is not None and key is not None:
            rows = ask(page, "node", label, key=key)
            if not rows:
                raise NotFoundError(page.say("graph.no_node", key=key))
            start: Node | None = rows[0][0]
        else:
            rows = [] if text else ask(page, "worst")
            start = rows[0][0] if rows else None
        held = page.server.snapshots.newest().case(page.case).as_of
        return start, with_states(page, found), held

    start, found, as_of = await page.work(look)
    page.html(
        "graph.html",
        searched=text,
        found=found[:_FOUND],
        more=len(found) > _FOUND,
        start=start,
        as_of=as_of,
        labels={name: one.zh if page.lang == "zh" else name for name, one in LABELS.items()},
    )
    if start is None:
        if not text:
            state(page, "empty", page.say("graph.nothing"))
        return
    _Picture(page, start).begin()


class _Picture:
    """One reader's picture: which nodes are drawn and which were opened, kept in the address."""

    def __init__(self, page: Page, start: Node) -> None:
        self.page = page
        self.drawn: set[str] = set()
        self.start = start
        opened = (page.asked.get("open") or "").split(_SEPARATOR)
        self.opened: list[str] = [one for one in opened if one][:_MOST_OPEN]

    def begin(self) -> None:
        """Draw the start with its neighbours and what the address has opened."""
        ui.on("graph-open", self.open)
        words = {key: self.page.say(f"graph.{key}") for key in ("open", "center", "see_gap", "chosen", "none_chosen")}
        ui.run_javascript(
            f"graphPicture.begin({as_script(words)}, {as_script(self.page.asked.url('graph', label='', key=''))})"
        )
        ui.timer(0, self._first, once=True)

    async def _first(self) -> None:
        own = key_of(self.start.label, self.start.id)
        self._send(with_states(self.page, [self.start]), [], own)
        for one in [own, *(part for part in self.opened if part != own)]:
            await self._open(one)
        ui.run_javascript("graphPicture.settle()")

    async def open(self, event: GenericEventArguments) -> None:
        """Add the neighbours of a node: of one label and with a text in their titles, where that is asked."""
        asked = event.args if isinstance(event.args, dict) else {}
        key = str(asked.get("node", ""))
        if key in self.drawn:
            await self._open(key, str(asked.get("only") or "") or None, str(asked.get("text") or "") or None)

    async def _open(self, key: str, only: str | None = None, text: str | None = None) -> None:
        label, _, identity = key.partition("|")

        def look(progress: Progress) -> tuple[list[Any], list[dict[str, Any]], list[dict[str, Any]]]:
            counts = ask(self.page, "neighbour_counts", label, id=identity)
            if only is None and text is None and sum(n for _, n in counts) > MOST_NEW:
                return counts, [], []
            rows = ask(self.page, "neighbours", label, id=identity, only=only, text=text, limit=MOST_NEW * 4)
            nodes: dict[str, Node] = {}
            for _, node in rows:
                if len(nodes) < MOST_NEW:
                    nodes.setdefault(key_of(node.label, node.id), node)
            ids = [one.partition("|")[2] for one in [*self.drawn, *nodes]]
            edges = [edge(row[0], self.page.lang) for row in ask(self.page, "between", ids=ids, limit=MOST_NODES * 6)]
            return counts, with_states(self.page, nodes.values()), edges

        try:
            counts, nodes, edges = await self.page.work(look)
        except GraphkitError as error:
            failed(self.page, error)
            return
        total = sum(n for _, n in counts)
        new = [node for node in nodes if node["id"] not in self.drawn]
        if len(self.drawn) + len(new) > MOST_NODES:
            self._tell(self.page.say("graph.full", n=MOST_NODES))
            return
        if not nodes and total:
            self._ask_which(key, counts, total)
            return
        self._send(new, edges, key)
        if text is None and only is None and key not in self.opened:
            self.opened.append(key)
            address = self.page.asked.url(open=_SEPARATOR.join(self.opened[:_MOST_OPEN]))
            ui.run_javascript(f"history.replaceState(null, '', {as_script(address)})")
        if len(nodes) == MOST_NEW:
            self._ask_which(key, counts, total)
        elif not new:
            self._tell(self.page.say("graph.nothing_new"))

    def _send(self, nodes: list[dict[str, Any]], edges: list[dict[str, Any]], around: str) -> None:
        self.drawn.update(node["id"] for node in nodes)
        kept = [one for one in edges if one["from"] in self.drawn and one["to"] in self.drawn]
        ui.run_javascript(f"graphPicture.add({as_script(nodes)}, {as_script(kept)}, {as_script(around)})")

    def _ask_which(self, key: str, counts: list[Any], total: int) -> None:
        lang = self.page.lang
        choices = [
            {"only": label, "text": f"{LABELS[label].zh if lang == 'zh' else label} {n:,}"} for label, n in counts
        ]
        said = self.page.say("graph.too_many", n=f"{total:,}", most=MOST_NEW)
        ui.run_javascript(f"graphPicture.ask({as_script(said)}, {as_script(key)}, {as_script(choices)})")

    def _tell(self, text: str) -> None:
        ui.run_javascript(f"graphPicture.ask({as_script(shown(text, 300))}, null, [])")
