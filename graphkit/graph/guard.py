"""Decides which Cypher may reach a store: only what graphkit has read and found to be reading, and nothing but that.

A list of forbidden words can be dodged by a comment, a backtick or a Unicode escape. So nothing is looked for: a query
is read by `graphkit.graph.parser`, whose grammar has no writing clause, every function and procedure must be on a list,
and the store is given the query as it was read, not as it was typed. The stores' own read-only modes stand behind this.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from graphkit.graph.parser import Parsed, is_one_call, parse
from graphkit.graph.tokens import Token, TokenKind, place
from graphkit.model.errors import RefusedError, UsageError
from graphkit.model.graph import LABELS, RELATIONSHIPS, PropertyType

Engine = Literal["embedded", "neo4j"]

_FUNCTIONS = """
exists isempty coalesce nullif properties keys labels type startnode endnode nodes relationships length size
head last tail reverse range valuetype count collect sum avg min max stdev stdevp percentilecont
percentiledisc toboolean tobooleanornull tointeger tointegerornull tofloat tofloatornull tostring
tostringornull tobooleanlist tointegerlist tofloatlist tostringlist abs ceil floor round sign rand isnan e exp
log log10 sqrt acos asin atan atan2 cos cot degrees pi radians sin tan haversin left right ltrim rtrim trim
btrim lower upper tolower toupper replace split substring char_length character_length normalize date datetime
localdatetime localtime time duration date.truncate datetime.truncate localdatetime.truncate duration.between
duration.indays duration.inmonths duration.inseconds timestamp
"""

FUNCTIONS = frozenset(_FUNCTIONS.split())
"""The functions that may be called, in small letters. None reads files, the network or anything but the graph."""

PROCEDURES = frozenset({"db.labels", "db.relationshiptypes", "db.propertykeys"})
"""The procedures that may be called, in small letters."""

NOT_EMBEDDED = {
    "quantified path": "write a bounded path such as -[:AFTER*1..5]->",
    "SHORTEST": "write shortestPath((a)-[:AFTER*..10]->(b))",
    "COLLECT { }": "write CALL (x) { MATCH … RETURN collect(…) AS y }",
    "! in a label expression": "write WHERE NOT n:Label",
    "% in a label expression": "leave the label out",
    "OPTIONAL CALL": "write CALL { OPTIONAL MATCH … }",
    "& in a label expression": "write WHERE n:One AND n:Other",
    "a chain of comparisons": "write a <= b AND b <= c",
    "char_length()": "use size(…)",
    "character_length()": "use size(…)",
    "e()": "use exp(1)",
    "isEmpty()": "compare size(…) with 0",
    "isNaN()": "write x <> x, which is true of what is not a number only",
    "lower()": "use toLower(…)",
    "normalize()": "leave it out; the texts of a case stay as they were given",
    "nullIf()": "write CASE WHEN a = b THEN null ELSE a END",
    "percentileCont()": "for the median write WITH x ORDER BY x WITH collect(x) AS xs RETURN "
    "(xs[(size(xs) - 1) / 2] + xs[size(xs) / 2]) / 2.0",
    "percentileDisc()": "for the median write WITH x ORDER BY x WITH collect(x) AS xs RETURN xs[(size(xs) - 1) / 2]",
    "stDevP()": "use stDev(…), which divides by one less",
    "timestamp()": "leave it out: nothing in the graph is counted in milliseconds",
    "toBooleanList()": "write [x IN … | toBoolean(x)]",
    "toBooleanOrNull()": "use toBoolean(…), of texts and truth values only",
    "toFloatList()": "write [x IN … | toFloat(x)]",
    "toFloatOrNull()": "use toFloat(…)",
    "toIntegerList()": "write [x IN … | toInteger(x)]",
    "toIntegerOrNull()": "use toInteger(…)",
    "toStringList()": "write [x IN … | toString(x)]",
    "toStringOrNull()": "use toString(…)",
    "upper()": "use toUpper(…)",
}
"""What Neo4j knows and the embedded engine does not, and what to write instead."""

_NOT_EMBEDDED_FUNCTIONS = {what.removesuffix("()").lower(): what for what in NOT_EMBEDDED if what.endswith("()")}


class Difference(NamedTuple):
    """An expression that both engines take and answer differently, and what to write to get the same from both.

    The answers are as Python has them; an Exception stands for an error that says what is wrong.
    """

    expression: str
    embedded: object
    neo4j: object
    instead: str


DIFFERENT = (
    Difference("date('2020-03-01') = '2020-03-01'", True, False, "date('…') on both sides, or toString(…) on both"),
    Difference(
        "duration.between(date('2020-01-31'), date('2020-03-01'))", "P30D", "P1M1D", "duration.inDays or inMonths"
    ),
    Difference("date('2020-03-01') - date('2020-02-01')", "P29D", UsageError, "duration.inDays(…, …).days"),
    Difference(
        "localdatetime('2020-03-01T00:00:00') > datetime('2020-01-01T00:00:00Z')",
        True,
        None,
        "localdatetime('…') for `loaded_at` and `known_by`, which are in UTC",
    ),
    Difference(
        "datetime('2020-03-01T08:00:00+08:00') = datetime('2020-03-01T00:00:00Z')", True, False, "… .epochSeconds"
    ),
    Difference("round(-2.5)", -3.0, -2.0, "-round(2.5), or sum the exact `…_e4` amounts"),
    Difference("1.0 / 0", None, math.inf, "CASE WHEN b <> 0 THEN a / b END"),
    Difference("toString(12345678.9)", "12345678.9", "1.23456789E7", "toString of a whole number"),
    Difference("toInteger(1e19)", None, 9223372036854775807, "toInteger of what is below 2^63 only"),
)
"""Where the embedded engine gives another answer than Neo4j, and neither is refused; the tests ask both engines."""

MAX_RANGE = 100_000
"""How far apart the ends of a range() may be on Neo4j."""

NOT_STOPPED = {
    "a regular expression that takes too long": "write CONTAINS, STARTS WITH or ENDS WITH, with toLower(…) where the "
    "case of letters does not matter, or ask the embedded graph",
    "a range that is too long": f"give its ends as numbers at most {MAX_RANGE} apart, as parameters, or the last one "
    "as size(…) or length(…)",
    "a list that is gone through for each value of another one": "write UNWIND, or ask the embedded graph",
}
"""What Neo4j cannot stop once it has begun, and what to write instead.

