"""What breaks in the middle is told in one line, and the next run mends it: really broken, through the commands."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import neo4j
import pytest

from tests.reports.small import load_small

ROOT = Path(__file__).parents[2]
SMALL_FILES = 20_000
"""So many bytes a file may have where the disk is said to be full; the snapshot of the small case has more."""


def _graphkit(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command as a user would."""
    command = [sys.executable, "-c", "from graphkit.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def _is_one_line(done: subprocess.CompletedProcess[str], said: str) -> None:
    assert done.returncode == 3, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert said in done.stderr


def _steps(workspace: Path, *options: object, **more: Any) -> str:
    query = "MATCH (s:Step) WHERE s.case = 'small' RETURN count(s) AS steps"
    done = _graphkit("query", query, "-w", workspace, "--format", "csv", *options, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_full_disk_is_told_of_and_what_was_there_stays(tmp_path: Path) -> None:
    load_small(tmp_path)
    workspace = tmp_path / "workspace"
    before = _steps(workspace)
    manifest = workspace / "graph" / "manifest.json"
    (kept,) = (workspace / "graph").glob("snapshot-*.kgl")
    manifest.write_text(manifest.read_text().replace('"projection":"', '"projection":"older').replace(
        '"projection": "', '"projection": "older'))  # fmt: skip
    written, size = manifest.read_bytes(), kept.stat().st_size
    assert size > SMALL_FILES

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL_FILES, SMALL_FILES))

    done = _graphkit("query", "RETURN 1 AS one", "-w", workspace, preexec_fn=full)
    _is_one_line(done, "the graph cannot be written")
    assert (manifest.read_bytes(), kept.stat().st_size) == (written, size)
    assert _steps(workspace) == before


def test_what_a_killed_process_left_is_mended_by_the_next(tmp_path: Path) -> None:
    load_small(tmp_path)
    workspace = tmp_path / "workspace"
    before = _steps(workspace)
    folder = workspace / "graph"
    (folder / "manifest.json").unlink()
    with subprocess.Popen(
        [sys.executable, "-c", "from graphkit.cli import main; main()", "query", "RETURN 1 AS one", "-w", workspace],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        until = time.monotonic() + 60
        while len(list(folder.glob("snapshot-*.kgl*"))) < 2 and process.poll() is None and time.monotonic() < until:
            time.sleep(0.001)
        process.kill()
    assert _steps(workspace) == before
    assert len(list(folder.glob("snapshot-*.kgl"))) == 1


@pytest.mark.neo4j
def test_a_wrong_password_is_told_of(tmp_path: Path) -> None:
    if (uri := os.environ.get("GRAPHKIT_TEST_NEO4J_URI")) is None:
        pytest.skip("no Neo4j here")
    load_small(tmp_path)
    wrong = {**os.environ, "GRAPHKIT_NEO4J_PASSWORD": "wrong"}
    done = _graphkit("query", "RETURN 1 AS one", "-w", tmp_path / "workspace", "--graph", uri, env=wrong)
    _is_one_line(done, "refuses the user or the password")
    assert "wrong" not in done.stderr.replace("wrong usage", "")


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Path]:
    """The home of a Neo4j of this test's own, not started yet; what runs there in the end is of no more use."""
    if os.environ.get("GRAPHKIT_TEST_NEO4J_URI") is None:
        pytest.skip("no Neo4j here")
    home = tmp_path / "neo4j"
    yield home
    subprocess.run([sys.executable, ROOT / "scripts/neo4j-local", "kill", "--home", home], check=False)


def _started(home: Path) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/neo4j-local", "start", "--home", home, "--heap-mb", "512"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = (line.removeprefix("export ").partition("=") for line in done.stdout.splitlines())
    return {name: value for name, _, value in lines}


@pytest.mark.neo4j
def test_a_server_that_dies_in_the_middle_of_a_load_is_mended_by_the_next(own_server: Path, tmp_path: Path) -> None:
    load_small(tmp_path)
    case, workspace = tmp_path / "case", tmp_path / "workspace"
    environment = {**os.environ, **_started(own_server)}
    uri = environment["GRAPHKIT_TEST_NEO4J_URI"]
    with subprocess.Popen(
        [sys.executable, "-c", "from graphkit.cli import main; main()", "load", case, "-w", workspace, "--graph", uri],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment,
    ) as loading:  # fmt: skip
        until = time.monotonic() + 60
        while _nodes(uri, environment) == 0 and loading.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        subprocess.run([sys.executable, ROOT / "scripts/neo4j-local", "kill", "--home", own_server], check=True)
        _, said = loading.communicate(timeout=120)
    assert (loading.returncode, len(said.splitlines())) in ((3, 1), (0, 0)), said
    environment = {**os.environ, **_started(own_server)}
    uri = environment["GRAPHKIT_TEST_NEO4J_URI"]
    again = _graphkit("load", case, "-w", workspace, "--graph", uri, env=environment)
    assert again.returncode == 0, again.stderr
    assert _steps(workspace, "--graph", uri, env=environment) == _steps(workspace)


def _nodes(uri: str, environment: dict[str, str]) -> int:
    auth = (environment["GRAPHKIT_NEO4J_USER"], environment["GRAPHKIT_NEO4J_PASSWORD"])
    with neo4j.GraphDatabase.driver(uri, auth=auth) as driver:
        return int(driver.execute_query("MATCH (n) RETURN count(n) AS n").records[0]["n"])
