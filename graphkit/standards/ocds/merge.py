"""Releases of one process merged into what holds at the end, by the merging rules of OCDS 1.1.

https://standard.open-contracting.org/1.1/en/schema/merging/: later values replace earlier ones, null removes, lists of
objects with ids are merged by id, other lists are replaced whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_PER_RELEASE = ("id", "date", "tag")


def merged(releases: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the releases, earliest first, merged; `id`, `date` and `tag` are the last release's."""
    result: dict[str, Any] = {}
    for release in releases:
        for name in _PER_RELEASE:
            result.pop(name, None)
        _merge(result, release)
    return result


def _merge(target: dict[str, Any], source: Mapping[str, Any]) -> None:
    for key, value in source.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        elif _has_ids(value) and _has_ids(target.get(key)):
            target[key] = _merge_lists(target[key], value)
        else:
            target[key] = _copy(value)


def _merge_lists(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    by_id = {str(one["id"]): one for one in old}
    for one in new:
        key = str(one["id"])
        if key in by_id:
            _merge(by_id[key], one)
        else:
            by_id[key] = _copy(one)
    return list(by_id.values())


def _has_ids(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, Mapping) and one.get("id") is not None for one in value)
    )


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copy(one) for key, one in value.items() if one is not None}
    return [_copy(one) for one in value] if isinstance(value, list) else value