It looks at its time limit between rows, not within expressions. The embedded engine looks at it everywhere, and its
regular expressions take linear time.
"""


@dataclass(frozen=True, slots=True)
class Checked:
    """A query that may run, as the store is to be given it: `params` are the given ones and the query's own strings."""

    cypher: str
    params: dict[str, Any]
    notices: tuple[str, ...]
    advice: tuple[str, ...]


def check(query: str, engine: Engine, params: Mapping[str, Any] | None = None) -> Checked:
    """Check a query with its parameters for one engine.

    Raises RefusedError for what is not allowed, UsageError for what is no Cypher, or what the embedded engine does not
    know, with what to write instead, and for parameters that are missing or not asked for.
    """
    parsed = parse(query)
    for name, token in parsed.procedures:
        if name.lower() not in PROCEDURES:
            allowed = ", ".join(sorted(PROCEDURES))
            raise RefusedError(f"{_at(parsed, token)}: the procedure {name} is not allowed; allowed are {allowed}")
    for name, token in parsed.functions:
        if name.lower() in ("id", "elementid"):
            raise UsageError(
                f"{_at(parsed, token)}: {name}() differs from store to store; use n.id, unique within a label"
            )
        if name.lower() not in FUNCTIONS:
            raise RefusedError(
                f"{_at(parsed, token)}: the function {name} is not allowed; see docs/cypher.md for those that are"
            )
    if engine == "embedded":
        _refuse_unknown_to_embedded(parsed)
    else:
        _refuse_unstoppable(parsed, params or {})
    endless = "only 10 hops are followed" if engine == "embedded" else "it may take very long"
    notices = [
        f"{_at(parsed, token)}: a path without an upper bound; {endless}; write how many hops at most, such as *1..20"
        for token in parsed.unbounded
    ]
    advice = [
        f"{_at(parsed, token)}: {token.value} is a date and is compared with a text, which no date equals in Neo4j; "
        "write date('2020-03-01') or date($day)"
        for token in _dates_as_text(parsed, params or {})
    ]
    cypher, texts = parsed.written()
    return Checked(cypher, {**_asked(parsed, params or {}), **texts}, tuple(notices), tuple(advice))


