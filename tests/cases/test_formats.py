"""The tables of a case in whatever format: the same rows load, and a case may mix formats (CONTRACT.md section 1)."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from graphkit.case import load_case
from graphkit.facts import Facts

CASE = Path(__file__).parents[2] / "graphkit" / "data" / "cases" / "shanxi-2020"


def test_a_case_with_several_parquet_tables_beside_csv_loads_as_from_csv_alone(tmp_path: Path) -> None:
    mixed = tmp_path / "mixed"
    shutil.copytree(CASE, mixed)
    for name in ("assignments", "events", "transfers"):
        path = mixed / "tables" / f"{name}.csv"
        with path.open(encoding="utf-8") as stream:
            header = stream.readline().strip().lstrip("\ufeff").split(",")
        text = pa_csv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=True)
        pq.write_table(pa_csv.read_csv(path, convert_options=text), path.with_suffix(".parquet"))
        path.unlink()

    plain = load_case(Facts(tmp_path / "plain", create=True), CASE)
    loaded = load_case(Facts(tmp_path / "workspace", create=True), mixed)

    assert loaded.rejected == 0
    assert loaded.loaded == plain.loaded
