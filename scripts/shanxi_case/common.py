"""Folders, CSV in and out, regions, and choices that are the same in every run."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path

Row = dict[str, str]

DATA = Path(__file__).resolve().parents[2] / "graphkit" / "data"
PUBLIC = DATA / "cases" / "shanxi-2020-public"
MIXED = DATA / "cases" / "shanxi-2020"
AS_OF = date(2020, 8, 31)
COUNTRY, PROVINCE = "100000", "140000"
LEVELS = ("central", "province", "city", "county")
SEED = "shanxi-2020"
SYNTHETIC = "synthetic"


def read_table(path: Path) -> list[Row]:
    """Return the rows of a CSV file as texts."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write_table(path: Path, columns: list[str], rows: Iterable[Row]) -> None:
    """Write rows as CSV (UTF-8, LF); a cell that a row does not have stays empty. ValueError for an unknown column."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def chance(*key: object) -> float:
    """Return a number from 0 to below 1 that depends on the key alone, on every machine and Python version."""
    text = "|".join([SEED, *map(str, key)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48


def between(low: int, high: int, *key: object) -> int:
    """Return a whole number from low to high, both included, that depends on the key alone."""
    return low + int(chance(*key) * (high - low + 1))


@cache
def regions() -> dict[str, Row]:
    """Return China, Shanxi, its 11 cities and 117 counties by code.

    The four functional zones of the source list (codes ending in 71, such as 山西转型综合改革示范区) are no counties:
    they are left out, and so is the rest of the country.
    """
    found = {}
    for row in read_table(DATA / "cn-divisions" / "regions.csv"):
        if row["code"] == COUNTRY:
            found[COUNTRY] = {**row, "name": "全国"}
        elif row["code"].startswith("14") and not row["code"].endswith("71"):
            found[row["code"]] = row
    return found


@cache
def codes(level: str) -> tuple[str, ...]:
    """Return the codes of a level's regions in order."""
    return tuple(code for code, row in sorted(regions().items()) if row["level"] == level)


@cache
def below(code: str, level: str) -> tuple[str, ...]:
    """Return the codes of the level's regions below a region."""
    return tuple(one for one in codes(level) if code in above(one)[1:])


@cache
def above(code: str) -> tuple[str, ...]:
    """Return a region and its ancestors, nearest first."""
    parent = regions()[code]["parent"]
    return (code, *above(parent)) if parent else (code,)


def city_of(county: str) -> str:
    """Return the code of a county's city."""
    return regions()[county]["parent"]


def full_name(code: str) -> str:
    """Return a name that stands alone: 太原市小店区 rather than 小店区, for two counties are called 城区."""
    row = regions()[code]
    return regions()[row["parent"]]["name"] + row["name"] if row["level"] == "county" else row["name"]
