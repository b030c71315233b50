"""Candidate facts from a language model behind an OpenAI-compatible endpoint; off unless the environment names one.

| variable | what |
|---|---|
| GRAPHKIT_LLM_URL | the endpoint, such as http://localhost:8000/v1 |
| GRAPHKIT_LLM_MODEL | the model's name |
| GRAPHKIT_LLM_KEY | a bearer token, where one is needed |
| GRAPHKIT_LLM_TIMEOUT_S | seconds for one answer (60) |

The model only points at words: every fact must quote them, and a quote that is not in the document drops the fact.
Amounts, dates, numbers and ids are read from the quote by the rules, never taken from the model. A person decides.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from graphkit.documents.extract import extract
from graphkit.documents.gazetteer import Gazetteer
from graphkit.documents.lexicon import rule_file
from graphkit.documents.model import Candidate, Document, Value
from graphkit.documents.text import clean
from graphkit.model.errors import StoreError, UsageError

_VALUE: TypeAdapter[Value] = TypeAdapter(Value)
_READ_BY_RULES = frozenset(("agency", "region", "document_number", "amount", "rate", "count", "date"))
_MAX_ANSWER_BYTES = 2_000_000
_CONFIDENCE = 0.6


@dataclass(frozen=True, slots=True)
class LlmSettings:
    """Where and what to ask; `timeout_s` is for one whole answer."""

    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    timeout_s: float = 60.0


class _Fact(BaseModel):
    """One fact as the model may state it."""

    model_config = ConfigDict(extra="ignore")

    kind: str
    quote: str = Field(min_length=1, max_length=1000)
    fields: dict[str, Any] = Field(default_factory=dict)


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    facts: list[Any]


def settings_from(environment: Mapping[str, str] = os.environ) -> LlmSettings | None:
    """Return the settings that the environment names, or None where it names no endpoint. UsageError for wrong ones."""
    url = environment.get("GRAPHKIT_LLM_URL", "").strip()
    if not url:
        return None
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc:
        raise UsageError("GRAPHKIT_LLM_URL: must be an address such as http://localhost:8000/v1")
    model = environment.get("GRAPHKIT_LLM_MODEL", "").strip()
    if not model:
        raise UsageError("GRAPHKIT_LLM_MODEL: name the model that GRAPHKIT_LLM_URL is to be asked for")
    try:
        timeout_s = float(environment.get("GRAPHKIT_LLM_TIMEOUT_S", "60"))
    except ValueError:
        raise UsageError("GRAPHKIT_LLM_TIMEOUT_S: must be a number of seconds") from None
    return LlmSettings(url.rstrip("/"), model, environment.get("GRAPHKIT_LLM_KEY") or None, timeout_s)


class LlmExtractor:
    """Asks a language model; called like `extract`. `dropped` says why facts of the last document were not kept."""

    def __init__(self, settings: LlmSettings) -> None:
        self._settings = settings
        self.dropped: list[str] = []

    def __call__(self, document: Document, gazetteer: Gazetteer) -> list[Candidate]:
        """Return the candidates of a document in order. StoreError when the endpoint cannot be reached or used."""
        self.dropped = []
        found: dict[str, Candidate] = {}
        for begin, text in _pieces(document.text.raw):
            for fact in self._facts(text):
                candidate = self._candidate(document, gazetteer, fact, begin, begin + len(text))
                if candidate:
                    found.setdefault(candidate.id, candidate)
        return sorted(found.values(), key=lambda one: (one.start, one.end, one.kind, one.id))

    def _facts(self, text: str) -> Iterator[_Fact]:
        """Ask for the facts of a piece of text; once more if the answer is no JSON of the right form."""
        for attempt in (1, 2):
            content = self._ask(text)
            try:
                answer = _Answer.model_validate(json.loads(_json_in(content)))
            except (ValueError, RecursionError) as error:
                if attempt == 2:
                    self.dropped.append(
                        f"an answer that is not of the form asked for: {' '.join(str(error).split())[:120]}"
                    )
                continue
            for item in answer.facts:
                try:
                    yield _Fact.model_validate(item)
                except ValidationError as error:
                    first = error.errors()[0]
                    self.dropped.append(f"a fact without a proper {'.'.join(map(str, first['loc']))}: {first['msg']}")
            return

    def _ask(self, text: str) -> str:
        rules = rule_file("llm.yaml")
        kinds = "\n".join(f"- {kind}: {about}" for kind, about in rules["kinds"].items())
        payload = {
            "model": self._settings.model,
            "temperature": 0,
            "response_format": {"type": "json_object"},
            "messages": [
                {"role": "system", "content": rules["system"].replace("{kinds}", kinds)},
                {"role": "user", "content": rules["user"].replace("{text}", text)},
            ],
        }
        headers = {"Content-Type": "application/json"}
        if self._settings.key:
            headers["Authorization"] = f"Bearer {self._settings.key}"
        request = urllib.request.Request(  # noqa: S310  the scheme was checked in settings_from
            f"{self._settings.url}/chat/completions", json.dumps(payload).encode(), headers
        )
        try:
            body = json.loads(self._answer_to(request))
            return str(body["choices"][0]["message"]["content"])
        except (ValueError, KeyError, IndexError, TypeError):
            raise self._failed("its answer is not that of an OpenAI-compatible endpoint") from None

    def _answer_to(self, request: urllib.request.Request) -> bytes:
        """Return the body of the answer, which must be whole in time and not too large."""
        ends = time.monotonic() + self._settings.timeout_s
        body = b""
        try:
            with urllib.request.urlopen(request, timeout=self._settings.timeout_s) as answer:  # noqa: S310
                while len(body) <= _MAX_ANSWER_BYTES and time.monotonic() < ends and (chunk := answer.read1(65536)):
                    body += chunk
        except urllib.error.HTTPError as error:
            raise self._failed(f"it answered with status {error.code}") from None
        except TimeoutError:
            raise self._failed(f"no whole answer within {self._settings.timeout_s:g} seconds") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, TimeoutError):
                raise self._failed(f"no answer within {self._settings.timeout_s:g} seconds") from None
            raise self._failed(str(reason)) from None
        if len(body) > _MAX_ANSWER_BYTES:
            raise self._failed(f"its answer is larger than {_MAX_ANSWER_BYTES:,} bytes")
        if time.monotonic() >= ends:
            raise self._failed(f"no whole answer within {self._settings.timeout_s:g} seconds")
        return body

    def _failed(self, why: str) -> StoreError:
        return StoreError(f"the language model at {urlsplit(self._settings.url).netloc} cannot be used: {why}")

    def _candidate(
        self, document: Document, gazetteer: Gazetteer, fact: _Fact, begin: int, end: int
    ) -> Candidate | None:
        if fact.kind not in rule_file("llm.yaml")["kinds"]:
            self.dropped.append(f"a fact of the unknown kind '{fact.kind[:40]}'")
            return None
        span = _span(document, fact.quote, begin, end)
        if span is None:
            self.dropped.append(f"{fact.kind}: the quote is not in the document: {fact.quote[:60]}")
            return None
        quote = document.text.raw[span[0] : span[1]]
        try:
            value = self._value(document, gazetteer, fact, quote)
        except ValidationError as error:
            first = error.errors()[0]
            self.dropped.append(f"{fact.kind}: {'.'.join(map(str, first['loc'][1:]))}: {first['msg']}: {quote[:60]}")
            return None
        if value is None:
            self.dropped.append(f"{fact.kind}: the quote holds none: {quote[:60]}")
            return None
        identity = f"{document.id}|llm|{fact.kind}|{span[0]}|{span[1]}|{value.model_dump_json()}"
        damage = document.text.damage_at(*span)
        return Candidate(
            id=f"c-{hashlib.sha256(identity.encode()).hexdigest()[:12]}",
            document=document.id,
            kind=value.kind,
            value=value,
            start=span[0],
            end=span[1],
            quote=quote,
            locator=document.locator(*span),
            rule=f"llm:{self._settings.model}",
            confidence=min(_CONFIDENCE, 0.4) if damage else _CONFIDENCE,
            note=f"touches a damaged place: {damage.note}" if damage else None,
        )

    def _value(self, document: Document, gazetteer: Gazetteer, fact: _Fact, quote: str) -> Value | None:
        """Return a fact's value: figures are read from the quote, and names that it gives must be in the document."""
        if fact.kind in _READ_BY_RULES:
            return _read(gazetteer, fact.kind, quote)
        words = clean(quote).clean
        given = {
            name: value
            for name, value in fact.fields.items()
            if isinstance(value, str) and (name in {"category", "measure", "action"} or value in document.text.clean)
        }
        match fact.kind:
            case "policy":
                made: dict[str, Any] = {"title": given.get("title", words.strip("《》"))}
            case "measure":
                made = {"title": given.get("title", words), "measure": given.get("measure", "other")}
            case "problem":
                made = {"category": given.get("category"), "about": given.get("about", words)}
            case "finding":
                party = given.get("party")
                known = _read(gazetteer, "agency", party) if party else None
                identity = known.id if known is not None and known.kind == "agency" else None
                made = {
                    "title": words,
                    "category": given.get("category"),
                    "type": "llm",
                    "party": party,
                    "party_id": identity,
                }
            case _:
                action = given.get("action")
                case_kind = rule_file("llm.yaml")["case_kinds"].get(action)
                made = {"action": action, "case_kind": case_kind, "by": given.get("by"), "to": given.get("to")}
                if case_kind is None:
                    return None
        return _VALUE.validate_python({"kind": fact.kind, **made})


