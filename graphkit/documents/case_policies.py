"""Accepted policies, document numbers and issuers as rows: policies/ID.yaml and the table `documents`.

A number that stands on a line of its own is the document's own, and so is an issuer that heads, signs or is named as
such; any other number is that of another document, which gets a row of its own. A policy that was read has no stages
yet: who knows the chain adds them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from graphkit.documents.facts import OWN
from graphkit.documents.model import DocumentNumberValue, IssuerValue, PolicyValue
from graphkit.documents.review import Item

_OWN_ISSUERS = frozenset(("issuer_title", "issuer_field", "issuer_masthead", "issuer_signature"))


def document_rows(items: Sequence[Item]) -> list[dict[str, Any]]:
    """Return the rows of the documents that were read, and of those whose numbers they name.

    `source` and `locator` (kept as attributes) say where a number was read.
    """
    names = {item.candidate.document: item.document_name for item in items}
    own: dict[str, dict[str, Any]] = {
        identity: {"id": identity, "title": name, "file": name}
        for identity, name in sorted(names.items(), key=lambda one: (one[1], one[0]))
    }
    others: dict[str, dict[str, Any]] = {}
    for item in items:
        if isinstance(item.value, DocumentNumberValue):
            place = {"source": item.candidate.document, "locator": item.candidate.locator}
            if item.candidate.rule.endswith(OWN):
                row = own[item.candidate.document]
                row["number"] = row.get("number") or item.value.number
            else:
                title = _title_of(item, items)
                others.setdefault(
                    item.value.number, {"id": item.value.number, "number": item.value.number, **title, **place}
                )
        elif isinstance(item.value, IssuerValue) and item.candidate.rule in _OWN_ISSUERS:
            row = own[item.candidate.document]
            row["issuer"] = row.get("issuer") or item.value.id or item.value.name
    return [*own.values(), *others.values()]


def policy_definitions(items: Sequence[Item]) -> dict[str, dict[str, Any]]:
    """Return each accepted policy as policies/ID.yaml, by id; the same title is the same policy in every document.

    `document` holds its number and issuer where those were accepted too, and `read_in` where its title was read.
    """
    found: dict[str, dict[str, Any]] = {}
    for item in items:
        if not isinstance(item.value, PolicyValue):
            continue
        title = item.value.title
        identity = f"policy-{hashlib.sha256(title.encode()).hexdigest()[:8]}"
        policy = found.setdefault(identity, {"id": identity, "title": {"zh": title}, "document": {}})
        numbers = [one.value.number for one in _linked(item, items) if isinstance(one.value, DocumentNumberValue)]
        issuer = _issuer_in(item, items)
        if numbers:
            policy["document"].setdefault("number", numbers[0])
        if issuer:
            policy["document"].setdefault("issuer", issuer)
        policy.setdefault("read_in", []).append(f"{item.candidate.document}, {item.candidate.locator}")
    return found


def _title_of(number: Item, items: Sequence[Item]) -> dict[str, Any]:
    """Return the title and the issuer of the accepted policy that has this number."""
    for item in items:
        if isinstance(item.value, PolicyValue) and number in _linked(item, items):
            return {"title": item.value.title, "issuer": _issuer_in(item, items)}
    return {}


def _linked(item: Item, items: Sequence[Item]) -> list[Item]:
    targets = {link.target for link in item.candidate.links}
    return [one for one in items if one.candidate.id in targets]


def _issuer_in(policy: Item, items: Sequence[Item]) -> str | None:
    """Return the accepted issuer that a policy's title begins with."""
    for item in items:
        inside = policy.candidate.start <= item.candidate.start < policy.candidate.end
        if isinstance(item.value, IssuerValue) and inside and item.candidate.document == policy.candidate.document:
            return item.value.id or item.value.name
    return None
