"""The API's description (OpenAPI): every field with what it means, from fields.yaml where its model does not say."""

from __future__ import annotations

from importlib import resources
from typing import Any

import yaml
from fastapi import FastAPI


def describe_fields(app: FastAPI) -> None:
    """Make the app's OpenAPI document tell what each field means."""
    made = app.openapi
    meanings: dict[str, str] = yaml.safe_load(
        resources.files("graphkit_api").joinpath("fields.yaml").read_text(encoding="utf-8")
    )

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            for name, schema in made()["components"]["schemas"].items():
                for field, part in schema.get("properties", {}).items():
                    short = name.rpartition("__")[2]
                    meaning = meanings.get(f"{short}.{field}") or meanings.get(field)
                    if meaning is not None:
                        part.setdefault("description", meaning)
        return made()

    app.openapi = described  # type: ignore[method-assign]
