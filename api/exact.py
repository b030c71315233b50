"""JSON bodies whose decimals stay as they were written: CONTRACT.md section 1, amounts are never binary floats."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute


class _ExactRequest(Request):
    async def json(self) -> Any:
        """Return the body, with each number that has a point or an exponent as a Decimal."""
        return json.loads(await self.body(), parse_float=Decimal)


class ExactRoute(APIRoute):
    """A route that takes amounts in its body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of requests."""
        handler = super().get_route_handler()

        async def exactly(request: Request) -> Response:
            return await handler(_ExactRequest(request.scope, request.receive))

        return exactly
