"""`graphkit backup` and `graphkit restore`: a workspace in one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from graphkit_api.accesslog import AccessLog

from graphkit.cli.options import DEFAULT_WORKSPACE, Lang, Workspace, language
from graphkit.facts.archive import backup as write_backup
from graphkit.facts.archive import restore as read_backup
from graphkit.facts.shared import named
from graphkit.model.errors import UsageError


def backup(
    out: Annotated[Path, typer.Option("--out", help="The file to write; ends in .tar.gz.")],
    workspace: Workspace = DEFAULT_WORKSPACE,
    lang: Lang = None,
) -> None:
    """Write all of a workspace that cannot be rebuilt to one file."""
    if not out.name.endswith(".tar.gz"):
        raise UsageError(f"--out {out}: a backup ends in .tar.gz")
    AccessLog(workspace).sync()
    files = write_backup(workspace, out)
    typer.echo(f"{out}：{files} 个文件" if language(lang) == "zh" else f"{out}: {files} files")


def restore(
    archive: Annotated[Path, typer.Argument(help="A file that graphkit backup wrote.")],
    workspace: Workspace = DEFAULT_WORKSPACE,
    lang: Lang = None,
) -> None:
    """Unpack a backup into a new workspace and verify it."""
    commits = read_backup(archive, workspace)
    AccessLog(workspace).sync()
    zh, name = language(lang) == "zh", named(workspace)
    typer.echo(f"{name}：已恢复 {commits} 次载入，核对完好" if zh else f"{name}: {commits} loads restored, verified")
