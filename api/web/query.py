"""Cypher: an editor with completion from the schema, the library's named queries, results as table and picture."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, get_args

from nicegui import ui

from graphkit.graph.library import LibraryQuery, library
from graphkit.graph.limits import Limits
from graphkit.graph.values import Node, Path, Relationship, Result, plain
from graphkit.model.errors import GraphkitError, RefusedError
from graphkit.model.graph import LABELS, RELATIONSHIPS
from graphkit.reports.text import shown

from ..access import Role
from ..errors import FieldError
from ..exports import MEDIA_TYPES, WRITERS, ExportFormat
from .frame import Page, button, failed, state, view
from .graphs import MOST_NODES, ask, edge, parts_of, with_states
from .script import as_script
from .work import CancelledWorkError, Progress

_SHOWN_ROWS = 500
_CELL = 400
_DEFAULT_ROWS = 500
_EXAMPLE = (
    "MATCH (g:Gap)\nWHERE g.root\nRETURN g.title AS gap, g.days AS days\nORDER BY coalesce(g.days, 0) DESC\nLIMIT 20"
)
_KEYWORDS = (
    "MATCH", "OPTIONAL MATCH", "WHERE", "RETURN", "WITH", "ORDER BY", "LIMIT", "SKIP", "UNWIND", "DISTINCT", "AND",
    "OR", "NOT", "IN", "IS NULL", "IS NOT NULL", "CONTAINS", "STARTS WITH", "AS", "CASE", "WHEN", "THEN", "ELSE", "END",
    "count", "collect", "sum", "avg", "min", "max", "size", "toLower", "labels", "coalesce", "date", "duration.inDays",
)  # fmt: skip


def register() -> None:
    """Put the view at its address."""
    view("cypher", _draw)


@dataclass(slots=True)
class _Answer:
    """The last result, for export and picture."""

    result: Result | None = None


async def _draw(page: Page) -> None:
    page.principal.require_unlimited("query the graph, which holds everything")
    asked = page.asked
    free = page.principal.role >= Role.ANALYST
    name = asked.get("name")
    if name is not None and name not in library():
        raise FieldError("name", f"name={name}")
    named = library().get(name or "")
    queries = sorted(library().values(), key=lambda one: (one.folder, one.title.text(page.lang)))
    page.html("cypher.html", queries=queries, named=named, free=free)
    text = asked.get("q") or (named.cypher if named else _EXAMPLE)
    with ui.element("section").props(f'aria-label="{page.say("cypher.query")}"').classes("ask"):
        theme: Literal["vscodeLight", "vscodeDark"] = "vscodeDark" if asked.theme == "dark" else "vscodeLight"
        editor = ui.codemirror(text, language="Cypher", theme=theme, line_wrapping=True).classes("editor")
        if not free or named:
            editor.disable()
        ui.run_javascript(
            f"cypherEditor({editor.id}, {as_script(page.say('cypher.query'))}, {_completions(page.lang)})"
        )
        inputs = _inputs(page, named)
        with ui.row().classes("run"):
            go = ui.button(page.say("cypher.run"), color=None).props("no-caps unelevated").classes("main")
            most = page.server.settings.query_row_limit
            limit = ui.number(page.say("cypher.limit"), value=_DEFAULT_ROWS, min=1, max=most, precision=0).props(
                "outlined dense stack-label"
            )
            seconds = page.server.settings.query_time_limit_s
            timeout = ui.number(page.say("cypher.timeout"), value=seconds, min=1, max=seconds).props(
                "outlined dense stack-label"
            )
            ui.label(page.say("cypher.limits", rows=f"{most:,}", seconds=f"{seconds:g}")).classes("note")
        ui.html(page.rendered("cypher_history.html"), sanitize=False)
    results = ui.element("div").props('id="results"')
    answer = _Answer()

    async def run() -> None:
        results.clear()
        with results:
            try:
                given = _given(page, named, {key: one.value for key, one in inputs.items()})
                cypher = named.cypher if named else editor.value
                if not free and named is None:
                    raise RefusedError(page.say("cypher.analyst"))
                limits = Limits(
                    timeout_s=min(float(timeout.value or seconds), seconds),
                    rows=min(int(limit.value or _DEFAULT_ROWS), most),
                )
                changes = {"q": None if named else cypher, "name": name, "p": json.dumps(given) if given else None}
                ui.run_javascript(
                    f"cypherRan({as_script(page.asked.url(**changes))}, {as_script(named.id if named else cypher)})"
                )
                answer.result = await _ask(page, named, cypher, given, limits)
                _show(page, answer.result)
            except CancelledWorkError:
                state(page, "cancelled", "")
            except GraphkitError as error:
                failed(page, error)

    go.on_click(run)
    editor.map_key("Ctrl-Enter", run)
    if (
        asked.get("q")
        or (named and asked.get("p"))
        or (named and not any(one.required for one in named.parameters.values()))
    ):
        await run()


async def _ask(page: Page, named: LibraryQuery | None, cypher: str, given: dict[str, Any], limits: Limits) -> Result:
    params = named.bind(given) if named else given
    snapshot = page.server.snapshots.newest()

    def work(progress: Progress) -> Result:
        progress.step(page.say("cypher.running"))
        page.reading(cypher, passages=True)
        return page.server.graph.run(snapshot, cypher, params, limits)

    return await page.work(work)


def _inputs(page: Page, named: LibraryQuery | None) -> dict[str, Any]:
    """Draw an input for each parameter of a named query, or one for the parameters of one's own as JSON."""
    before: dict[str, Any] = {}
    try:
        before = dict(json.loads(page.asked.get("p") or "{}"))
    except (ValueError, TypeError) as error:
        raise FieldError("p", f"p: {error}") from None
    if named is None:
        text = json.dumps(before, ensure_ascii=False) if before else ""
        return {
            "": ui.input(page.say("cypher.params"), value=text, placeholder='{"case": "…"}')
            .props("outlined dense stack-label")
            .classes("wide-input")
        }
    found = {}
    with ui.row():
        for key, one in named.parameters.items():
            value = before.get(key, page.case if key == "case" else one.default)
            label = f"{key}{'*' if one.required else ''} · {one.text(page.lang)}"
            found[key] = (
                ui.input(label, value="" if value is None else str(value))
                .props("outlined dense stack-label")
                .classes("param")
            )
    return found


