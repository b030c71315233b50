"""Table files of a generated case, written in pieces: CSV or Parquet."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

_ROW_GROUP = 500_000


class TableFile:
    """One table file that grows by record batches; Parquet row groups hold at least half a million rows."""

    def __init__(self, folder: Path, name: str, schema: pa.Schema, kind: str) -> None:
        self.rows = 0
        self._schema = schema
        self._waiting: list[pa.RecordBatch] = []
        path = folder / f"{name}.{kind}"
        self._writer: pa_csv.CSVWriter | pq.ParquetWriter
        if kind == "csv":
            self._writer = pa_csv.CSVWriter(path, schema)
            self._size = 1
        else:
            # Ids are all different: a dictionary of them would only be thrown away again.
            repeated = [name for name in schema.names if name not in ("id", "beneficiary", "name")]
            self._writer = pq.ParquetWriter(path, schema, use_dictionary=repeated, store_decimal_as_integer=True)
            self._size = _ROW_GROUP

    def write(self, columns: dict[str, pa.Array]) -> None:
        """Append rows given as columns; columns that are not named are null."""
        length = len(next(iter(columns.values())))
        arrays = [
            columns[field.name] if field.name in columns else pa.nulls(length, field.type) for field in self._schema
        ]
        self._waiting.append(pa.record_batch(arrays, schema=self._schema))
        self.rows += length
        if sum(batch.num_rows for batch in self._waiting) >= self._size:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting).combine_chunks())
            self._waiting = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._flush()
        self._writer.close()


def write_table(folder: Path, name: str, kind: str, columns: dict[str, pa.Array]) -> int:
    """Write a whole table at once and return its number of rows."""
    schema = pa.schema([(column, values.type) for column, values in columns.items()])
    with TableFile(folder, name, schema, kind) as file:
        file.write(columns)
    return file.rows
