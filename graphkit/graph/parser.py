"""Reads the part of Cypher that reads: what is not in this grammar does not reach a store.

The grammar is openCypher's reading clauses with Neo4j 5's subqueries, label expressions and quantified paths. Reading a
query yields what the guard decides by: its functions, procedures and special constructs, and its tokens with every
name marked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphkit.graph.tokens import Token, TokenKind, place, tokenize
from graphkit.model.errors import GraphkitError, RefusedError, UsageError

_MAX_DEPTH = 60
_MAX_STEPS = 400_000
_MAX_LOOPS = 3
_MAX_OPERATORS = 1_000
"""Each one nests in a store's own reading of the query: twenty thousand of them end a Neo4j's connection."""
_SHORT_LISTS = frozenset({"NODES", "RELATIONSHIPS", "LABELS"})
"""Functions whose list is about as short as a path or the labels of a node."""
_CLAUSES = frozenset({"MATCH", "OPTIONAL", "UNWIND", "WITH", "RETURN", "CALL"})
_READING = "MATCH, UNWIND, WITH, CALL, RETURN"
_NOT_READING = frozenset({
    "ADD", "ALTER", "ANALYZE", "ATTACH", "BEGIN", "COMMIT", "COPY", "CREATE", "DEALLOCATE", "DELETE", "DENY",
    "DETACH", "DROP", "DRYRUN", "ENABLE", "EXPLAIN", "EXPORT", "FINISH", "FOREACH", "GRANT", "IMPORT", "INSERT",
    "INSTALL", "LOAD", "MERGE", "NODETACH", "ON", "PERIODIC", "PROFILE", "REMOVE", "RENAME", "REVOKE", "ROLLBACK",
    "SET", "SHOW", "START", "STOP", "TERMINATE", "USE", "USING",
})  # fmt: skip
"""Clauses and commands of Cypher that are refused; any other word in their place is a mistake in writing."""


@dataclass(slots=True)
class Parsed:
    """What a query consists of. Positions are those of tokens in `tokens`.

    `ranges` are the calls of range(), each with the tokens of its arguments; `loops` are where an expression goes
    through one list, which may be long, for each value of another, or nests deeper than three; `comparisons` the tokens
    of both sides of each.
    """

    text: str
    tokens: list[Token]
    functions: list[tuple[str, Token]] = field(default_factory=list)
    procedures: list[tuple[str, Token]] = field(default_factory=list)
    features: list[tuple[str, Token]] = field(default_factory=list)
    unbounded: list[Token] = field(default_factory=list)
    properties: list[Token] = field(default_factory=list)
    parameters: set[str] = field(default_factory=set)
    unnamed_items: list[tuple[int, int]] = field(default_factory=list)
    ranges: list[tuple[Token, list[list[Token]]]] = field(default_factory=list)
    loops: list[Token] = field(default_factory=list)
    comparisons: list[tuple[list[Token], list[Token]]] = field(default_factory=list)

    def written(self) -> tuple[str, dict[str, str]]:
        """Return the query as the stores are given it, and the strings in it as parameters.

        It has no comments and no strings, every name is spelled in one way, and every column has its name: two engines
        that read escapes differently have nothing left to read differently.
        """
        aliases = {end: self._column(start, end) for start, end in self.unnamed_items}
        texts: dict[str, str] = {}
        parts = []
        for index, token in enumerate(self.tokens):
            if index in aliases:
                parts.append(f" AS `{aliases[index]}`")
            if token.kind is TokenKind.END:
                break
            parts.append(" " if token.space and parts else "")
            if token.kind is TokenKind.TEXT:
                name = self._free_name(len(texts))
                texts[name] = token.value
                parts.append(f"${name}")
            else:
                parts.append(token.written())
        return "".join(parts), texts

    def _free_name(self, number: int) -> str:
        name = f"text{number}"
        while name in self.parameters:
            name = f"_{name}"
        return name

    def _column(self, start: int, end: int) -> str:
        """The name of a column that was given none: its expression as it was typed."""
        typed = ((" " if token.space else "") + self.text[token.start : token.end] for token in self.tokens[start:end])
        return " ".join("".join(typed).replace("\\", " ").split()).replace("`", "``")


def parse(query: str) -> Parsed:
    """Read a query.

    Raises RefusedError for a clause that is not a reading one, a second statement, or a query too deeply nested;
    UsageError, with line and column, for what is no Cypher.
    """
    parser = _Parser(query)
    parser.statement()
    return parser.parsed


class _Parser:
    def __init__(self, query: str) -> None:
        self.parsed = Parsed(query, tokenize(query))
        self._tokens = self.parsed.tokens
        self._at = 0
        self._depth = 0
        self._steps = 0
        self._operators = 0
        self._named: list[Token] = []
        self._in_loops: list[bool] = []

    # Tokens

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _peek(self, ahead: int = 1) -> Token:
        return self._tokens[min(self._at + ahead, len(self._tokens) - 1)]

    def _next(self) -> Token:
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise RefusedError("the query is too complicated to be checked")
        token = self._token
        if token.kind is not TokenKind.END:
            self._at += 1
        return token

    def _operator(self) -> None:
        """Take an operator; a query has only so many."""
        self._operators += 1
        if self._operators > _MAX_OPERATORS:
            raise RefusedError(f"{self._where()}: more than {_MAX_OPERATORS} operators in one query")
        self._next()

    def _is(self, *symbols: str) -> bool:
        return self._token.kind is TokenKind.SYMBOL and self._token.value in symbols

    def _word(self, *words: str) -> bool:
        return self._token.word in words

    def _take(self, symbol: str) -> bool:
        if self._is(symbol):
            self._next()
            return True
        return False

    def _take_word(self, *words: str) -> bool:
        if self._word(*words):
            self._next()
            return True
        return False

    def _need(self, symbol: str) -> None:
        if not self._take(symbol):
            raise self._wrong(f"'{symbol}' expected")

    def _need_word(self, word: str) -> None:
        if not self._take_word(word):
            raise self._wrong(f"{word} expected")

    def _where(self, token: Token | None = None) -> str:
        return place(self.parsed.text, (token or self._token).start)

    def _wrong(self, what: str) -> UsageError:
        found = self._token
        seen = "the end" if found.kind is TokenKind.END else f"'{self.parsed.text[found.start : found.end][:40]}'"
        return UsageError(f"{self._where()}: {what}, found {seen}")

    def _name(self) -> Token:
        token = self._token
        if token.kind not in (TokenKind.WORD, TokenKind.QUOTED):
            raise self._wrong("a name expected")
        token.is_name = True
        self._named.append(token)
        return self._next()

    def _deeper(self, what: Callable[[], None]) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise RefusedError(f"{self._where()}: nested more than {_MAX_DEPTH} deep")
        what()
        self._depth -= 1

    # Clauses

    def statement(self) -> None:
        self._query(top=True)
        self._take(";")
        if self._token.kind is not TokenKind.END:
            raise self._not_reading()

    def _not_reading(self) -> GraphkitError:
        token = self._token
        seen = self.parsed.text[token.start : token.end][:40]
        second = self._at > 0 and self._tokens[self._at - 1].value == ";"
        if token.kind is TokenKind.WORD and token.word not in _NOT_READING and not second:
            return UsageError(f"{self._where()}: no clause begins with '{seen}'; there are {_READING}")
        return RefusedError(f"{self._where()}: '{seen}' is not allowed here, only reading clauses are ({_READING})")

    def _query(self, *, top: bool = False, closed: bool = False) -> None:
        """One or more single queries with UNION; `closed` is inside braces, where EXISTS and COUNT need no RETURN."""
        self._single(top=top, closed=closed)
        while self._take_word("UNION"):
            self._take_word("ALL", "DISTINCT")
            self._single(top=top, closed=closed)

    def _single(self, *, top: bool, closed: bool) -> None:
        returned = called = False
        while True:
            if returned or self._token.kind is TokenKind.END or self._is("}", ";") or self._word("UNION"):
                break
            word = self._token.word
            if word not in _CLAUSES:
                raise self._not_reading()
            called = word == "CALL"
            self._next()
            if word == "MATCH" or (word == "OPTIONAL" and self._take_word("MATCH")):
                self._patterns()
                self._where_clause()
            elif word == "OPTIONAL":
                self._need_word("CALL")
                self.parsed.features.append(("OPTIONAL CALL", self._token))
                self._call()
            elif word == "UNWIND":
                self._expression()
                self._need_word("AS")
                self._name()
            elif word == "CALL":
                self._call()
            else:
                self._projection(is_return=word == "RETURN", top=top)
                returned = word == "RETURN"
        if not (returned or closed or called):
            raise self._wrong("RETURN expected")

    def _where_clause(self) -> None:
        if self._take_word("WHERE"):
            self._expression()

    def _projection(self, *, is_return: bool, top: bool) -> None:
        self._take_word("DISTINCT")
        if self._take("*"):
            while self._take(","):
                self._item(named=not (is_return and top))
        else:
            self._item(named=not (is_return and top))
            while self._take(","):
                self._item(named=not (is_return and top))
        if self._word("ORDER"):
            self._next()
            self._need_word("BY")
            self._expression()
            self._take_word("ASC", "ASCENDING", "DESC", "DESCENDING")
            while self._take(","):
                self._expression()
                self._take_word("ASC", "ASCENDING", "DESC", "DESCENDING")
        if self._take_word("SKIP", "OFFSET"):
            self._expression()
        if self._take_word("LIMIT"):
            self._expression()
        if not is_return:
            self._where_clause()

    def _item(self, *, named: bool) -> None:
        start = self._at
        self._expression()
        if self._take_word("AS"):
            self._name()
        elif not named:
            self.parsed.unnamed_items.append((start, self._at))

    def _call(self) -> None:
        if self._is("{") or (self._is("(") and self._scope_clause()):
            self._need("{")
            self._deeper(self._query)
            self._need("}")
            if self._word("IN"):
                raise RefusedError(f"{self._where()}: CALL … IN TRANSACTIONS is not allowed")
            return
        start = self._token
        names = [self._name()]
        while self._take("."):
            names.append(self._name())
        if any(name.kind is TokenKind.QUOTED for name in names):
            raise RefusedError(f"{self._where(start)}: the name of a procedure cannot stand in backticks")
        self.parsed.procedures.append((".".join(name.value for name in names), start))
        if self._take("("):
            self._list_of_expressions(")")
        if self._take_word("YIELD"):
            if not self._take("*"):
                self._yielded()
                while self._take(","):
                    self._yielded()
            self._where_clause()

    def _scope_clause(self) -> bool:
        self._need("(")
        if not self._take("*") and not self._is(")"):
            self._name()
            while self._take(","):
                self._name()
        self._need(")")
        return True

    def _yielded(self) -> None:
        self._name()
        if self._take_word("AS"):
            self._name()

    # Patterns

    def _patterns(self) -> None:
        if self._token.word in ("REPEATABLE", "DIFFERENT") and self._peek().word in (
            "ELEMENTS",
            "ELEMENT",
            "RELATIONSHIPS",
            "RELATIONSHIP",
        ):
            raise RefusedError(f"{self._where()}: match modes are not allowed; write MATCH and the pattern alone")
        self._pattern()
        while self._take(","):
            self._pattern()

    def _pattern(self) -> None:
        if (
            self._token.kind in (TokenKind.WORD, TokenKind.QUOTED)
            and self._peek().value == "="
            and self._peek().kind is TokenKind.SYMBOL
        ):
            self._name()
            self._need("=")
        if self._word("SHORTEST", "ANY", "ALL") and not (
            self._peek().kind is TokenKind.SYMBOL and self._peek().value == "="
        ):
            self._selector()
        self._anonymous_pattern()

    def _selector(self) -> None:
        self.parsed.features.append(("SHORTEST", self._token))
        self._next()
        self._take_word("SHORTEST")
        if self._token.kind in (TokenKind.NUMBER, TokenKind.PARAMETER):
            self._atom()
        self._take_word("PATH", "PATHS")
        self._take_word("GROUP", "GROUPS")

    def _anonymous_pattern(self) -> None:
        if self._word("SHORTESTPATH", "ALLSHORTESTPATHS"):
            self._next()
            self._need("(")
            self._element()
            self._need(")")
        else:
            self._element()

    def _element(self) -> int:
        """A chain of nodes and relationships, or of quantified paths; returns how many relationships it has."""
        links = 0
        self._node_or_group()
        while True:
            if self._relationship_follows():
                self._relationship()
                links += 1
                self._node_or_group()
            elif self._is("("):
                self._node_or_group()
            else:
                return links

    def _node_or_group(self) -> None:
        after = self._peek()
        is_group = after.kind is TokenKind.SYMBOL and after.value == "("
        is_group = is_group or (self._peek(2).value == "=" and self._peek(2).kind is TokenKind.SYMBOL)
        if self._is("(") and is_group:
            self.parsed.features.append(("quantified path", self._token))
            self._need("(")
            self._deeper(self._pattern)
            self._where_clause()
            self._need(")")
            self._quantifier()
        else:
            self._node()

    def _node(self) -> None:
        self._need("(")
        if self._token.kind in (TokenKind.WORD, TokenKind.QUOTED) and not self._word("WHERE"):
            self._name()
        if self._take(":"):
            self._labels()
        self._properties()
        self._where_clause()
        self._need(")")

    def _properties(self) -> None:
        if self._is("{"):
            self._deeper(self._map)
        elif self._token.kind is TokenKind.PARAMETER:
            self._atom()

    def _labels(self) -> None:
        """A label expression: |, &, !, %, brackets, and `:A:B` as it was written before."""
        self._label_term()
        while self._is("|", "&", ":"):
            if self._is("&"):
                self.parsed.features.append(("& in a label expression", self._token))
            self._next()
            self._take(":")
            self._label_term()

    def _label_term(self) -> None:
        while self._is("!"):
            self.parsed.features.append(("! in a label expression", self._token))
            self._next()
        if self._is("%"):
            self.parsed.features.append(("% in a label expression", self._token))
            self._next()
        elif self._take("("):
            self._deeper(self._labels)
            self._need(")")
        elif self._token.kind is TokenKind.PARAMETER or self._token.value == "$":
            raise RefusedError(f"{self._where()}: a label or type cannot be a parameter; write it out")
        else:
            self._name()

    def _relationship_follows(self) -> bool:
        if self._is("<"):
            return self._peek().value == "-"
        return self._is("-") and self._peek().kind is TokenKind.SYMBOL and self._peek().value in ("-", "[")

    def _relationship(self) -> None:
        self._take("<")
        self._need("-")
        if self._take("["):
            if self._token.kind in (TokenKind.WORD, TokenKind.QUOTED) and not self._word("WHERE"):
                self._name()
            if self._take(":"):
                self._labels()
            if self._is("*"):
                self._hops()
            self._properties()
            self._where_clause()
            self._need("]")
        self._need("-")
        self._take(">")
        if self._is("{", "+", "*"):
            self.parsed.features.append(("quantified path", self._token))
            self._quantifier()

    def _hops(self) -> None:
        star = self._next()
        self._take_number()
        if self._take(".."):
            if not self._take_number():
                self.parsed.unbounded.append(star)
        elif self._tokens[self._at - 1] is star:
            self.parsed.unbounded.append(star)

    def _take_number(self) -> bool:
        if self._token.kind is TokenKind.NUMBER:
            if not self._token.value.isdigit():
                raise self._wrong("a whole number expected")
            self._next()
            return True
        return False

    def _quantifier(self) -> None:
        token = self._token
        if self._take("+") or self._take("*"):
            self.parsed.unbounded.append(token)
            return
        if not self._take("{"):
            return
        self._take_number()
        if self._take(",") and not self._take_number():
            self.parsed.unbounded.append(token)
        self._need("}")

    # Expressions, weakest binding first

    def _expression(self) -> None:
        self._deeper(self._or)

    def _or(self) -> None:
        self._and()
        while self._word("OR", "XOR"):
            self._operator()
            self._and()

    def _and(self) -> None:
        self._not()
        while self._word("AND"):
            self._operator()
            self._not()

    def _not(self) -> None:
        self._prefixes(lambda: self._word("NOT"))
        self._comparison()

    def _prefixes(self, follows: Callable[[], bool]) -> None:
        """Read operators that stand before what they are about: each is one deeper."""
        count = 0
        while follows():
            count += 1
            if count > _MAX_DEPTH:
                raise RefusedError(f"{self._where()}: nested more than {_MAX_DEPTH} deep")
            self._operator()

    def _comparison(self) -> None:
        start = self._at
        self._sum()
        compared = False
        while True:
            if self._is("=~"):
                self.parsed.features.append(("=~", self._token))
            if self._is("=", "<>", "<", ">", "<=", ">=") or self._word("IN"):
                if compared and not self._word("IN"):
                    self.parsed.features.append(("a chain of comparisons", self._token))
                compared = compared or not self._word("IN")
                left = self._tokens[start : self._at]
                self._operator()
                start = self._at
                self._sum()
                self.parsed.comparisons.append((left, self._tokens[start : self._at]))
            elif self._is("=~") or self._word("CONTAINS"):
                self._operator()
                self._sum()
            elif self._word("STARTS", "ENDS"):
                self._operator()
                self._need_word("WITH")
                self._sum()
            elif self._word("IS"):
                self._operator()
                self._take_word("NOT")
                self._need_word("NULL")
            else:
                return

    def _sum(self) -> None:
        self._product()
        while self._is("+", "-", "||"):
            self._operator()
            self._product()

    def _product(self) -> None:
        self._power()
        while self._is("*", "/", "%"):
            self._operator()
            self._power()

    def _power(self) -> None:
        self._unary()
        while self._is("^"):
            self._operator()
            self._unary()

    def _unary(self) -> None:
        self._prefixes(lambda: self._is("+", "-"))
        self._postfix()

    def _postfix(self) -> None:
        start = self._at
        self._atom()
        while True:
            if self._is("."):
                self._operator()
                self.parsed.properties.append(self._token)
                self._name()
            elif self._is("["):
                self._operator()
                if not self._is(".."):
                    self._expression()
                if self._take("..") and not self._is("]"):
                    self._expression()
                self._need("]")
            elif self._is(":") and self._tokens[start].is_name:
                self._next()
                self._labels()
            elif self._is("{") and self._at == start + 1 and self._tokens[start].is_name:
                self._deeper(self._map_projection)
            else:
                return

    def _map_projection(self) -> None:
        self._need("{")
        while not self._is("}"):
            if self._take("."):
                if not self._take("*"):
                    self.parsed.properties.append(self._token)
                    self._name()
            else:
                self._name()
                if self._take(":"):
                    self._expression()
            if not self._take(","):
                break
        self._need("}")

    def _map(self) -> None:
        self._need("{")
        while not self._is("}"):
            self._name()
            self._need(":")
            self._expression()
            if not self._take(","):
                break
        self._need("}")

    def _list_of_expressions(self, end: str) -> list[list[Token]]:
        found = []
        while not self._is(end):
            start = self._at
            self._expression()
            found.append(self._tokens[start : self._at])
            if not self._take(","):
                break
        self._need(end)
        return found

    def _atom(self) -> None:
        token = self._token
        if token.kind in (TokenKind.NUMBER, TokenKind.TEXT):
            self._next()
        elif token.kind is TokenKind.PARAMETER:
            self.parsed.parameters.add(token.value)
            self._next()
        elif self._is("("):
            if not self._tried(self._pattern_predicate):
                self._next()
                self._expression()
                self._need(")")
        elif self._is("["):
            self._deeper(self._bracketed)
        elif self._is("{"):
            self._deeper(self._map)
        elif token.kind is TokenKind.QUOTED:
            self._name_or_function()
        elif token.kind is TokenKind.WORD:
            self._word_atom(token)
        else:
            raise self._wrong("an expression expected")

    def _word_atom(self, token: Token) -> None:
        opens = self._peek().value if self._peek().kind is TokenKind.SYMBOL else ""
        if token.word in ("TRUE", "FALSE", "NULL"):
            self._next()
        elif token.word == "CASE":
            self._next()
            self._case()
        elif token.word in ("EXISTS", "COUNT", "COLLECT") and opens == "{":
            self._next()
            if token.word == "COLLECT":
                self.parsed.features.append(("COLLECT { }", token))
            self._need("{")
            self._deeper(self._subquery)
            self._need("}")
        elif token.word in ("ALL", "ANY", "NONE", "SINGLE") and opens == "(":
            self._next()
            self._need("(")
            self._name()
            self._need_word("IN")
            source = self._source()
            self._need_word("WHERE")
            self._each(source, self._expression)
            self._need(")")
        elif token.word == "REDUCE" and opens == "(":
            self._next()
            self._need("(")
            self._name()
            self._need("=")
            self._expression()
            self._need(",")
            self._name()
            self._need_word("IN")
            source = self._source()
            self._need("|")
            self._each(source, self._expression)
            self._need(")")
        elif token.word in ("SHORTESTPATH", "ALLSHORTESTPATHS") and opens == "(":
            self._anonymous_pattern()
        else:
            self._name_or_function()

    def _name_or_function(self) -> None:
        """A variable, or a function with its name in parts."""
        start = self._at
        parts = [self._token.value]
        ahead = 1
        while self._peek(ahead).value == "." and self._peek(ahead + 1).kind in (TokenKind.WORD, TokenKind.QUOTED):
            parts.append(self._peek(ahead + 1).value)
            ahead += 2
        if not (self._peek(ahead).kind is TokenKind.SYMBOL and self._peek(ahead).value == "("):
            self._name()
            return
        if any(token.kind is TokenKind.QUOTED for token in self._tokens[start : start + ahead]):
            raise RefusedError(f"{self._where()}: the name of a function cannot stand in backticks")
        self.parsed.functions.append((".".join(parts), self._token))
        called = self._token
        self._at += ahead
        self._need("(")
        if self._take("*"):
            self._need(")")
            return
        self._take_word("DISTINCT")
        arguments = self._list_of_expressions(")")
        if called.word == "RANGE" and len(parts) == 1:
            self.parsed.ranges.append((called, arguments))

    def _case(self) -> None:
        if not self._word("WHEN"):
            self._expression()
        if not self._word("WHEN"):
            raise self._wrong("WHEN expected")
        while self._take_word("WHEN"):
            self._expression()
            while self._take(","):
                self._expression()
            self._need_word("THEN")
            self._expression()
        if self._take_word("ELSE"):
            self._expression()
        self._need_word("END")

    def _subquery(self) -> None:
        if self._token.word in _CLAUSES:
            self._query(closed=True)
        else:
            self._patterns()
            self._where_clause()

    def _bracketed(self) -> None:
        """A list, a list comprehension or a pattern comprehension."""
        self._need("[")
        if self._tried(self._pattern_comprehension):
            return
        if (
            self._token.kind in (TokenKind.WORD, TokenKind.QUOTED)
            and self._peek().word == "IN"
            and self._tried(self._list_comprehension)
        ):
            return
        self._list_of_expressions("]")

    def _list_comprehension(self) -> None:
        self._name()
        self._need_word("IN")
        source = self._source()
        if not (self._word("WHERE") or self._is("|", "]")):
            raise self._wrong("']' expected")
        self._each(source, self._comprehended)
        self._need("]")

    def _comprehended(self) -> None:
        self._where_clause()
        if self._take("|"):
            self._expression()

    def _source(self) -> list[Token]:
        """Read the expression of a list that is gone through."""
        start = self._at
        self._expression()
        return self._tokens[start : self._at]

    def _each(self, source: list[Token], what: Callable[[], None]) -> None:
        """Read what is done for each value of a list."""
        self._in_loops.append(not _is_short(source))
        if len(self._in_loops) > _MAX_LOOPS or (self._in_loops[-1] and sum(self._in_loops) > 1):
            self.parsed.loops.append(source[0])
        what()
        self._in_loops.pop()

    def _pattern_comprehension(self) -> None:
        if self._peek().value == "=" and self._peek().kind is TokenKind.SYMBOL:
            self._name()
            self._need("=")
        if not self._is("(") or not self._element():
            raise self._wrong("a pattern expected")
        self._where_clause()
        self._need("|")
        self._expression()
        self._need("]")

    def _pattern_predicate(self) -> None:
        if not self._element():
            raise self._wrong("a relationship expected")

    def _tried(self, what: Callable[[], None]) -> bool:
        """Read `what` if it is there; otherwise be where we were, having seen nothing."""
        parsed = self.parsed
        at, depth, loops, operators = self._at, self._depth, len(self._in_loops), self._operators
        lists: tuple[list[Any], ...] = (
            parsed.functions, parsed.procedures, parsed.features, parsed.unbounded, parsed.properties, parsed.ranges,
            parsed.loops, parsed.comparisons, self._named,
        )  # fmt: skip
        counts = [len(seen) for seen in lists]
        try:
            what()
        except UsageError:
            self._at, self._depth, self._operators = at, depth, operators
            del self._in_loops[loops:]
            for token in self._named[counts[-1] :]:
                token.is_name = False
            for seen, count in zip(lists, counts, strict=True):
                del seen[count:]
            return False
        return True


def _is_short(source: list[Token]) -> bool:
    """Whether a list's expression is one call of a function of _SHORT_LISTS."""
    return source[0].word in _SHORT_LISTS and is_one_call(source)


def is_one_call(tokens: list[Token]) -> bool:
    """Whether tokens are a name and one pair of brackets with what is in it."""
    depth = 0
    for at, token in enumerate(tokens[1:], 1):
        if token.kind is TokenKind.SYMBOL:
            depth += {"(": 1, ")": -1}.get(token.value, 0)
        if depth == 0:
            return at == len(tokens) - 1 and at > 1
    return False
