"""The case tables (CONTRACT.md section 1): columns, types and keys, said once for every part that touches them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

AMOUNT_PRECISION, AMOUNT_SCALE = 28, 6
"""How many digits an amount may have, and how many of them behind the point."""


def is_amount(value: Decimal) -> bool:
    """Whether a number can be kept as an amount, to the last digit."""
    if not value.is_finite():
        return False
    last = value.normalize().as_tuple().exponent
    return isinstance(last, int) and last >= -AMOUNT_SCALE and value.adjusted() < AMOUNT_PRECISION - AMOUNT_SCALE


class ColumnType(StrEnum):
    """What a column holds; `graphkit.facts.schema` maps each type to its stored form."""

    TEXT = "text"
    DATE = "date"
    DATETIME = "datetime"
    AMOUNT = "amount"
    COUNT = "count"
    NUMBER = "number"
    FLAG = "flag"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `refers` names the table(s) whose key its value must be in; `values` lists what it may hold."""

    name: str
    type: ColumnType = ColumnType.TEXT
    required: bool = False
    refers: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One case table: `key` identifies a row (empty: the whole row does); `date` is the row's own date column(s).

    `free` are the columns that are kept among the attributes as they are.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    free: tuple[str, ...] = ()

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, in the order of CONTRACT.md."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the column called `name`; KeyError if the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


LEVELS = ("central", "province", "city", "county", "township")
EVENT_KINDS = ("started", "completed", "reopened", "cancelled")
CATEGORIES = ("blockage", "pain", "difficulty", "break")
SEVERITIES = ("high", "medium", "low")
ACTION_KINDS = (
    "reported", "instructed", "recommended", "accepted", "rectified", "verified", "rejected", "reopened", "waived",
)  # fmt: skip
ROLES = ("lead", "support")

_T = ColumnType


def _text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


_RECORDED = (Column("recorded_at", _T.DATETIME), *_text("source", "locator"))
_POLICY = Column("policy", required=True, refers=("policies",))
_SCOPE = Column("scope", required=True, refers=("regions", "agencies"))
_AMOUNT = Column("amount", _T.AMOUNT)
_CURRENCY = Column("currency")
_ID = Column("id", required=True)


def _ref(name: str, *tables: str, required: bool = False) -> Column:
    return Column(name, refers=tables, required=required)


_TABLES = (
    Table(
        "regions",
        (
            Column("code", required=True),
            Column("name", required=True),
            Column("level", required=True, values=LEVELS),
            _ref("parent", "regions"),
        ),
        key=("code",),
    ),
    Table(
        "agencies",
        (
            _ID,
            Column("name", required=True),
            _ref("region", "regions"),
            _ref("parent", "agencies"),
            Column("kind"),
            Column("aliases", _T.LIST),
        ),
        key=("id",),
    ),
    Table(
        "beneficiary_groups",
        (
            _ID,
            Column("name", required=True),
            _ref("measure", "measures"),
            _ref("region", "regions"),
            Column("eligible_count", _T.COUNT),
            Column("eligible_amount", _T.AMOUNT),
            _CURRENCY,
            Column("affected_by", _T.LIST),
        ),
        key=("id",),
    ),
    Table(
        "beneficiaries",
        (
            _ID,
            _ref("group", "beneficiary_groups"),
            Column("name"),
            _ref("region", "regions"),
            Column("eligible", _T.FLAG),
            Column("eligible_from", _T.DATE),
            Column("eligible_to", _T.DATE),
        ),
        key=("id",),
        free=("attributes",),
    ),
    Table(
        "assignments",
        (
            _POLICY,
            _ref("stage", "stages", required=True),
            _SCOPE,
            _ref("agency", "agencies", required=True),
            Column("role", values=ROLES),
            Column("assigned_on", _T.DATE),
            *_text("source", "locator"),
        ),
        date=("assigned_on",),
    ),
    Table(
        "events",
        (
            _ID,
            _POLICY,
            _ref("stage", "stages", required=True),
            _SCOPE,
            Column("kind", required=True, values=EVENT_KINDS),
            Column("on", _T.DATE, required=True),
            _ref("agency", "agencies"),
            _AMOUNT,
            _CURRENCY,
            Column("count", _T.COUNT),
            *_RECORDED,
            Column("note"),
        ),
        key=("id",),
        date=("on",),
    ),
    Table(
        "transfers",
        (
            _ID,
            _POLICY,
            _ref("measure", "measures"),
            _ref("from", "agencies", "beneficiary_groups", "source:", required=True),
            _ref("to", "agencies", "beneficiary_groups", "source:", required=True),
            Column("amount", _T.AMOUNT, required=True),
            _CURRENCY,
            Column("on", _T.DATE, required=True),
            *_RECORDED,
        ),
        key=("id",),
        date=("on",),
    ),
    Table(
        "deliveries",
        (
            _ID,
            _POLICY,
            _ref("measure", "measures", required=True),
            Column("beneficiary", required=True),
            _ref("region", "regions"),
            _ref("group", "beneficiary_groups"),
            _ref("agency", "agencies"),
            _AMOUNT,
            _CURRENCY,
            Column("on", _T.DATE),
            Column("due_on", _T.DATE),
            Column("channel"),
            *_RECORDED,
        ),
        key=("id",),
        date=("on", "due_on"),
    ),
    Table(
        "findings",
        (
            _ID,
            Column("title", required=True),
            Column("category", values=CATEGORIES),
            Column("kind"),
            _ref("policy", "policies"),
            _ref("stage", "stages"),
            _ref("scope", "regions", "agencies"),
            _ref("agency", "agencies"),
            Column("found_on", _T.DATE, required=True),
            _AMOUNT,
            _CURRENCY,
            Column("count", _T.COUNT),
            Column("severity", values=SEVERITIES),
            *_RECORDED,
        ),
        key=("id",),
        date=("found_on",),
    ),
    Table(
        "actions",
        (
            _ID,
            _ref("finding", "findings", required=True),
            Column("kind", required=True, values=ACTION_KINDS),
            *_text("by", "to"),
            Column("on", _T.DATE, required=True),
            Column("due_on", _T.DATE),
            _AMOUNT,
            _CURRENCY,
            *_RECORDED,
            Column("note"),
        ),
        key=("id",),
        date=("on",),
    ),
    Table(
        "reports",
        (
            _ID,
            Column("kind", required=True),
            Column("period_end", _T.DATE, required=True),
            Column("issued_on", _T.DATE),
            Column("source"),
        ),
        key=("id",),
        date=("issued_on",),
    ),
    Table(
        "documents",
        (_ID, *_text("title", "number", "issuer"), Column("issued_on", _T.DATE), *_text("file", "url")),
        key=("id",),
        date=("issued_on",),
    ),
    Table(
        "coverage",
        (
            _POLICY,
            _ref("stage", "stages"),
            _SCOPE,
            Column("until", _T.DATE),
            Column("source"),
        ),
    ),
    Table(
        "supplies",
        (
            _ref("from", "beneficiary_groups", "agencies", required=True),
            _ref("to", "beneficiary_groups", "agencies", required=True),
            Column("weight", _T.NUMBER),
        ),
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in _TABLES}
"""Every case table by name, in an order in which each refers only to those before it."""
