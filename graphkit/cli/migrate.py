"""`graphkit migrate`: bring a workspace that an older graphkit wrote to the form that this one writes."""

from __future__ import annotations

import typer

from graphkit.cli.options import DEFAULT_WORKSPACE, Lang, Workspace, language
from graphkit.facts import Facts
from graphkit.facts.store import FORMAT


def migrate(workspace: Workspace = DEFAULT_WORKSPACE, lang: Lang = None) -> None:
    """Bring a workspace to the newest format; there has been one so far, so it says that nothing is to be done."""
    facts = Facts(workspace)  # refuses a newer format
    loads = facts.version
    typer.echo(
        f"{facts.name}：格式 {FORMAT}，已是最新（{loads} 次载入）"
        if language(lang) == "zh"
        else f"{facts.name}: format {FORMAT}, which is the newest ({loads} loads); nothing to do"
    )
