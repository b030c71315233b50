"""Tables made of values of Python: their schema is the one asked for, and nothing loads pandas for them."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa

from graphkit.engine.arrow import table_of

_SCHEMA = pa.schema(
    [
        ("text", pa.string()),
        ("whole", pa.int64()),
        ("flag", pa.bool_()),
        ("day", pa.date32()),
        ("moment", pa.timestamp("us")),
        ("amount", pa.decimal128(28, 6)),
    ]
)
_ROWS = [
    ("it's", 2**40, True, date(2020, 2, 29), datetime.fromisoformat("2020-02-29T23:59:59.999999"), Decimal("0.000001")),
    (None, None, None, None, None, None),
]


def test_values_come_back_as_they_went_in() -> None:
    for rows in (_ROWS, _ROWS[1:], []):
        table = table_of(_SCHEMA, rows)
        assert table.schema == _SCHEMA
        assert [tuple(row.values()) for row in table.to_pylist()] == rows


def test_no_pandas_is_loaded_for_it() -> None:
    code = (
        "import sys, pyarrow as pa\n"
        "from graphkit.engine.arrow import table_of\n"
        "table_of(pa.schema([('a', pa.string())]), [['x']])\n"
        "assert 'pandas' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