def _given(page: Page, named: LibraryQuery | None, values: dict[str, Any]) -> dict[str, Any]:
    if named is not None:
        return {key: value for key, value in values.items() if value not in (None, "")}
    text = str(values[""] or "").strip()
    try:
        found = json.loads(text) if text else {}
    except ValueError as error:
        raise FieldError("p", page.say("cypher.bad_params", error=error)) from None
    if not isinstance(found, dict):
        raise FieldError("p", page.say("cypher.bad_params", error=text))
    return found


def _show(page: Page, result: Result) -> None:
    rows = [[_cell(value) for value in row] for row in result.rows[:_SHOWN_ROWS]]
    page.html("cypher_rows.html", result=result, rows=rows, left=len(result.rows) - len(rows))

    def save(format_: ExportFormat) -> None:
        dicts = ({one: _flat(value) for one, value in zip(result.columns, row, strict=True)} for row in result.rows)
        content = b"".join(WRITERS[format_](dicts, result.columns))
        ui.download.content(content, f"query.{format_}", MEDIA_TYPES[format_])

    if result.rows:
        with ui.row().classes("exports"):
            ui.label(page.say("gaps.export", n=len(result.rows)))
            for format_ in get_args(ExportFormat):
                button(format_.upper(), partial(save, format_))
    nodes, edges = parts_of(value for row in result.rows for value in row)
    if not nodes:
        return
    page.html("cypher_picture.html", many=len(nodes) > MOST_NODES, n=len(nodes), most=MOST_NODES)
    if len(nodes) <= MOST_NODES:
        ends = set(nodes)
        between = ask(page, "between", ids=[node.id for node in nodes.values()], limit=MOST_NODES * 6)
        links = [edge(one, page.lang) for one in (*edges, *(row[0] for row in between))]
        drawn = [one for one in links if {one["from"], one["to"]} <= ends]
        words = {key: page.say(f"graph.{key}") for key in ("open", "center", "see_gap", "chosen", "none_chosen")}
        ui.run_javascript(
            f"graphPicture.show({as_script(with_states(page, nodes.values()))}, {as_script(drawn)}, "
            f"{as_script(words)}, {as_script(page.asked.url('graph'))})"
        )


def _cell(value: Any) -> tuple[str, str | None]:
    """Return a value as a table shows it, and the id of the gap that it leads to."""
    if isinstance(value, Node):
        text = f"({value.label}: {value.properties.get('title', value.id)})"
        return shown(text, _CELL), str(value.properties.get("key")) if value.label == "Gap" else None
    if isinstance(value, Relationship):
        return f"[{value.type}]", None
    if isinstance(value, Path):
        return shown(" → ".join(str(one.properties.get("title", one.id)) for one in value.nodes), _CELL), None
    if isinstance(value, list):
        return shown(", ".join(_cell(one)[0] for one in value), _CELL), None
    if value is None:
        return "", None
    if isinstance(value, dict):
        return shown(json.dumps(plain(value), ensure_ascii=False), _CELL), None
    text = str(plain(value))
    return shown(text, _CELL), text if text.startswith("gap-") else None


def _flat(value: Any) -> Any:
    known = plain(value)
    return json.dumps(known, ensure_ascii=False) if isinstance(known, dict | list) else known


def _completions(lang: str) -> str:
    """Return what the editor completes: labels, relationship types, properties, keywords, each with what it means."""
    options: dict[str, dict[str, str]] = {}
    for label in LABELS.values():
        options[label.name] = {
            "label": label.name,
            "type": "class",
            "detail": label.zh if lang == "zh" else label.en[:40],
        }
        for one in label.properties:
            options.setdefault(
                one.name, {"label": one.name, "type": "property", "detail": (one.zh if lang == "zh" else one.en)[:40]}
            )
    for kind in RELATIONSHIPS.values():
        options[kind.name] = {"label": kind.name, "type": "type", "detail": kind.zh if lang == "zh" else kind.en[:40]}
    for word in _KEYWORDS:
        options.setdefault(word, {"label": word, "type": "keyword"})
    return as_script(list(options.values()))
