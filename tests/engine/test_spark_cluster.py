"""A real Spark cluster of two workers on this machine finds the gaps that DuckDB finds, though one worker is lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pyarrow.parquet as pq
import pytest

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.gaps import evaluate
from graphkit.gaps.record import keep

pytestmark = pytest.mark.spark

ROOT = Path(__file__).parents[2]
PARTS = 4
MIDDLE = 30
"""So many tasks a worker has done when it is lost, of about 120."""

ROWS = ("events", "deliveries", "transfers", "beneficiaries")
DEFAULTS = """\
spark.executor.memory              768m
spark.driver.memory                1g
spark.driver.extraJavaOptions      -XX:+UseSerialGC -XX:TieredStopAtLevel=1
spark.executor.extraJavaOptions    -XX:+UseSerialGC -XX:TieredStopAtLevel=1
# A task for each file, and as many after each exchange of rows, so that no job is done at one stroke.
spark.sql.files.maxPartitionBytes  1m
spark.sql.files.openCostInBytes    1m
spark.sql.shuffle.partitions       {parts}
spark.sql.adaptive.enabled         false
spark.sql.codegen.wholeStage       false
spark.sql.codegen.factoryMode      NO_CODEGEN
# Nothing begins before both workers are at hand.
spark.cores.max                    2
spark.scheduler.minRegisteredResourcesRatio           1.0
spark.scheduler.maxRegisteredResourcesWaitingTime     120s
spark.eventLog.enabled             true
spark.eventLog.dir                 {log}
spark.eventLog.compress            false
spark.eventLog.rolling.enabled     false
"""


@dataclass(frozen=True)
class Cluster:
    """A running cluster: its folder, the workers' processes by port, the master's page, and what names it to Spark."""

    home: Path
    workers: dict[str, int]
    page: str
    environment: dict[str, str]

    def states(self) -> dict[str, str]:
        """Return what the master says of each worker, by port."""
        with urlopen(f"{self.page}/json/", timeout=10) as answer:
            return {str(worker["port"]): worker["state"] for worker in json.load(answer)["workers"]}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated (synthetic) case whose rows lie in several files, with its gaps as DuckDB finds them."""
    folder = tmp_path_factory.mktemp("spark_cluster")
    size = ["--policies", "3", "--counties", "60", "--deliveries", "4000", "--findings", "100", "--format", "parquet"]
    subprocess.run([sys.executable, ROOT / "benchmarks/generate.py", folder / "case", *size], check=True)
    facts = Facts(folder / "workspace", create=True)
    for part in parts(folder):
        assert load_case(facts, part).rejects == []
    assert all(len(facts.files(name, "national")) == PARTS for name in ROWS)
    keep(evaluate(facts, "national"), "duckdb")
    return facts.workspace


