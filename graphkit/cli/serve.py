"""`graphkit serve`: the HTTP API and the web pages on this machine."""

from __future__ import annotations

import errno
import socket
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from graphkit_api.oidc_settings import read_oidc
from graphkit_api.settings import LOOPBACK, Settings
from graphkit_api.tokens import Tokens

from graphkit.cli.options import DEFAULT_WORKSPACE, Workspace, language
from graphkit.model.errors import RefusedError, StoreError


def serve(
    workspace: Workspace = DEFAULT_WORKSPACE,
    graph: Annotated[
        str | None, typer.Option("--graph", help="bolt:// or neo4j:// of a server; default: the workspace's own graph.")
    ] = None,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    oidc: Annotated[
        Path | None, typer.Option("--oidc", help="A YAML file that names an OpenID Connect provider (docs/api.md).")
    ] = None,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port to listen on.")] = 8000,
) -> None:
    """Serve the web pages, where the extra 'web' is installed, and the API; its documentation is at /docs.

    On loopback it serves this machine's user, unless the workspace has tokens: then it asks for one. On any other
    address it asks for tokens, or for those of an OpenID Connect provider (the secret of graphkit's client there is in
    GRAPHKIT_OIDC_SECRET), and does not start while there is neither; put TLS in front of it there.
    """
    tokens = Tokens(workspace).listed()
    valid = any(token.state(datetime.now(UTC)) == "valid" for token in tokens)
    provider = read_oidc(oidc) if oidc is not None else None
    if host not in LOOPBACK and not valid and provider is None:
        raise RefusedError(
            f"--host {host}: without authentication only loopback is served; make a token first "
            "(graphkit token create), or name a provider (--oidc)"
        )
    sockets = _listening(host, port)
    import uvicorn  # noqa: PLC0415 - a quarter of a second that a refusal need not wait for
    from graphkit_api.app import create_app, has_pages  # noqa: PLC0415
    from graphkit_api.logs import configure_logs  # noqa: PLC0415

    configure_logs()
    local = host in LOOPBACK
    app = create_app(
        Settings(
            workspace,
            graph,
            authenticated=bool(tokens) or provider is not None or not local,
            hosts=LOOPBACK if local else None,
            secure=not local,
            oidc=provider,
        )
    )
    typer.echo(_where(host, port, language(None), pages=has_pages()))
    # What is being answered at the end is answered; then jobs end, and the graph is let go of.
    server = uvicorn.Server(uvicorn.Config(app, server_header=False, log_config=None, timeout_graceful_shutdown=30))
    with suppress(KeyboardInterrupt):
        server.run(sockets)


def _listening(host: str, port: int) -> list[socket.socket]:
    """Listen on every address of a host. StoreError when there is none, or one of them is taken."""
    found: list[socket.socket] = []
    try:
        for family, _, _, _, address in dict.fromkeys(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)):
            try:
                found.append(socket.create_server(address[:2], family=family, backlog=2048))
            except OSError as error:
                # localhost is ::1 too, also on a machine that has switched it off.
                if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                    raise
                missing = error
        if not found:
            raise missing
    except OSError as error:
        for one in found:
            one.close()
        why = (error.strerror or "").partition(" (while")[0]  # the address is said already
        raise StoreError(
            f"{_address(host, port)}: cannot be listened on: {why}; choose another --port or --host"
        ) from None
    return found


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _where(host: str, port: int, lang: str, *, pages: bool) -> str:
    """Return the line that says where to look; logs go to stderr."""
    address = f"http://{_address(host, port)}/"
    if lang == "zh":
        look = f"请在浏览器中打开 {address}" if pages else "未安装附加组件 web，没有网页"
        return f"{look}；接口说明见 {address}docs；按 Ctrl+C 结束。"
    look = f"Open {address} in a browser" if pages else "There are no pages without the extra 'web'"
    return f"{look}; the API is described at {address}docs; Ctrl+C ends it."
