"""A workspace in an object store: as in a folder, one writer at a time, and nothing torn, whoever is killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from graphkit_api.access import Role
from graphkit_api.accesslog import AccessLog
from graphkit_api.app import create_app
from graphkit_api.settings import Settings
from graphkit_api.tokens import Tokens

from graphkit.case import load as load_module
from graphkit.case import load_case
from graphkit.case.rejects import Reject
from graphkit.documents.review import Review
from graphkit.facts import Facts
from graphkit.facts import lease as lease_module
from graphkit.facts.bucket import Bucket
from graphkit.facts.mirror import kept_files
from graphkit.facts.shared import mirror_of, writing
from graphkit.facts.verify import problems
from graphkit.model.errors import StoreError
from tests.reports.small import write_case

from .conftest import GRAPHKIT, Machine

pytestmark = pytest.mark.s3
Machines = Callable[[str], Machine]
Cases = Callable[[int], Path]

HOLD = """
import sys
from pathlib import Path
from graphkit.facts import Facts, workspace_folder
facts = Facts(workspace_folder(sys.argv[1]), create=True)
with facts.transaction("shared"):
    print("held", flush=True)
    sys.stdin.readline()
"""
KILLED = """
import os, signal, sys
from pathlib import Path
from graphkit.case import load_case
from graphkit.facts import Facts, mirror, workspace_folder
def kill(*given):
    print("uploaded", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
mirror.Mirror.replace_manifest = kill
load_case(Facts(workspace_folder(sys.argv[1]), create=True), Path(sys.argv[2]))
"""


def _objects(address: str) -> list[str]:
    return Bucket(address).names("objects/")


def _rows(facts: Facts, table: str) -> int:
    return sum(pq.ParquetFile(file).metadata.num_rows for file in facts.files(table, "shared"))


def test_the_same_as_in_a_folder(machine: Machines, tmp_path: Path) -> None:
    case, local = write_case(tmp_path / "case"), str(tmp_path / "local")
    one, other = machine("one"), machine("other")
    assert one.graphkit("load", str(case)).returncode == one.graphkit("load", str(case), workspace=local).returncode
    report = ["report", "--kind", "monthly", "--period-end", "2020-03-31", "--out"]
    for command in (["gaps", "--format", "json"], ["findings", "--format", "json"], ["check", "--format", "json"]):
        there, here = other.graphkit(*command), other.graphkit(*command, workspace=local)
        assert (there.returncode, there.stderr) == (here.returncode, here.stderr)
        assert there.stdout == here.stdout
        assert there.stdout
    for out, workspace in (("s3.md", other.address), ("local.md", local)):
        assert other.graphkit(*report, str(tmp_path / out), workspace=workspace).returncode == 0
    assert (tmp_path / "s3.md").read_bytes() == (tmp_path / "local.md").read_bytes()
    again = other.graphkit("load", str(case))
    assert "nothing new" in again.stdout


def test_everything_that_was_kept_is_seen_elsewhere(
    machine: Machines, case: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = machine("one"), machine("other")
    folder = case(3)
    with (folder / "tables" / "events.csv").open("a", encoding="utf-8") as stream:
        stream.write("bad,nowhere,rule,14,started,2020-02-01\n")
    assert one.graphkit("load", str(folder)).returncode == 1
    assert one.graphkit("evaluate", "--keep", "june").returncode == 0
    assert "june" in other.graphkit("evaluations").stdout
    assert other.graphkit("verify", "--evaluation", "june").returncode == 0
    taken = other.graphkit("evaluate", "--keep", "june", "--as-of", "2020-03-01")
    assert (taken.returncode, "is kept already" in taken.stderr) == (1, True)
    assert one.graphkit("ingest", str(folder / "documents" / "note.txt")).returncode == 0
    candidate = json.loads(one.graphkit("review", "list", "--format", "json").stdout)[0]["id"]
    assert one.graphkit("review", "accept", candidate, "--by", "Li").returncode == 0
    here = one.folder(monkeypatch)
    token, _ = Tokens(here).create("reader", Role.VIEWER, None, 1)
    there = other.folder(monkeypatch)
    assert [item.status for item in Review(there, "shared").items()][:1] == ["accepted"]
    assert [one.id for one in Tokens(there).listed()] == [token.id]
    assert (there / "access" / "tokens.json").stat().st_mode & 0o077 == 0
    tops = {path.relative_to(there).parts[0] for path in kept_files(there)}
    assert tops == {"access", "documents", "evaluations", "facts", "rejects", "review"}
    for path in kept_files(there):
        assert path.read_bytes() == (here / path.relative_to(there)).read_bytes()


def test_a_second_writer_is_told_who_writes(machine: Machines, case: Cases, address: str) -> None:
    holder = machine("one").start("-c", HOLD, address)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    told = [machine(name).graphkit("load", str(case(2))) for name in ("other", "one")]
    holder.communicate("\n")
    assert holder.returncode == 0
    assert [run.returncode for run in told] == [3, 3]
    assert f"(process {holder.pid}) is writing here since 20" in told[0].stderr
    assert "another graphkit is writing here; try again when it has ended" in told[1].stderr
    assert all(run.stderr.count("\n") == 1 and address in run.stderr for run in told)
    assert machine("other").graphkit("load", str(case(2))).returncode == 0


def test_two_loads_at_once(machine: Machines, case: Cases, address: str) -> None:
    command = [*GRAPHKIT[1:], "load", str(case(400)), "-w", address]
    runs = [machine(name).start(*command) for name in ("one", "other")]
    told = [run.communicate() for run in runs]
    statuses = sorted(run.returncode for run in runs)
    assert statuses in ([0, 0], [0, 3]), told
    verified = machine("third").graphkit("verify")
    assert verified.returncode == 0, verified.stderr
    assert verified.stdout == "whole: 1 loads, cases shared\n"


@pytest.mark.parametrize("how", ["while it works", "when all but the manifest is uploaded"])
def test_a_killed_writer_leaves_nothing(
    how: str, machine: Machines, case: Cases, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = machine("one"), machine("other")
    assert one.graphkit("load", str(case(2))).returncode == 0
    before = _objects(address)
    uploads = how.startswith("when")
    writer = one.start("-c", KILLED if uploads else HOLD, address, str(case(50)))
    assert writer.stdout is not None
    assert writer.stdout.readline() == ("uploaded\n" if uploads else "held\n")
    if not uploads:
        writer.kill()
    writer.communicate()
    assert writer.returncode == -9
    for reader in (one, other):
        facts = Facts(reader.folder(monkeypatch))
        assert (facts.version, _rows(facts, "events"), _rows(facts, "findings")) == (1, 2, 2)
        assert problems(facts) == []
    refused = other.graphkit("load", str(case(3)))
    assert refused.returncode == 3
    assert f"(process {writer.pid}) is writing here since" in refused.stderr
    assert "if it was killed: 30 s after its last sign of life" in refused.stderr

    monkeypatch.setattr(lease_module, "LEASE_S", 0)
    time.sleep(1.1)  # the store's clock ticks in seconds
    for reader, rows in ((one, 3), (other, 4)):
        assert load_case(Facts(reader.folder(monkeypatch)), case(rows)).loaded["events"] == 1
    facts = Facts(machine("third").folder(monkeypatch))
    assert (facts.version, _rows(facts, "events"), problems(facts)) == (3, 4, [])
    named = {f"objects/{file.sha256}" for file in mirror_of(facts.workspace)._read_state().files.values()}  # type: ignore[union-attr]
    assert set(_objects(address)) == named
    assert set(before) & named


@pytest.mark.parametrize("second_loads", [True, False])
def test_who_lost_the_lease_cannot_publish(
    second_loads: bool, machine: Machines, case: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = machine("one"), machine("other")
    assert one.graphkit("load", str(case(1))).returncode == 0
    here, there = one.folder(monkeypatch), other.folder(monkeypatch)
    monkeypatch.setattr(lease_module, "LEASE_S", 0)

    keep_documents = load_module.keep_documents

    def taken_over_meanwhile(folder: Path, target: Path) -> tuple[list[Reject], list[str]]:
        monkeypatch.setattr(load_module, "keep_documents", keep_documents)
        time.sleep(1.1)  # the store's clock ticks in seconds
        if second_loads:
            load_case(Facts(there), case(5))
        else:
            with writing(there):
                pass
        return keep_documents(folder, target)

    monkeypatch.setattr(load_module, "keep_documents", taken_over_meanwhile)
    with pytest.raises(StoreError, match="nothing was changed: another writer took over"):
        load_case(Facts(here), case(9))
    for folder in (here, there, machine("third").folder(monkeypatch)):
        facts = Facts(folder)
        assert problems(facts) == []
        assert _rows(facts, "events") == (5 if second_loads else 1)
    assert load_case(Facts(here), case(9)).loaded["findings"] == (4 if second_loads else 8)


def test_readers_never_see_half_of_a_load(
    machine: Machines, case: Cases, address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    one = machine("one")
    assert one.graphkit("load", str(case(1))).returncode == 0
    folders = [str(case(rows)) for rows in (20, 40, 60, 80, 100, 120)]
    text = "import sys; from pathlib import Path; from graphkit.case import load_case\n"
    text += "from graphkit.facts import Facts, workspace_folder\n"
    text += "for one in sys.argv[2:]: load_case(Facts(workspace_folder(sys.argv[1])), Path(one))\n"
    mirrors = [one.folder(monkeypatch), machine("other").folder(monkeypatch)]
    writer = one.start("-c", text, address, *folders)
    seen: set[int] = set()
    while writer.poll() is None:
        fresh = machine(f"fresh-{len(list(tmp_path.iterdir()))}").folder(monkeypatch)
        for folder in (*mirrors, fresh):
            facts = Facts(folder)
            assert problems(facts) == []
            assert _rows(facts, "events") == _rows(facts, "findings")
            seen.add(facts.version)
    assert writer.returncode == 0
    assert [Facts(folder).version for folder in mirrors] == [7, 7]
    assert len(seen) > 1


def test_a_server_sees_a_load_elsewhere(machine: Machines, case: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine("one").graphkit("load", str(case(2))).returncode == 0
    app = create_app(Settings(machine("other").folder(monkeypatch)))
    with TestClient(app, base_url="http://localhost") as client:

        def total() -> int:
            return int(client.get("/api/v1/cases/shared/events", params={"limit": 1}).json()["total"])

        assert total() == 2
        assert machine("one").graphkit("load", str(case(7))).returncode == 0
        until = time.monotonic() + 30
        while total() != 7:
            assert time.monotonic() < until
            time.sleep(0.2)


@pytest.mark.parametrize(
    ("bucket", "environment", "commands", "says"),
    [
        (None, {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "gaps serve verify load", "127.0.0.1:9 cannot be reached"),
        (None, {"AWS_SECRET_ACCESS_KEY": "not-the-one"}, "gaps load", "these credentials (SignatureDoesNotMatch)"),
        ("s3://not-there/x", {}, "gaps load", "there is no bucket 'not-there'; make it first"),
        (None, {}, "gaps", "no graphkit workspace here; load a case first: graphkit load CASE -w s3://"),
    ],
)
def test_what_cannot_be_reached_is_said_in_one_line(
    bucket: str | None, environment: dict[str, str], commands: str, says: str, machine: Machines, case: Cases
) -> None:
    for command in commands.split():
        given = [str(case(1))] if command == "load" else []
        run = machine("one").graphkit(command, *given, workspace=bucket, **environment)
        assert (run.returncode, run.stdout, run.stderr.count("\n")) == (3, "", 1)
        assert says in run.stderr
        assert os.environ["AWS_SECRET_ACCESS_KEY"] not in run.stderr
        assert environment.get("AWS_SECRET_ACCESS_KEY", "not-the-one") not in run.stderr


@pytest.mark.parametrize("text", ["gs://bucket/x", "s3://", "s3://Bucket/x", "s3://bucket/../x", "s3://bucket//x"])
def test_an_address_that_is_none_is_wrong_usage(text: str, machine: Machines) -> None:
    run = machine("one").graphkit("gaps", workspace=text)
    assert run.returncode == 2
    assert "a workspace is a folder, or s3://BUCKET/PREFIX" in run.stderr


def test_a_store_that_goes_away_tears_nothing(machine: Machines, case: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
    one = machine("one")
    assert one.graphkit("load", str(case(2))).returncode == 0
    folder = one.folder(monkeypatch)
    put, before = Bucket.put, len(_objects(one.address))
    with monkeypatch.context() as patch:

        def fails(self: Bucket, name: str, content: Any) -> None:
            if name.startswith("objects/") and len(_objects(self.address)) > before:
                raise StoreError(f"{self.address}: gone")
            put(self, name, content)

        patch.setattr(Bucket, "put", fails)
        with pytest.raises(StoreError, match="gone"):
            load_case(Facts(folder), case(30))
    for reader in (one, machine("other")):
        facts = Facts(reader.folder(monkeypatch))
        assert (facts.version, _rows(facts, "events"), problems(facts)) == (1, 2, [])
    assert load_case(Facts(folder), case(30)).loaded["events"] == 28


def test_an_answer_that_was_lost_is_no_conflict(
    machine: Machines, case: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_if = Bucket.put_if

    def loses_the_answer(self: Bucket, name: str, content: bytes, tag: str | None) -> str | None:
        done = put_if(self, name, content, tag)
        return None if name in ("manifest.json", "writer.lock") else done

    folder = machine("one").folder(monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(Bucket, "put_if", loses_the_answer)
        assert load_case(Facts(folder, create=True), case(2)).batch == "b1"
    assert Facts(machine("other").folder(monkeypatch)).version == 1
    assert load_case(Facts(folder), case(3)).batch == "b2"


def test_a_store_without_conditions_is_refused(machine: Machines, case: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
    def ignores_the_condition(self: Bucket, name: str, content: bytes, tag: str | None) -> str | None:
        self.put(name, content)
        return "tag"

    monkeypatch.setattr(Bucket, "put_if", ignores_the_condition)
    with pytest.raises(StoreError, match="does not keep the conditions If-None-Match and If-Match"):
        load_case(Facts(machine("one").folder(monkeypatch), create=True), case(2))


def test_verify_names_what_is_lost_or_changed(
    machine: Machines, case: Cases, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = machine("one")
    assert one.graphkit("load", str(case(4))).returncode == 0
    mirror = mirror_of(one.folder(monkeypatch))
    assert mirror is not None
    files = mirror._read_state().files
    (events,) = [path for path in files if path.startswith("facts/events/") and path.endswith(".parquet")]
    (mirror.folder / events).write_bytes(b"damaged here")
    assert one.graphkit("verify").returncode == 0  # the mirror is put right
    mirror.bucket.put(f"objects/{files[events].sha256}", b"damaged")
    mirror.bucket.delete([f"objects/{files['documents/shared/note.txt'].sha256}"])
    run = one.graphkit("verify")
    assert run.returncode == 1
    assert f"{address}: {events}: its object {files[events].sha256} is not what was written" in run.stderr
    assert "documents/shared/note.txt" in run.stderr
    fresh = machine("other").graphkit("gaps")
    assert fresh.returncode == 3
    assert fresh.stderr.count("\n") == 1


def test_backup_and_restore(machine: Machines, case: Cases, address: str, tmp_path: Path) -> None:
    one, archive = machine("one"), str(tmp_path / "b.tar.gz")
    assert one.graphkit("load", str(case(4))).returncode == 0
    with pytest.MonkeyPatch.context() as patch:
        AccessLog(one.folder(patch)).add(who="someone", what="rows")
    assert machine("other").graphkit("backup", "--out", archive).returncode == 0
    for target in (str(tmp_path / "restored"), f"{address}-restored"):
        run = one.graphkit("restore", archive, workspace=target)
        assert (run.returncode, run.stdout) == (0, f"{target}: 1 loads restored, verified\n"), run.stderr
        assert machine("third").graphkit("verify", workspace=target).returncode == 0
        assert one.graphkit("restore", archive, workspace=target).returncode == 3
    with pytest.MonkeyPatch.context() as patch:
        moved = AccessLog(Machine(f"{address}-restored", tmp_path / "fourth").folder(patch))
        assert [entry["who"] for entry in moved.entries()] == ["someone"]
        assert moved.problems() == []


def test_servers_keep_one_access_log(machine: Machines, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    logs = [AccessLog(machine(name).folder(monkeypatch)) for name in ("one", "other")]

    def add(log: AccessLog, name: str) -> None:
        for number in range(10):
            log.add(who=name, number_of=number)

    threads = [threading.Thread(target=add, args=given) for given in zip(logs, ("one", "other"), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = [list(log.entries()) for log in logs]
    assert entries[0] == entries[1]
    assert [entry["number"] for entry in entries[0]] == list(range(1, 21))
    for name in ("one", "other"):
        assert [entry["number_of"] for entry in entries[0] if entry["who"] == name] == list(range(10))
    fresh = AccessLog(machine("third").folder(monkeypatch))
    assert fresh.problems() == []
    Bucket(address).delete([f"access/log/{20:012}"])
    assert AccessLog(machine("fourth").folder(monkeypatch)).problems()[0].endswith("entry 20 is missing; there were 20")


def test_the_lease_gives_signs_of_life(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease_module, "_RENEW_S", 0.05)
    bucket = Bucket(address)
    lease = lease_module.Lease(bucket)
    lease.acquire()
    first = bucket.get(lease_module.NAME)
    until = time.monotonic() + 30
    while bucket.get(lease_module.NAME) == first:
        assert time.monotonic() < until
        time.sleep(0.05)
    lease.release()
    assert bucket.get(lease_module.NAME) is None


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    script = "import sys; sys.modules['obstore'] = None; from graphkit.cli import main; main()"
    command = [sys.executable, "-c", script, "gaps", "-w", "s3://bucket/x"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr.count("\n")) == (2, 1)
    assert "pip install 'graphkit[s3]'" in run.stderr
