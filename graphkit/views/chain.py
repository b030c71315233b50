"""`graphkit view`: the chains of a case as one page, or what lies around one gap."""

from __future__ import annotations

from graphkit.gaps import Evaluation
from graphkit.reports.text import Lang
from graphkit.views.data import PageData
from graphkit.views.neighbourhood import gap_facts, neighbourhood
from graphkit.views.page import page
from graphkit.views.spread import spread

NODE_LIMIT = 300
"""Nodes of a network unless `--limit` says otherwise."""


def chain_page(
    evaluation: Evaluation, lang: Lang, *, policy: str | None = None, region: str | None = None, limit: int = NODE_LIMIT
) -> str:
    """Return the page that shows where each chain stops: chains, heat map, one place's chain, how breaks spread.

    UsageError when the case has no such policy or region.
    """
    data = PageData(evaluation, policy, region)
    shown = data.as_dict()
    networks = {one: spread(data, one, limit) for one in ("zh", "en")}
    return page("chain.html", lang, shown["title"][lang], {**shown, "networks": networks})


def gap_page(evaluation: Evaluation, gap_id: str, lang: Lang, *, limit: int = NODE_LIMIT) -> str:
    """Return the page of one gap: its chain, causes, evidence, and who answers for it. InputError: no such gap."""
    gap = evaluation.gap(gap_id)
    data = PageData(evaluation, gap.policy)
    frame = data.frame()
    networks = {one: neighbourhood(data, gap, one, limit) for one in ("zh", "en")}
    return page("gap.html", lang, frame["title"][lang], {**frame, "gap": gap_facts(data, gap), "networks": networks})
