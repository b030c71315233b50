"""The API's description (OpenAPI): every field with what it means, and what each route answers for the bundled case.

The meanings are in fields.yaml where a model does not say, the answers in examples.json (scripts/api_examples.py).
What the middleware answers and asks for is told here too, for FastAPI does not know of it.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import yaml
from fastapi import FastAPI

from .errors import PROBLEM_TYPE
from .once import HEADER, KEY


def describe(app: FastAPI, with_etag: set[str]) -> None:
    """Make the app's OpenAPI document tell what each field means, and what HTTP is spoken.

    `with_etag` are the ids of the operations whose answers have an ETag for If-None-Match.
    """
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
            for methods in document["paths"].values():
                for method, operation in methods.items():
                    _tell_http(method, operation, etag=operation["operationId"] in with_etag)
        return made()

    app.openapi = described  # type: ignore[method-assign]


def _tell_http(method: str, operation: dict[str, Any], *, etag: bool) -> None:
    """Tell which errors an operation has, as what they are sent, and the headers that matter to a client."""
    answers = operation["responses"]
    asked = operation.setdefault("parameters", [])
    bodies = operation.get("requestBody", {}).get("content", {})
    impossible = {
        "400": "application/json" not in bodies,
        "409": method == "get",
        "412": not any(one["name"] == "If-Match" for one in asked),
        "428": not any(one["name"] == "If-Match" for one in asked),
    }
    for status in [one for one in answers if impossible.get(one)]:
        del answers[status]
    for status, answer in answers.items():
        if status >= "400":
            answer["content"] = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        if status in ("409", "429", "503"):
            answer["headers"] = {"Retry-After": _header("seconds after which to ask again", "integer")}
        if status == "202":
            answer["headers"] = {"Location": _header("where the job is")}
    if etag:
        answers["200"]["headers"] = {"ETag": _header("for If-None-Match")}
        answers["304"] = {"description": "what the client has is still right"}
        asked.append(_parameter("If-None-Match", "The ETag of the answer that the client has; 304 while it is right."))
    if method != "get":
        once = "Any word: sent again under it within a day, the request is done once and answered as the first time."
        asked.append(_parameter(HEADER, once, pattern=KEY.pattern))


def _header(description: str, kind: str = "string") -> dict[str, Any]:
    return {"description": description, "schema": {"type": kind}}


def _parameter(name: str, description: str, **schema: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": {"type": "string", **schema},
    }


def _text(name: str) -> str:
    return resources.files("graphkit_api").joinpath(name).read_text(encoding="utf-8")
