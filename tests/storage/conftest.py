"""A workspace of its own for each test, in a real object store; each machine that uses it is a cache folder."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from graphkit.facts import workspace_folder
from tests.commands import Done, graphkit

GRAPHKIT = [sys.executable, "-c", "from graphkit.cli import main; main()"]


class Machine:
    """What one machine sees of a workspace in an object store."""

    def __init__(self, address: str, cache: Path) -> None:
        self.address = address
        self.cache = cache

    def folder(self, patch: pytest.MonkeyPatch) -> Path:
        """Return this machine's mirror, brought up to the store."""
        patch.setenv("GRAPHKIT_CACHE", str(self.cache))
        return workspace_folder(self.address)

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of a process on this machine."""
        return os.environ | {"GRAPHKIT_CACHE": str(self.cache), "LC_ALL": "en_US.UTF-8"} | more

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start Python with some arguments on this machine."""
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen([sys.executable, *arguments], text=True, env=self.environment(), **pipes)

    def graphkit(self, *arguments: str, workspace: str | None = None, **environment: str) -> Done:
        """Run a command on this machine."""
        return graphkit(*arguments, "-w", workspace or self.address, env=self.environment(**environment))


@pytest.fixture
def address() -> str:
    """The address of a workspace that is not there yet."""
    if (bucket := os.environ.get("GRAPHKIT_TEST_S3")) is None:
        pytest.skip('needs an object store: eval "$(scripts/s3-local start)"')
    return f"{bucket}/{uuid.uuid4().hex}"


@pytest.fixture
def machine(address: str, tmp_path: Path) -> Callable[[str], Machine]:
    """Return a machine by its name."""
    return lambda name: Machine(address, tmp_path / name)


@pytest.fixture
def case(tmp_path: Path) -> Callable[[int], Path]:
    """Write a case of so many events and as many findings."""

    def write(rows: int) -> Path:
        folder = tmp_path / f"case-{rows}"
        files = {
            "case.yaml": "id: shared\njurisdiction: '14'\nas_of: 2020-06-30\n",
            "policies/rent.yaml": "id: rent\neffective: {from: 2020-01-01, to: 2020-12-31}\n"
            "stages: [{id: rule, level: province, within_days: 10}]\n",
            "tables/regions.csv": "code,name,level,parent\n14,Shanxi,province,\n",
            "tables/events.csv": "id,policy,stage,scope,kind,on\n"
            + "".join(f"e{n},rent,rule,14,started,2020-02-01\n" for n in range(rows)),
            "tables/findings.csv": "id,title,found_on\n" + "".join(f"F-{n},Late,2020-02-01\n" for n in range(rows)),
            "documents/note.txt": "山西省财政厅于2020年3月1日印发通知，拨付100万元。\n",
        }
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        return folder

    return write
