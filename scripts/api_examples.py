"""Writes api/examples.json, what each route answers for the bundled case: `python scripts/api_examples.py`."""

from __future__ import annotations

import json
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from graphkit_api.app import create_app
from graphkit_api.settings import Settings

from graphkit.case import load_case
from graphkit.facts import Facts

FILE = Path(__file__).parent.parent / "api" / "examples.json"
CASE = "shanxi-2020"
_MOST = 2


def examples() -> dict[str, Any]:
    """Return an example of an answer by path, for every route that is read as JSON and has something to tell."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "workspace"
        with resources.as_file(resources.files("graphkit").joinpath("data", "cases", CASE)) as case:
            load_case(Facts(workspace, create=True), case)
        with TestClient(create_app(Settings(workspace)), base_url="http://localhost") as client:
            return _asked(client)


def _asked(client: TestClient) -> dict[str, Any]:
    base = f"/api/v1/cases/{CASE}"
    kinds = ("missing_step", "blocked_step", "ineligible_delivery")
    gap, blocked, paid = (client.get(f"{base}/gaps?kind={kind}&limit=1").json()["gaps"][0] for kind in kinds)
    documents = [one["id"] for one in client.get(f"{base}/documents").json()["rows"]]
    cited = (one for document in documents for one in client.get(f"{base}/documents/{document}").json()["cited"])
    quoted = next(one for one in cited if one["quote"] and one["locator"])
    proof = client.get(f"{base}/{quoted['table']}?limit=1000").json()["rows"]
    findings = client.get(f"{base}/follow-up").json()["findings"]
    values = {
        "case": CASE,
        "policy": gap["policy"],
        "gap": gap["id"],
        "finding": findings[0]["finding"],
        "document": next(one["source"] for one in proof if one["id"] == quoted["id"]),
        "locator": quoted["locator"],
        "from": "2020-06-30",
        "to": "2020-08-31",
        "start": client.get(f"{base}/transfers?limit=1").json()["rows"][0]["id"],
    }
    found = {}
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        operation = operations.get("get", {"responses": {}})
        if not operation["responses"].get("200", {}).get("content", {}).get("application/json"):
            continue
        given = {**values, "job": "-", "key": "-"}
        if path.endswith(("/gaps/{gap}/deliveries", "/causes")):
            given["gap"] = (paid if path.endswith("/deliveries") else blocked)["id"]
        needed = [
            one["name"] for one in operation.get("parameters", ()) if one["in"] == "query" and one.get("required")
        ]
        answer = client.get(path.format_map(given), params={one: given[one] for one in needed})
        if answer.status_code == 200:
            found[path] = _short(answer.json())
    return found


def _short(value: Any) -> Any:
    if isinstance(value, list):
        return [_short(one) for one in value[:_MOST]]
    if isinstance(value, dict):
        return {name: _short(one) for name, one in value.items()}
    return value


if __name__ == "__main__":
    FILE.write_text(json.dumps(examples(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