def _asked(parsed: Parsed, params: Mapping[str, Any]) -> dict[str, Any]:
    missing = sorted(parsed.parameters - params.keys())
    unknown = sorted(params.keys() - parsed.parameters)
    if missing:
        raise UsageError(f"the query asks for ${missing[0]}; give the parameter {missing[0]} a value", missing[0])
    if unknown:
        asked = ", ".join(sorted(parsed.parameters)) or "none"
        raise UsageError(f"the query does not ask for a parameter {unknown[0]}; it asks for {asked}", unknown[0])
    return dict(params)


_DATES = frozenset(
    one.name
    for properties in [one.properties for one in LABELS.values()] + [one.properties for one in RELATIONSHIPS.values()]
    for one in properties
    if one.type is PropertyType.DATE
)


def _dates_as_text(parsed: Parsed, params: Mapping[str, Any]) -> list[Token]:
    """Return the names of dates that are compared with a text, a list of texts, or a parameter that is one."""
    return [
        date[-1]
        for sides in parsed.comparisons
        for date, other in (sides, sides[::-1])
        if len(date) == 3
        and date[0].kind is not TokenKind.PARAMETER
        and date[1].value == "."
        and date[-1].value in _DATES
        and _is_text(other, params)
    ]


def _is_text(tokens: list[Token], params: Mapping[str, Any]) -> bool:
    if len(tokens) == 1 and tokens[0].kind is TokenKind.PARAMETER:
        value = params.get(tokens[0].value)
        return isinstance(value, str) or (isinstance(value, list) and any(isinstance(one, str) for one in value))
    listed = tokens[1:-1] if len(tokens) > 2 and tokens[0].value == "[" and tokens[-1].value == "]" else tokens
    return bool(listed) and all(one.kind is TokenKind.TEXT for one in listed[::2])


def _refuse_unknown_to_embedded(parsed: Parsed) -> None:
    called = [
        (_NOT_EMBEDDED_FUNCTIONS[name.lower()], token)
        for name, token in parsed.functions
        if name.lower() in _NOT_EMBEDDED_FUNCTIONS
    ]
    for what, token in [*parsed.features, *called]:
        if what in NOT_EMBEDDED:
            raise UsageError(
                f"{_at(parsed, token)}: the embedded graph does not know {what}: {NOT_EMBEDDED[what]}, "
                "or use a graph in Neo4j (bolt://…)"
            )
    for token in parsed.properties:
        if token.value == "type":
            raise UsageError(f"{_at(parsed, token)}: nothing has a property called type; write labels(n) or type(r)")


def _refuse_unstoppable(parsed: Parsed, params: Mapping[str, Any]) -> None:
    """Refuse what is in NOT_STOPPED."""
    expressions, ranges, loops = NOT_STOPPED
    found = [(expressions, token) for name, token in parsed.features if name == "=~"]
    found += [(ranges, token) for token, arguments in parsed.ranges if not _is_bounded(arguments, params)]
    found += [(loops, token) for token in parsed.loops]
    for what, token in found:
        raise RefusedError(f"{_at(parsed, token)}: Neo4j cannot stop {what}; {NOT_STOPPED[what]}")


def _is_bounded(arguments: list[list[Token]], params: Mapping[str, Any]) -> bool:
    """Whether a range is as long as something in memory, or at most MAX_RANGE."""
    if len(arguments) not in (2, 3):
        return True  # the store says what is wrong with it
    first, last = (_whole_number(one, params) for one in arguments[:2])
    if first is not None and last is not None:
        return abs(last - first) <= MAX_RANGE
    counted = arguments[1]
    if len(counted) > 2 and counted[-2].value in ("+", "-") and _whole_number(counted[-1:], params) is not None:
        counted = counted[:-2]
    return (
        first is not None and abs(first) <= MAX_RANGE and counted[0].word in ("SIZE", "LENGTH") and is_one_call(counted)
    )


def _whole_number(tokens: list[Token], params: Mapping[str, Any]) -> int | None:
    """Return the whole number that tokens are: as written, or the value of a parameter."""
    sign = -1 if len(tokens) == 2 and tokens[0].value == "-" else 1
    if len(tokens) != (1 if sign == 1 else 2):
        return None
    token = tokens[-1]
    if token.kind is TokenKind.PARAMETER and isinstance(value := params.get(token.value), int):
        return sign * value
    return sign * int(token.value) if token.kind is TokenKind.NUMBER and token.value.isdigit() else None


def _at(parsed: Parsed, token: Token) -> str:
    return place(parsed.text, token.start)
