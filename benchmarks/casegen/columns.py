"""Arrow columns from numpy arrays, without a Python loop over rows."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Hashes = npt.NDArray[np.uint64]

MONEY = pa.decimal128(18, 2)
NO_DAY = np.int64(np.iinfo(np.int32).min)
"""Stands for no date in an array of day numbers (days since 1970-01-01)."""

_EPOCH = date(1970, 1, 1)


def day(value: date) -> int:
    """Return the number of days since 1970-01-01."""
    return (value - _EPOCH).days


def as_date(number: int) -> date:
    """Return the date of a day number."""
    return date.fromordinal(_EPOCH.toordinal() + int(number))


def hashed(numbers: Ints | npt.NDArray[np.uint64], salt: int) -> Hashes:
    """Return a well mixed 64-bit number for each input number (splitmix64): the same for the same number and salt."""
    with np.errstate(over="ignore"):
        x = numbers.astype(np.uint64) + np.uint64((salt * 0x9E3779B97F4A7C15) % 2**64)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))


def below(numbers: Ints, salt: int, limit: int) -> Ints:
    """Return for each number a hashed whole number from 0 to limit - 1."""
    return (hashed(numbers, salt) % np.uint64(limit)).astype(np.int64)


def numbered(prefix: str, numbers: Ints, width: int) -> pa.Array:
    """Return texts like E000000012."""
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width=width, padding="0")
    return pc.binary_join_element_wise(prefix, digits, "")


def dates(days: Ints) -> pa.Array:
    """Return dates from day numbers; NO_DAY gives null."""
    return pa.array(days.astype(np.int32), mask=days == NO_DAY).cast(pa.date32())


def money(cents: Ints, missing: Flags | None = None) -> pa.Array:
    """Return decimal amounts with two decimals from whole cents."""
    cells = np.empty((len(cents), 2), dtype=np.int64)
    cells[:, 0] = cents
    cells[:, 1] = cents >> 63
    valid = None
    if missing is not None:
        valid = pa.array(~missing).buffers()[1]
    return pa.Array.from_buffers(MONEY, len(cents), [valid, pa.py_buffer(cells)])


def texts_or_null(values: pa.Array, keep: Flags) -> pa.Array:
    """Return the texts where `keep` holds, else null."""
    return pc.if_else(pa.array(keep), values, pa.scalar(None, pa.string()))


def constant(text: str | None, length: int) -> pa.Array:
    """Return one text repeated."""
    return pa.repeat(pa.scalar(text, pa.string()), length)


def joined(*parts: pa.Array | str) -> pa.Array:
    """Return the parts joined by `|`, nulls as empty texts."""
    return pc.binary_join_element_wise(*parts, "|", null_handling="replace", null_replacement="")
