"""`graphkit token`: who may use the API of a workspace, and for what."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer
from graphkit_api.access import Role
from graphkit_api.snapshots import Snapshot
from graphkit_api.tokens import Tokens
from rich.box import SIMPLE_HEAD
from rich.table import Table

from graphkit.cli.options import DEFAULT_WORKSPACE, Lang, Workspace, chosen_cases, language
from graphkit.cli.output import print_table
from graphkit.facts import Facts
from graphkit.model.errors import UsageError

ROLES = [role.name.lower() for role in Role]

token = typer.Typer(help="Make, list and revoke the tokens of the API.", no_args_is_help=True, add_completion=False)


@token.command("create")
def create(
    name: Annotated[str, typer.Option("--name", help="Whose token it is.")],
    role: Annotated[str, typer.Option("--role", help=f"{', '.join(ROLES)}.")] = ROLES[0],
    case: Annotated[
        list[str] | None, typer.Option("--case", help="Only this case (may be given several times).")
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", help="Only this region (its code) and all below it.")
    ] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="Days until it expires.")] = 90,
    workspace: Workspace = DEFAULT_WORKSPACE,
) -> None:
    """Make a token and print it; it is told this once and kept only as a hash."""
    if role not in ROLES:
        raise UsageError(f"--role {role}: there are {', '.join(ROLES)}")
    facts = Facts(workspace)
    for one in case or []:
        chosen_cases(facts, one)
    snapshot = Snapshot(facts)
    if region is not None and not any(snapshot.has_region(one, region) for one in case or snapshot.case_ids):
        raise UsageError(f"--region {region}: no case here has a region of that code")
    _, text = Tokens(workspace).create(name, Role[role.upper()], sorted(set(case)) if case else None, days, region)
    typer.echo(text)


@token.command("list")
def list_(
    workspace: Workspace = DEFAULT_WORKSPACE,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    lang: Lang = None,
) -> None:
    """List the tokens; their secrets are not kept and cannot be shown."""
    if format not in ("table", "json"):
        raise UsageError(f"--format {format}: there are table and json")
    now = datetime.now(UTC)
    found = [
        {**one.model_dump(mode="json", exclude={"hash"}), "state": one.state(now)} for one in Tokens(workspace).listed()
    ]
    if format == "json":
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    zh = language(lang) == "zh"
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    english = ("Id", "Name", "Role", "Cases", "Region", "Expires", "State")
    for title in ("编号", "名称", "角色", "案例", "地区", "到期", "状态") if zh else english:
        table.add_column(title)
    every = "全部" if zh else "all"
    for one in found:
        cases = every if one["cases"] is None else ", ".join(one["cases"])
        table.add_row(
            one["id"], one["name"], one["role"], cases, one["region"] or every, one["expires_at"], one["state"]
        )
    print_table(table)


@token.command("revoke")
def revoke(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="The token's id, as the list shows it.")],
    workspace: Workspace = DEFAULT_WORKSPACE,
) -> None:
    """Revoke a token; a running server refuses it from then on."""
    Facts(workspace)
    revoked = Tokens(workspace).revoke(token_id)
    typer.echo(f"{revoked.id}  {revoked.name}  {revoked.state(datetime.now(UTC))}")
