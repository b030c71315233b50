"""`graphkit serve`: the HTTP API on this machine."""

from __future__ import annotations

from typing import Annotated

import typer
from graphkit_api.settings import LOOPBACK, Settings

from graphkit.cli.options import DEFAULT_WORKSPACE, Workspace
from graphkit.model.errors import RefusedError


def serve(
    workspace: Workspace = DEFAULT_WORKSPACE,
    graph: Annotated[
        str | None, typer.Option("--graph", help="bolt:// or neo4j:// of a server; default: the workspace's own graph.")
    ] = None,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port to listen on.")] = 8000,
) -> None:
    """Serve the API to this machine's user; its documentation is at /docs."""
    if host not in LOOPBACK:
        raise RefusedError(f"--host {host}: without authentication graphkit serves loopback only; use {LOOPBACK[0]}")
    import uvicorn  # noqa: PLC0415 - a quarter of a second that a refusal need not wait for
    from graphkit_api.app import create_app  # noqa: PLC0415

    app = create_app(Settings(workspace, graph))
    uvicorn.run(app, host=host, port=port, server_header=False, log_level="info")
