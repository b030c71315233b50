"""`graphkit serve`: the HTTP API on this machine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from graphkit_api.settings import LOOPBACK, Settings
from graphkit_api.tokens import Tokens

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
    """Serve the API; its documentation is at /docs.

    On loopback it serves this machine's user, unless the workspace has tokens: then it asks for one. On any other
    address it asks for tokens and does not start while there is none; put TLS in front of it there.
    """
    tokens = Tokens(workspace).listed()
    valid = any(token.state(datetime.now(UTC)) == "valid" for token in tokens)
    if host not in LOOPBACK and not valid:
        raise RefusedError(
            f"--host {host}: without authentication only loopback is served; make a token first: graphkit token create"
        )
    import uvicorn  # noqa: PLC0415 - a quarter of a second that a refusal need not wait for
    from graphkit_api.app import create_app  # noqa: PLC0415

    app = create_app(
        Settings(workspace, graph, authenticated=bool(tokens), hosts=LOOPBACK if host in LOOPBACK else None)
    )
    uvicorn.run(app, host=host, port=port, server_header=False, log_level="info")
