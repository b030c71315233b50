"""The pages: self-contained, inert whatever a case is called, and true to the evaluation."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import pytest

from graphkit.gaps import Evaluation, evaluate
from graphkit.model.errors import InputError, UsageError
from graphkit.reports import words
from graphkit.reports.text import shown
from graphkit.views import data as page_data
from graphkit.views.chain import chain_page, gap_page
from graphkit.views.network import LABEL_CELLS, Drawing
from tests.reports.small import HOSTILE


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self.open = ""

    def handle_data(self, data: str) -> None:
        if self.open == "script":
            self.scripts[-1] += data

    @property
    def policy(self) -> str:
        return next(
            attributes["content"] or ""
            for _, attributes in self.tags
            if attributes.get("http-equiv") == "Content-Security-Policy"
        )

    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.scripts[0])
        return found


def _pages(evaluation: Evaluation) -> dict[str, str]:
    gaps = {gap.kind: gap.id for gap in evaluation.gaps(consequences=True)}
    pages = {kind: gap_page(evaluation, gap, "en") for kind, gap in gaps.items()}
    return pages | {"chain": chain_page(evaluation, "zh")}


def test_only_the_pages_own_scripts_may_run(hostile: Evaluation) -> None:
    for name, text in _pages(hostile).items():
        page = _Page(text)
        assert [attributes.get("type") for tag, attributes in page.tags if tag == "script"] == [
            "application/json",
            None,
            None,
        ], name
        allowed = re.findall(r"'sha256-([^']+)'", page.policy)
        hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in page.scripts[1:]]
        assert allowed == hashes, name
        assert page.policy.startswith("default-src 'none'; script-src 'sha256-")
        for tag, attributes in page.tags:
            assert not {key for key in attributes if key.startswith("on") or key in ("src", "href")}, (name, tag)


def test_names_are_data_and_nothing_else(hostile: Evaluation) -> None:
    for name, text in _pages(hostile).items():
        page = _Page(text)
        data = page.scripts[0]
        assert not set(data) & set("<>&\u2028\u2029"), name
        assert page.data()["title"]["en"] == HOSTILE["Province"], name
    everything = json.dumps(_Page(chain_page(hostile, "en")).data(), ensure_ascii=False)
    for name in ("City One", "City Two", "Finance One", "Rent relief", "Register"):
        assert shown(HOSTILE[name], 120) in everything, name


def test_a_chain_page_counts_every_step_once(small: Evaluation) -> None:
    data = _Page(chain_page(small, "en")).data()
    told = Counter(data["statuses"][step[2]]["id"] for step in data["steps"])
    assert told == {
        "done": 3,
        "late": 1,
        "unsupported": 1,
        "missing": 1,
        "overdue": 1,
        "unknown": 1,
        "waiting": 2,
        "optional": 2,
    }
    assert [gap["id"] for gap in data["gaps"]] == [gap.id for gap in small.gaps() if gap.root]
    assert data["counts"] == dict(Counter(gap.category for gap in small.gaps() if gap.root))
    assert data["notes"] == []


def test_steps_beyond_the_limit_are_counted_not_lost(small: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_data, "STEP_LIMIT", 5)
    data = _Page(chain_page(small, "en")).data()
    single = [step for step in data["steps"] if isinstance(step[2], int)]
    counted = [step for step in data["steps"] if not isinstance(step[2], int)]
    assert len(single) == 3
    assert sum(sum(step[2].values()) for step in counted) == 9
    assert {data["regions"][step[1]]["code"] for step in counted} == {"1401", "1402"}
    assert "12 steps: this page shows them one by one down to city level" in data["notes"][0]["en"]


def test_a_page_may_be_about_one_policy_and_region(small: Evaluation) -> None:
    data = _Page(chain_page(small, "en", policy="rent", region="1402")).data()
    assert {data["regions"][step[1]]["code"] for step in data["steps"]} == {"1402", "140207"}
    with pytest.raises(UsageError, match="unknown policy"):
        chain_page(small, "en", policy="none")
    with pytest.raises(UsageError, match="unknown region"):
        chain_page(small, "en", region="99")


def test_what_nobody_looked_at_is_not_called_a_root_gap(small: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_data, "GAP_LIMIT", 1)
    text = chain_page(small, "en")
    (note,) = _Page(text).data()["notes"]
    assert note["en"].startswith("There are 9 root gaps and steps that nobody looked at;")
    assert "Root gaps, and steps that nobody looked at, by impact" in text


def test_the_page_of_one_regions_evaluation_is_about_that_region(small: Evaluation) -> None:
    data = _Page(chain_page(evaluate(small.facts, "small", region="1401"), "en")).data()
    assert data["regions"][data["top"]]["code"] == "1401"


def test_the_network_draws_breaks_and_what_they_hold_up(small: Evaluation) -> None:
    data = _Page(chain_page(small, "en")).data()
    network = data["networks"]["en"]
    nodes = {node["id"]: node for node in network["nodes"]}
    roots = [node["label"] for node in nodes.values() if node.get("root")]
    assert sorted(roots) == [
        "? City Two\nSum up · 82 days",
        "▲ County Six\nWaive · 103 days",
        "✕ County Five\nRegister · 131 days",
    ]
    held = {
        (nodes[edge["from"]]["label"], nodes[edge["to"]]["label"])
        for edge in network["edges"]
        if edge["role"] == "holds_up"
    }
    assert ("✕ County Five\nRegister · 131 days", "… County Five\nWaive") in held
    assert ("▲ County Six\nWaive · 103 days", "… City One\nSum up") in held


def test_many_breaks_are_drawn_as_one(small: Evaluation) -> None:
    for limit in (10, 300):
        nodes = _Page(chain_page(small, "zh", limit=limit)).data()["networks"]["zh"]["nodes"]
        assert len({(node["x"], node["y"]) for node in nodes}) == len(nodes), "no node lies on another"


def test_a_gap_page_shows_what_lies_around_it(small: Evaluation) -> None:
    gap = next(gap for gap in small.gaps() if gap.kind == "missing_step")
    data = _Page(gap_page(small, gap.id, "en")).data()
    labels = {node["label"] for node in data["networks"]["en"]["nodes"]}
    assert "Break · Missing step\nCounty Five\nRegister" in labels
    assert {"✓ Province\nTransmit", "… County Five\nWaive", "… City One\nSum up"} <= labels
    assert {"Finance Five\nresponsible", "Tenants Five\n100 people"} <= labels
    assert data["gap"]["says"]["en"] == gap.explanation.en
    with pytest.raises(InputError, match="no gap 'gap-0'"):
        gap_page(small, "gap-0", "en")


def test_held_up_money_shows_where_it_came_from_and_went(small: Evaluation) -> None:
    gap = next(gap for gap in small.gaps() if gap.kind == "funds_retained")
    network = _Page(gap_page(small, gap.id, "en")).data()["networks"]["en"]
    money = [(edge["from"], edge["to"], edge["label"]) for edge in network["edges"] if edge["role"] == "money"]
    assert money == [
        ("in:source:treasury", "gap", "CNY 1,000,000.1"),
        ("gap", "out:tenants-5", "CNY 250,000.05"),
    ]


def test_a_limit_is_kept_and_what_is_left_out_is_said(small: Evaluation) -> None:
    gap = next(gap for gap in small.gaps() if gap.kind == "missing_step")
    network = _Page(gap_page(small, gap.id, "zh", limit=10)).data()["networks"]["zh"]
    whole = _Page(gap_page(small, gap.id, "zh")).data()["networks"]["zh"]
    assert len(network["nodes"]) <= 10
    assert len(network["nodes"]) + network["left_out"] == len(whole["nodes"])
    assert whole["left_out"] == 0


def test_synthetic_data_is_said(made_up: Evaluation, small: Evaluation) -> None:
    assert _Page(chain_page(made_up, "zh")).data()["synthetic"] == 6
    assert "coverage" in _Page(chain_page(made_up, "zh")).data()["notes"][0]["zh"]
    assert _Page(chain_page(small, "zh")).data()["synthetic"] == 0


def test_a_label_fits_on_its_node() -> None:
    drawing = Drawing()
    drawing.node("n", "policy", ["太原市", "长" * 10_000, "a" * LABEL_CELLS], x=0, y=0)
    assert drawing.nodes[0]["label"].split("\n") == ["太原市", "长" * (LABEL_CELLS // 2) + "…", "a" * LABEL_CELLS]


def test_each_state_has_its_own_sign_and_a_place_among_the_worst() -> None:
    assert len(set(words.STATUS_SIGN.values())) == len(words.STATUS)
    assert set(words.STATUS) == set(words.STATUS_SIGN) == set(words.STATUS_TONE) == set(words.STATUS_WORST_FIRST)


def test_the_same_evaluation_gives_the_same_page(hostile: Evaluation) -> None:
    assert _pages(hostile) == _pages(hostile)
