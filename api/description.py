"""The API's description (OpenAPI): every field with what it means, and what each route answers for the bundled case.

The meanings are in fields.yaml where a model does not say, the answers in examples.json (scripts/api_examples.py).
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import yaml
from fastapi import FastAPI


def describe_fields(app: FastAPI) -> None:
    """Make the app's OpenAPI document tell what each field means."""
    made = app.openapi
    meanings: dict[str, str] = yaml.safe_load(_text("fields.yaml"))
    examples: dict[str, Any] = json.loads(_text("examples.json"))

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = made()
            for path, example in examples.items():
                answer = document["paths"][path]["get"]["responses"]["200"]
                answer["content"]["application/json"]["example"] = example
            for name, schema in document["components"]["schemas"].items():
                for field, part in schema.get("properties", {}).items():
                    short = name.rpartition("__")[2]
                    meaning = meanings.get(f"{short}.{field}") or meanings.get(field)
                    if meaning is not None:
                        part.setdefault("description", meaning)
        return made()

    app.openapi = described  # type: ignore[method-assign]


def _text(name: str) -> str:
    return resources.files("graphkit_api").joinpath(name).read_text(encoding="utf-8")
