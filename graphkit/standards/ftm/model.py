"""FollowTheMoney entities, and what `schema.yaml` says that the import makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from graphkit.model.errors import InputError
from graphkit.standards.account import Account
from graphkit.standards.values import squeeze


class AmountProperty(BaseModel):
    """A property that may hold a payment's amount; `currency` is the one that its name says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    property: str
    currency: str | None


class Schemas(BaseModel):
    """What the import makes of each schema."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    parties: list[str]
    documents: list[str]
    payments: list[str]
    names: list[str]
    aliases: list[str]
    amounts: list[AmountProperty]
    dates: list[str]
    caption: list[str]
    kinds: dict[str, str]
    other_kind: str


@cache
def schemas() -> Schemas:
    """Return what `schema.yaml` says."""
    text = resources.files("graphkit.standards.ftm").joinpath("schema.yaml").read_text(encoding="utf-8")
    return Schemas.model_validate(yaml.safe_load(text))


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity as it stood; `properties` maps names to lists of text."""

    line: int
    id: str
    schema: str
    properties: dict[str, list[str]]
    raw: dict[str, object]

    def first(self, *names: str) -> str:
        """Return the first value of the first of these properties that has any, squeezed; '' if none has."""
        return next((squeeze(one) for name in names for one in self.properties.get(name, []) if squeeze(one)), "")

    def earlier_ids(self) -> set[str]:
        """Return the other ids that the entity has in its statements."""
        statements = self.raw.get("statements")
        held = statements if isinstance(statements, list) else []
        return {one["entity_id"] for one in held if _is_statement(one)} - {self.id}

    @property
    def label(self) -> str:
        """What a person calls it."""
        return self.first(*schemas().caption) or self.id


def read_entities(path: Path, name: str, account: Account | None = None) -> Iterator[Entity]:
    """Yield the entities of a JSON lines file; lines that hold none are rejected in the account, if one is given.

    InputError when the file cannot be read, or holds no entity at all.
    """
    found = False
    try:
        with path.open(encoding="utf-8-sig") as stream:
            for line, text in enumerate(stream, start=1):
                if not text.strip():
                    continue
                entities = _entities(line, text)
                if isinstance(entities, str):
                    if account is not None:
                        account.read("entities")
                        account.reject("entities", name, line, text.strip()[:80], entities)
                    continue
                for entity in entities:
                    if account is not None:
                        account.read("entities")
                    found = True
                    yield entity
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    if not found:
        raise InputError(f"{path}: holds no FollowTheMoney entity; each line is to be one entity as JSON")


def _entities(line: int, text: str) -> list[Entity] | str:
    """Return the entity of a line after those nested in it (as APIs give them), or what is wrong with it."""
    try:
        raw = json.loads(text, parse_float=str, parse_int=str)
        if _is_statement(raw):
            return [_of_statements(line, str(raw.get("canonical_id") or raw["entity_id"]), raw["schema"], {}, [raw])]
        entities = list(_unnested(line, raw))
    except (ValueError, RecursionError):
        return "is not JSON"
    if not entities:
        return "has no id or no schema" if isinstance(raw, dict) and _maps(raw) else "is not an entity"
    return entities if entities[-1].raw is raw else "has no id or no schema"


def _is_statement(raw: object) -> bool:
    """Tell a statement: one value of a property of an entity, with where it comes from.

    https://followthemoney.tech/docs/statements/: dumps of statements hold one a line, and entities may hold theirs.
    """
    return isinstance(raw, dict) and all(
        isinstance(raw.get(name), str) and raw[name] for name in ("entity_id", "prop", "schema", "value")
    )


def _of_statements(
    line: int, identifier: str, schema: str, whole: dict[str, Any], statements: list[dict[str, Any]]
) -> Entity:
    """Return what statements say of an entity; the statement `id` only says that it is there."""
    properties: dict[str, list[str]] = {}
    for one in statements:
        if one["prop"] != "id" and one["value"] not in properties.setdefault(one["prop"], []):
            properties[one["prop"]].append(one["value"])
    raw = {**whole, "id": identifier, "schema": schema, "properties": properties, "statements": statements}
    return Entity(line, identifier, schema, properties, raw)


def _maps(raw: dict[str, Any]) -> bool:
    return isinstance(raw.get("properties", {}), dict)


def _unnested(line: int, raw: object) -> Iterator[Entity]:
    """Yield an entity after those nested in its properties, of which it keeps the ids."""
    if not isinstance(raw, dict) or not _maps(raw):
        return
    identifier, schema = raw.get("id"), raw.get("schema")
    stated = raw.get("statements")
    if "properties" not in raw and isinstance(stated, list) and stated and all(map(_is_statement, stated)):
        if isinstance(identifier, str) and identifier and isinstance(schema, str) and schema:
            yield replace(_of_statements(line, identifier, schema, raw, stated), raw=raw)
        return
    properties: dict[str, list[str]] = {}
    for name, given in raw.get("properties", {}).items():
        texts = properties.setdefault(str(name), [])
        for one in given if isinstance(given, list) else [given]:
            if _is_statement(one):
                texts.append(one["value"])
                continue
            inner = list(_unnested(line, one))
            yield from inner
            if one is not None:
                texts.append(inner[-1].id if inner and inner[-1].raw is one else str(one))
    if isinstance(identifier, str) and identifier and isinstance(schema, str) and schema:
        yield Entity(line, identifier, schema, properties, raw)


def joined(one: Entity, other: Entity) -> Entity:
    """Return two fragments of one entity as one: streams of statements give an entity in pieces."""
    properties = {name: list(values) for name, values in one.properties.items()}
    for name, values in other.properties.items():
        own = properties.setdefault(name, [])
        own += [value for value in values if value not in own]
    schema = max(one.schema, other.schema, key=_how_special)
    raw = {**other.raw, **one.raw, "schema": schema, "properties": properties}
    statements = [piece for part in (one.raw, other.raw) if isinstance(piece := part.get("statements"), list)]
    if statements:
        raw["statements"] = [statement for piece in statements for statement in piece]
    return Entity(one.line, one.id, schema, properties, raw)


def _how_special(schema: str) -> int:
    """Order the schemas that pieces of one entity have: a company may also be called an organization."""
    general = ("Thing", "LegalEntity", "Organization")
    return general.index(schema) if schema in general else len(general)