def parts(folder: Path) -> Iterator[Path]:
    """Yield the case in several folders, each with some of its rows."""
    for number in range(PARTS):
        part = folder / f"part-{number}"
        shutil.copytree(folder / "case", part, ignore=shutil.ignore_patterns("tables") if number else None)
        (part / "tables").mkdir(exist_ok=True)
        for name in ROWS:
            rows = pq.read_table(folder / "case" / "tables" / f"{name}.parquet")
            size = -(-rows.num_rows // PARTS)
            pq.write_table(rows.slice(number * size, size), part / "tables" / f"{name}.parquet")
        yield part


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    pytest.importorskip("pyspark")
    script, home, conf = ROOT / "scripts/spark-local", tmp_path / "spark", tmp_path / "conf"
    try:
        started = subprocess.run(
            [sys.executable, script, "start", "--home", home], capture_output=True, text=True, check=True
        )
        named = dict(line.removeprefix("export ").split("=", 1) for line in started.stdout.splitlines())
        state = json.loads((home / "state.json").read_text(encoding="utf-8"))
        conf.mkdir()
        log = tmp_path / "log"
        log.mkdir()
        (conf / "spark-defaults.conf").write_text(DEFAULTS.format(parts=PARTS, log=log), encoding="utf-8")
        environment = {**os.environ, **named, "SPARK_CONF_DIR": str(conf)}
        yield Cluster(home, state["workers"], state["page"], environment)
    finally:
        subprocess.run([sys.executable, script, "stop", "--home", home], check=False)


def test_a_worker_lost_in_the_middle_changes_no_byte(workspace: Path, cluster: Cluster, tmp_path: Path) -> None:
    (lost, worker), *_ = cluster.workers.items()
    with evaluating(workspace, "one-lost", cluster) as run:
        executor = stopped_at_work(cluster, worker, run)
        os.kill(worker, signal.SIGKILL)
        os.kill(executor, signal.SIGKILL)
        finished(run)
    assert gaps(workspace, "one-lost") == gaps(workspace, "duckdb")
    assert sorted(cluster.states().values()) == ["ALIVE", "DEAD"]
    assert cluster.states()[lost] == "DEAD"
    removed, *_ = logged(tmp_path, "ExecutorRemoved")
    tasks = logged(tmp_path, "TaskEnd")
    assert {task["Task Info"]["Executor ID"] for task in tasks} == {"0", "1"}
    its = [task for task in tasks if task["Task Info"]["Executor ID"] == removed["Executor ID"]]
    # What it was at is lost, but for a result that was on its way already; what it had done may have to be done anew.
    lost_with_it = {"ExecutorLostFailure", "Resubmitted"}
    assert {task["Task End Reason"]["Reason"] for task in its} - lost_with_it == {"Success"}
    assert [task for task in tasks if task["Task Info"]["Launch Time"] > removed["Timestamp"]]


def evaluating(workspace: Path, name: str, cluster: Cluster) -> subprocess.Popen[str]:
    """Start the command; only Spark's own configuration says where its rows are read."""
    command = ["evaluate", "-w", str(workspace), "--engine", "spark", "--keep", name]
    return subprocess.Popen(
        [sys.executable, "-c", "from graphkit.cli import main; main()", *command],
        env=cluster.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def finished(run: subprocess.Popen[str]) -> None:
    """Wait until the command is done, and done well."""
    _, said = run.communicate(timeout=300)
    assert run.returncode == 0, said


def stopped_at_work(cluster: Cluster, worker: int, run: subprocess.Popen[str]) -> int:
    """Wait until the worker's executor has done some tasks and is at another; stop it there and return its process."""
    own = cluster.home / f"work-{list(cluster.workers.values()).index(worker)}"
    executor = None
    until = time.monotonic() + 240
    while run.poll() is None and time.monotonic() < until:
        executor = executor or child(worker)
        if executor and at_work(own):
            # What it says after it was stopped is what it has told the driver.
            os.kill(executor, signal.SIGSTOP)
            if at_work(own):
                return executor
            os.kill(executor, signal.SIGCONT)
        time.sleep(0.01)
    pytest.fail("the worker was never seen at work")


def at_work(folder: Path) -> bool:
    """Return whether the executor whose log is in a worker's folder has finished some tasks, and is at another."""
    said = "".join(file.read_text(encoding="utf-8") for file in folder.glob("app-*/*/stderr"))
    return MIDDLE <= said.count("Finished task") < said.count("Running task")


def child(process: int) -> int | None:
    """Return the process that a process started, if there is one."""
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            if f"PPid:\t{process}\n" in status.read_text(encoding="utf-8"):
                return int(status.parent.name)
    return None


def gaps(workspace: Path, name: str) -> bytes:
    """Return the file of all gaps of a kept evaluation."""
    (found,) = workspace.glob(f"evaluations/*/{name}.gaps.jsonl.gz")
    return found.read_bytes()


def logged(folder: Path, kind: str) -> list[dict[str, Any]]:
    """Return what Spark's driver wrote down of one kind of event."""
    (file,) = (folder / "log").iterdir()
    events = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return [event for event in events if event["Event"] == f"SparkListener{kind}"]
