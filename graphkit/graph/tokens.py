"""Cypher as tokens: comments gone, escapes read, every name in one spelling that no engine reads otherwise.

The stores never see what a user typed but what was read here, so that nothing can be one thing to graphkit and another
to the engine. In particular `\\uXXXX` means a character inside a string and is refused everywhere else, where Neo4j
would turn it into Cypher before reading it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from graphkit.model.errors import RefusedError, UsageError

MAX_LENGTH = 100_000
"""The most characters that a query may have."""


class TokenKind(StrEnum):
    """What a token is: a word may still be a keyword or a name; the parser tells."""

    WORD = "word"
    QUOTED = "quoted name"
    TEXT = "text"
    NUMBER = "number"
    PARAMETER = "parameter"
    SYMBOL = "symbol"
    END = "end"


@dataclass(slots=True)
class Token:
    """One token. `value` is what it means; `space` says whether white space or a comment stood before it."""

    kind: TokenKind
    value: str
    start: int
    end: int
    space: bool
    is_name: bool = False

    @property
    def word(self) -> str:
        """The word in capitals, to compare keywords with; empty for any other token."""
        return self.value.upper() if self.kind is TokenKind.WORD else ""

    def written(self) -> str:
        """Return the token as the stores are given it; strings go beside the query, as parameters."""
        if self.kind is TokenKind.QUOTED or (self.is_name and not _plain(self.value)):
            return "`" + self.value.replace("`", "``") + "`"
        if self.kind is TokenKind.PARAMETER:
            return f"${self.value}"
        return self.value


_SYMBOLS = ("<>", "<=", ">=", "=~", "..", "||", *"()[]{},;:.|&!%+-*/^=<>")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|0[oO][0-7]+|(?:\d+\.\d+|\.\d+|\d+)(?:[eE][+-]?\d+)?")
_WORD = re.compile(r"[^\W\d]\w*")
_PARAMETER = re.compile(r"\$([^\W\d]\w*|\d+)", re.ASCII)
_ESCAPES = {"\\": "\\", "'": "'", '"': '"', "`": "`", "n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_CODE = re.compile(r"u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})")

_RESERVED = """
ALL AND ANY AS ASC ASCENDING BY CALL CASE CONSTRAINT CONTAINS COUNT CREATE DELETE DESC DESCENDING DETACH
DISTINCT DROP ELSE END ENDS EXISTS EXPLAIN FALSE FINISH FILTER FOR FOREACH FORMAT FROM HAVING IN INDEX INSERT
IS LET LIMIT LOAD MATCH MERGE NEXT NONE NOT NULL OF OFFSET ON OPTIONAL OR ORDER OVER PARTITION PROFILE REDUCE
REMOVE REQUIRE RETURN SET SHORTEST SHOW SINGLE SKIP STARTS THEN TRUE UNION UNIQUE UNWIND USE USING VALID_TIME
WHEN WHERE WITH XOR YIELD
"""

RESERVED = frozenset(_RESERVED.split())
"""Words that are written in backticks where they are names."""


def _plain(name: str) -> bool:
    return name.isascii() and name.isidentifier() and name.upper() not in RESERVED


def tokenize(query: str) -> list[Token]:
    """Return a query's tokens, with one that marks the end.

    Raises UsageError for what is no Cypher (an open string or comment, a stray character), RefusedError for a
    Unicode escape outside a string and for a query that is too long.
    """
    if len(query) > MAX_LENGTH:
        raise RefusedError(f"the query has {len(query)} characters; at most {MAX_LENGTH} are taken")
    tokens: list[Token] = []
    position = 0
    space = False
    while position < len(query):
        start = position
        position = _after_space(query, position)
        if position > start:
            space = True
            continue
        token = _token(query, position)
        token.space = space
        tokens.append(token)
        position = token.end
        space = False
    tokens.append(Token(TokenKind.END, "", len(query), len(query), space))
    return tokens


def _after_space(query: str, position: int) -> int:
    if query[position].isspace():
        return position + 1
    if query.startswith("//", position):
        end = query.find("\n", position)
        return len(query) if end < 0 else end
    if query.startswith("/*", position):
        end = query.find("*/", position + 2)
        if end < 0:
            raise UsageError(f"{place(query, position)}: the comment is not closed")
        return end + 2
    return position


def _token(query: str, position: int) -> Token:
    character = query[position]
    if character in "'\"":
        return _string(query, position)
    if character == "`":
        return _quoted_name(query, position)
    for pattern, kind in ((_NUMBER, TokenKind.NUMBER), (_WORD, TokenKind.WORD), (_PARAMETER, TokenKind.PARAMETER)):
        found = pattern.match(query, position)
        if found:
            value = found[1] if kind is TokenKind.PARAMETER else found[0]
            return Token(kind, value, position, found.end(), space=False)
    for symbol in _SYMBOLS:
        if query.startswith(symbol, position):
            return Token(TokenKind.SYMBOL, symbol, position, position + len(symbol), space=False)
    if character == "\\":
        raise RefusedError(f"{place(query, position)}: an escape outside a string is not allowed")
    raise UsageError(f"{place(query, position)}: '{character}' (U+{ord(character):04X}) has no meaning in Cypher here")


def _string(query: str, start: int) -> Token:
    quote = query[start]
    parts: list[str] = []
    position = start + 1
    while position < len(query):
        character = query[position]
        if character == quote:
            return Token(TokenKind.TEXT, "".join(parts), start, position + 1, space=False)
        if character == "\\":
            code = _CODE.match(query, position + 1)
            escaped = query[position + 1 : position + 2]
            if code:
                parts.append(_character(query, position, int(code[1] or code[2], 16)))
                position = code.end()
            elif escaped in _ESCAPES:
                parts.append(_ESCAPES[escaped])
                position += 2
            else:
                raise UsageError(f"{place(query, position)}: '\\{escaped}' is no escape that Cypher knows")
        else:
            parts.append(_character(query, position, ord(character)))
            position += 1
    raise UsageError(f"{place(query, start)}: the string is not closed")


def _character(query: str, position: int, code: int) -> str:
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF or code == 0:
        raise UsageError(f"{place(query, position)}: the character U+{code:04X} cannot stand in a string")
    return chr(code)


def _quoted_name(query: str, start: int) -> Token:
    position = start + 1
    parts: list[str] = []
    while position < len(query):
        end = query.find("`", position)
        if end < 0:
            break
        parts.append(query[position:end])
        if not query.startswith("``", end):
            name = "".join(parts)
            if not name or not name.isprintable() or "\\" in name:
                raise RefusedError(
                    f"{place(query, start)}: a name in backticks must be printable and without backslashes"
                )
            return Token(TokenKind.QUOTED, name, start, end + 1, space=False)
        parts.append("`")
        position = end + 2
    raise UsageError(f"{place(query, start)}: the name in backticks is not closed")


def place(query: str, position: int) -> str:
    """Return where a position is, as people count: line and column from 1."""
    before = query[:position]
    return f"line {before.count(chr(10)) + 1}, column {position - before.rfind(chr(10))}"
