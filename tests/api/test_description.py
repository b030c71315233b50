"""The description of the API is complete; whatever it allows is answered without an unexpected error."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import schemathesis
from fastapi.testclient import TestClient
from graphkit_api.app import create_app
from graphkit_api.settings import Settings
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from scripts.api_examples import FILE, examples

from .conftest import SMALL
from .matrix import CELLS

EXAMPLES = 4
SKIPPED = "^/(auth/(login|callback)|static-offline-docs)"


def test_whatever_the_description_allows_is_answered(workspace: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(workspace, tmp_path / "workspace"))
    app = create_app(Settings(own, hosts=None))
    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
    ]
    schema = schemathesis.openapi.from_asgi("/openapi.json", app).exclude(path_regex=SKIPPED)
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: schemathesis.Case) -> None:
            nonlocal asked
            asked += 1
            # Of a case that is there, most requests get further than "there is no case".
            if case.path_parameters and "case" in case.path_parameters:
                case.path_parameters["case"] = "small"
            case.call_and_validate(checks=checks, timeout=300)

        ask()
    assert asked > 2 * len(CELLS)


def _objects(part: Any, where: str) -> list[tuple[str, dict[str, Any]]]:
    found = [(where, part)] if isinstance(part, dict) and "properties" in part else []
    items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return found + [one for key, value in items for one in _objects(value, f"{where}/{key}")]


def test_every_operation_and_every_field_is_described(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation.get("description"), (method, path)
            for parameter in operation.get("parameters", []):
                assert parameter.get("description") or parameter["in"] == "path", (method, path, parameter["name"])
    silent = [
        f"{where.rpartition('/')[2]}.{name}"
        for where, part in _objects(document["components"]["schemas"], "")
        for name, field in part["properties"].items()
        if not field.get("description")
    ]
    assert silent == []


def test_every_read_shows_an_answer_that_is_as_it_says(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    without = []
    for path, operations in document["paths"].items():
        answer = operations.get("get", {"responses": {}})["responses"].get("200", {}).get("content", {})
        if content := answer.get("application/json"):
            if "example" in content:
                Draft202012Validator({**content["schema"], "components": document["components"]}).validate(
                    content["example"]
                )
            else:
                without.append(path)
    assert len(without) < 4
    # Of these there is nothing in a workspace that was just loaded; their fields have examples.
    assert all("/jobs/{job}" in path or path.endswith("/candidates/{key}") for path in without), without


def test_the_examples_are_what_is_answered_now() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == examples(), "run python scripts/api_examples.py"


def test_examples_are_real(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    gap = schemas["GapPage"]["properties"]["gaps"]["examples"][0][0]
    assert set(gap) <= set(client.get(f"{SMALL}/gaps").json()["gaps"][0])
