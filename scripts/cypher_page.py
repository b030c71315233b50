"""Writes docs/cypher.md: the library's queries from their headers, with a sample result each, and the console's limits.

Samples are from the bundled case; where that has nothing to show, from the small case in `sample_case`.
"""

from __future__ import annotations

import html
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.graph.guard import DIFFERENT, FUNCTIONS, NOT_EMBEDDED, NOT_STOPPED, PROCEDURES
from graphkit.graph.library import FOLDERS, LibraryQuery, library
from graphkit.graph.limits import Limits
from graphkit.graph.store import GraphStore
from graphkit.graph.stores import open_store, refresh
from graphkit.graph.values import plain

EARLIER = date(2020, 6, 30)
"""The day of an evaluation that the samples' graph keeps beside the case's own, so that there are two to compare."""

_ROWS, _CHARACTERS, _VALUES = 5, 36, 3
_TITLES = {
    "gaps": "Finding gaps 查找缺口 (`cypher/gaps`)",
    "explore": "Looking around 探索 (`cypher/explore`)",
}


def cypher_page() -> str:
    """Return the page; the bundled case is loaded for it into an embedded graph of its own."""
    with _graph() as store:
        sections = [line for folder in FOLDERS for line in _folder(store, folder)]
    return "\n".join([*_opening(), *_console(), *sections])


def _opening() -> list[str]:
    return [
        "# The Cypher library and the console",
        "",
        "Written by `scripts/make_reference.py` from the headers of the queries and from what the guard allows.",
        "`docs/model.md` says what is in the graph.",
        "",
        "```",
        "graphkit query --list                                     the library",
        "graphkit query --name where-chains-stop                   one of its queries",
        "graphkit query --name chain-in-region --param policy=rent-relief-2020 --param region=140105",
        'graphkit query "MATCH (s:Step) WHERE s.state = $state RETURN s.title" --param state=open',
        "graphkit query --graph bolt://HOST:7687 --name …          the same, of a Neo4j that a team shares",
        "```",
        "",
        "A query gives the same rows in the same order from the embedded graph and from Neo4j. Those in `cypher/gaps`",
        "find gaps from the graph alone, and tests hold them against the SQL that `graphkit gaps` runs.",
        "",
        "样例取自内置案例 shanxi-2020（公开事实与**合成数据**）；",
        "内置案例没有相应内容的，取自 `scripts/sample_case` 中的合成小案例。",
        "",
        "Samples are from the bundled case shanxi-2020 (public facts and **synthetic data**), with the gaps of",
        f"{EARLIER} kept beside those of its own day; where that has nothing to show, from the small",
        "**synthetic** case in",
        "`scripts/sample_case`.",
        f"At most {_ROWS} rows are shown, and long values are shortened.",
        "",
    ]


def _console() -> list[str]:
    limits = Limits()
    return [
        "## What the console allows",
        "",
        "`graphkit query`, the API and the page read a query by a grammar of their own before a store sees it. What is",
        "not in that grammar is refused, so there is no list of forbidden words to be dodged. Refused is exit",
        "status 4.",
        "",
        "- **Clauses**: `MATCH`, `OPTIONAL MATCH`, `WHERE`, `UNWIND`, `WITH`, `CALL { }`, `RETURN`, `UNION`,",
        "  `ORDER BY`, `SKIP`, `LIMIT`; one statement. Nothing that writes, `LOAD CSV`, `USE`, `EXPLAIN` or",
        "  administration.",
        "- **Parameters** (`--param name=value`, a text; `--param name:=value`, a number or another JSON value) are",
        "  data only; a label or a type cannot be one.",
        f"- **Limits**: {limits.timeout_s:g} s (`--timeout`), {limits.rows} rows (`--limit`; what is more is cut",
        "  off with a",
        f"  notice), {limits.memory_mb} MB of memory in the embedded engine (in Neo4j its own",
        "  `db.memory.transaction.max`),",
        f"  {limits.result_mb} MB of result.",
        "- **Paths** without an upper bound run with a notice; the embedded engine follows 10 hops. Write `*1..20`.",
        f"- **Procedures**: {_code(PROCEDURES)}.",
        f"- **Functions** (capitals do not matter): {_code(FUNCTIONS)}.",
        "  `id()` and `elementId()` differ from store to store: use `n.id`.",
        "",
        "The **embedded** engine does not know:",
        "",
        "| what | instead, or use Neo4j |",
        "|---|---|",
        *[f"| {_text(what)} | {_text(instead)} |" for what, instead in NOT_EMBEDDED.items()],
        "",
        "These both engines take and **answer differently**; a date compared with a text is told in a notice where",
        "the query shows it:",
        "",
        "| expression | embedded | Neo4j | the same from both |",
        "|---|---|---|---|",
        *[
            f"| `{one.expression}` | {_answer(one.embedded)} | {_answer(one.neo4j)} | {_text(one.instead)} |"
            for one in DIFFERENT
        ],
        "",
        "`DISTINCT`, `UNION` and grouping take 1 and 1.0 for two values in the embedded engine and for one in Neo4j. A",
        "`sum` of whole numbers beyond 2^63 is refused by the embedded engine; Neo4j goes on with a rounded number.",
        "A list that is collected without an `ORDER BY` before it has no order in either.",
        "",
        "**Neo4j** cannot stop these once they have begun, so they are refused there:",
        "",
        "| what | instead |",
        "|---|---|",
        *[f"| {_text(what)} | {_text(instead)} |" for what, instead in NOT_STOPPED.items()],
        "",
    ]


