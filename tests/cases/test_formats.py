"""The tables of a case in whatever format: the same rows load, and a case may mix formats (CONTRACT.md section 1)."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from graphkit.case import load_case
from graphkit.case.encoding import detect
from graphkit.facts import Facts
from graphkit.facts.verify import problems
from graphkit.gaps import evaluate
from tests.cases.bad_base import CASE as CASE_FILE
from tests.cases.bad_base import write

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


def test_a_workspace_may_lie_in_a_folder_with_blanks_and_chinese_and_so_may_a_case(tmp_path: Path) -> None:
    write(tmp_path / "审计 案例", {"case.yaml": CASE_FILE.replace("spoilt", "空 案")})
    facts = Facts(tmp_path / "我的 工作区", create=True)
    first = load_case(facts, tmp_path / "审计 案例")
    assert (first.rejected, first.loaded["events"]) == (0, 1)
    assert [gap.kind for gap in evaluate(facts, "空 案").gaps()] == ["missing_step", "missing_step"]
    assert not any(load_case(facts, tmp_path / "审计 案例").loaded.values())
    assert problems(facts) == []


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        ("id,title\ndoc,通知\n", "gb18030", "gb18030"),  # these bytes are UTF-8 of two marks as well
        ("id,title\ndoc,通知\n", "utf-8", "utf-8-sig"),
        ("id,title\ndoc,转发通知\n", "gb18030", "gb18030"),
        ("id,title\ndoc,Résumé, ¿qué?, Ελλάδα, Россия, שלום\n", "utf-8", "utf-8-sig"),
        ("id,title\ndoc,notice\n", "utf-8", "utf-8-sig"),
    ],
)
def test_a_short_text_is_read_as_it_was_written(text: str, encoding: str, found: str, tmp_path: Path) -> None:
    (tmp_path / "documents.csv").write_bytes(text.encode(encoding))
    assert detect(tmp_path / "documents.csv") == found
