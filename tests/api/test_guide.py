"""docs/api.md: its client runs as it stands there, against a server that runs, and it names every route."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient
from graphkit_api.access import Role
from graphkit_api.app import create_app
from graphkit_api.settings import Settings
from graphkit_api.tokens import Tokens

from .conftest import SMALL

GUIDE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.fixture
def url(workspace: Path, tmp_path: Path) -> Iterator[tuple[str, str]]:
    own = Path(shutil.copytree(workspace, tmp_path / "workspace"))
    token = Tokens(own).create("Li", Role.EDITOR, None, 1)[1]
    app = create_app(Settings(own, authenticated=True))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", token
    server.should_exit = True
    thread.join()


def test_the_client_works_as_it_stands(
    url: tuple[str, str], client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    source, use = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(source, "docs/api.md", "exec"), names)
    graphkit = names["Graphkit"](*url)
    use = use.replace('"http://localhost:8000"', "*URL").replace("shanxi-2020", "small")
    exec(compile(use, "docs/api.md", "exec"), {**names, "URL": url})
    assert "gap-" in capsys.readouterr().out
    gaps = list(graphkit.gaps("small", limit=3))
    assert gaps == client.get(f"{SMALL}/gaps").json()["gaps"]
    finding = {"title": "Rent not waived", "found_on": "2020-06-20", "policy": "rent", "scope": "140105"}
    entered = [graphkit.enter_finding("small", "once", **finding) for _ in range(2)]
    assert entered[0] == entered[1]
    done = {"kind": "instructed", "on": "2020-06-21", "by": "Governor"}
    assert graphkit.act("small", entered[0]["id"], "2020-06-30", **done)["state"] == "instructed"
    assert graphkit.report("small", kind="express", format="docx").startswith(b"PK")
    with pytest.raises(RuntimeError, match="404: there is no case 'none'"):
        graphkit.get("/cases/none")


def test_it_names_every_route(client: TestClient) -> None:
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {path.removeprefix('/api/v1')}`" in GUIDE, path