def _answer(value: object) -> str:
    return "an error" if isinstance(value, type) else f"`{json.dumps(value)}`"


def _code(names: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _folder(store: GraphStore, folder: str) -> list[str]:
    queries = [query for query in library().values() if query.folder == folder]
    lines = [f"## {_TITLES[folder]}", "", "| query | 回答 | answers |", "|---|---|---|"]
    lines += [f"| [{one.id}](#{one.id}) | {_text(one.answers.zh)} | {_text(one.answers.en)} |" for one in queries]
    return [*lines, "", *[line for one in queries for line in _query(store, one)]]


def _query(store: GraphStore, query: LibraryQuery) -> list[str]:
    file = f"[Cypher](../cypher/{query.folder}/{query.id}.cypher), revision {query.revision}"
    finds = f"; finds [{query.finds}](gaps.md#{query.finds})" if query.finds else ""
    lines = [
        f"### {query.id}",
        "",
        f"**{query.title.zh} · {query.title.en}** ({file}{finds})",
        "",
        query.answers.zh,
        "",
        query.answers.en,
        "",
    ]
    if query.parameters:
        lines += ["| parameter | type | default | 含义 | meaning |", "|---|---|---|---|---|"]
        for name, one in query.parameters.items():
            default = "" if one.default is None else f"`{one.default}`"
            default = f"needed; here `{one.example}`" if one.required else default
            lines.append(f"| `{name}` | {one.type} | {default} | {_text(one.zh)} | {_text(one.en)} |")
        lines.append("")
    lines += ["| column | 含义 | meaning |", "|---|---|---|"]
    lines += [f"| `{name}` | {_text(one.zh)} | {_text(one.en)} |" for name, one in query.columns.items()]
    return [*lines, "", *_sample(store, query), ""]


def _sample(store: GraphStore, query: LibraryQuery) -> list[str]:
    params = query.bind({name: one.example for name, one in query.parameters.items() if one.required})
    result = store.run(query.cypher, params)
    shown = [[_cell(value) for value in row] for row in result.rows[:_ROWS]]
    # A column that is empty in every row shown says nothing; its meaning stands above.
    kept = [index for index, _ in enumerate(result.columns) if any(row[index] for row in shown)]
    more = len(result.rows) - len(shown)
    return [
        f"| {' | '.join(result.columns[index] for index in kept)} |",
        "|" + "---|" * len(kept),
        *[f"| {' | '.join(row[index] for index in kept)} |" for row in shown],
        *(["", f"… and {more} more rows."] if more else []),
    ]


def _cell(value: Any) -> str:
    if isinstance(value, list):
        words = [str(plain(one)) for one in value[:_VALUES]] + (["…"] if len(value) > _VALUES else [])
        return _text(_short(", ".join(words)))
    return "" if value is None else _text(_short(str(plain(value))))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _CHARACTERS else f"{line[: _CHARACTERS - 1]}…"


def _text(text: str) -> str:
    """Return text as it may stand in a table of Markdown, and be nothing but text."""
    escaped = html.escape(text, quote=False)
    return "".join(f"\\{one}" if one in "\\|*_`[]" else one for one in escaped)


@contextmanager
def _graph() -> Iterator[GraphStore]:
    with tempfile.TemporaryDirectory() as folder:
        facts = Facts(Path(folder) / "workspace", create=True)
        with resources.as_file(resources.files("graphkit") / "data/cases/shanxi-2020") as bundled:
            load_case(facts, bundled)
        load_case(facts, Path(__file__).parent / "sample_case")
        with open_store(facts.workspace) as store:
            refresh(facts, store, [(EARLIER, None), (None, None)])
            yield store
