"""Exports of many rows: made while they are sent, of one state of the facts; one that breaks off is seen to."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import uvicorn
from graphkit_api.app import create_app
from graphkit_api.exports import WRITERS
from graphkit_api.routes import files
from graphkit_api.rows import table_rows
from graphkit_api.settings import Settings

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.gaps import Evaluation, evaluate
from graphkit.model.tables import TABLES
from tests.reports.small import write_case

from .conftest import SMALL

ROWS = 50_000
COLUMNS = [*TABLES["deliveries"].column_names, "attributes"]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the small case, and many deliveries in it."""
    folder = tmp_path_factory.mktemp("many")
    case = write_case(folder / "small")
    with (case / "tables" / "deliveries.csv").open(encoding="utf-8-sig", newline="") as stream:
        first, *_ = rows = list(csv.DictReader(stream))
    with (case / "tables" / "deliveries.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(first))
        writer.writeheader()
        writer.writerows(rows)
        writer.writerows({**first, "id": f"many-{number:06}"} for number in reversed(range(ROWS)))
    assert load_case(Facts(folder / "workspace", create=True), case).rejected == 0
    return folder / "workspace"


@pytest.fixture(scope="module")
def address(many: Path) -> Iterator[str]:
    """The address of a real server in a thread: what a broken transfer looks like, only a connection shows."""
    config = uvicorn.Config(create_app(Settings(many)), port=0, log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}{SMALL}/exports/deliveries"
    server.should_exit = True
    thread.join()


def _csv(content: bytes) -> list[str]:
    return [row["id"] for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))]


READERS: dict[str, Callable[[bytes], list[str]]] = {
    "ndjson": lambda content: [json.loads(line)["id"] for line in content.splitlines()],
    "csv": _csv,
    "parquet": lambda content: pq.read_table(io.BytesIO(content)).column("id").to_pylist(),
}


@pytest.mark.parametrize("form", WRITERS)
def test_every_row_comes_in_the_order_of_the_keys(address: str, form: str) -> None:
    answer = httpx.get(f"{address}.{form}", timeout=60)
    ids = READERS[form](answer.content)
    assert len(ids) > ROWS
    assert ids == sorted(set(ids))
    assert httpx.get(f"{address}.{form}", timeout=60).content == answer.content


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("form", WRITERS)
def test_a_failure_in_the_middle_breaks_the_transfer(
    address: str, form: str, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(evaluation: Evaluation, table: str) -> Iterator[dict[str, Any]]:
        for number, row in enumerate(table_rows(evaluation, table)):
            if number == 45_000:
                raise pa.ArrowIOError("the disk went away")
            yield row

    monkeypatch.setattr(files, "table_rows", broken)
    with httpx.stream("GET", f"{address}.{form}", headers={"Accept-Encoding": encoding}, timeout=60) as answer:
        parts = answer.iter_raw()
        assert (answer.status_code, next(parts) != b"") == (200, True)
        with pytest.raises(httpx.RemoteProtocolError):
            list(parts)


@pytest.mark.parametrize(("form", "taken"), [("ndjson", 1), ("csv", 1), ("parquet", 2)])
def test_rows_are_read_while_they_are_sent(many: Path, form: str, taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    read = 0
    whole = Evaluation.batches

    def counted(self: Evaluation, query: str) -> Iterator[pa.RecordBatch]:
        nonlocal read
        for batch in whole(self, query):
            read += 1
            yield batch

    monkeypatch.setattr(Evaluation, "batches", counted)
    parts = WRITERS[form](table_rows(evaluate(Facts(many), "small"), "deliveries"), COLUMNS)
    next(parts)
    assert 1 <= read <= taken
    assert sum(1 for _ in parts) > 0
    assert read > taken


def test_an_export_is_of_the_facts_that_it_began_with(many: Path) -> None:
    evaluation = evaluate(Facts(many), "small")
    rows = table_rows(evaluation, "deliveries")
    first = next(rows)["id"]
    others = evaluation.rows("SELECT count(*) AS n FROM deliveries")[0]["n"]  # meanwhile others read it
    del evaluation
    assert len([first, *(row["id"] for row in rows)]) == others