def _read(gazetteer: Gazetteer, kind: str, words: str) -> Value | None:
    """Read a value of a kind from words by the rules; None unless they hold exactly one."""
    text = clean(words)
    if not text.clean:
        return None
    small = Document("quote", "quote", "txt", None, text)
    found = [one for one in extract(small, gazetteer) if one.kind == kind]
    return found[0].value if len(found) == 1 else None


def _pieces(raw: str) -> Iterator[tuple[int, str]]:
    """Split a text into overlapping pieces that end at a full stop or a line end, with where each begins."""
    rules = rule_file("llm.yaml")
    size, overlap = rules["characters"], rules["overlap"]
    begin = 0
    while begin < len(raw):
        end = min(len(raw), begin + size)
        if end < len(raw):
            stop = max(raw.rfind(mark, begin + size // 2, end) for mark in "。\n；")
            end = stop + 1 if stop > 0 else end
        yield begin, raw[begin:end]
        begin = end if end == len(raw) else max(begin + 1, end - overlap)


def _span(document: Document, quote: str, begin: int, end: int) -> tuple[int, int] | None:
    """Return where a quote stands in the original, within a piece of it: as written, or as cleaned."""
    at = document.text.raw.find(quote, begin, end)
    if at >= 0:
        return at, at + len(quote)
    wanted = clean(quote).clean
    first, last = document.text.to_clean(begin, end)
    at = document.text.clean.find(wanted, first, last) if wanted else -1
    return document.text.to_raw(at, at + len(wanted)) if at >= 0 else None


def _json_in(content: str) -> str:
    """Return the JSON object in an answer; some models wrap it in a code block."""
    begin, end = content.find("{"), content.rfind("}")
    return content[begin : end + 1] if 0 <= begin < end else content


def merged(rules: list[Candidate], model: list[Candidate]) -> list[Candidate]:
    """Return both lists in order, without the model's candidates that say what a rule found at the same place."""
    known = {(one.kind, place) for one in rules for place in range(one.start, one.end)}
    added = [one for one in model if not any((one.kind, place) in known for place in range(one.start, one.end))]
    return sorted([*rules, *added], key=lambda one: (one.start, one.end, one.kind, one.id))
