"""The pages' words, addresses and amounts: without a browser."""

from __future__ import annotations

import re
from decimal import Decimal
from importlib import resources

import pytest

pytest.importorskip("nicegui")

from graphkit_api.web.asked import Asked
from graphkit_api.web.chains import Step, columns
from graphkit_api.web.documents import _cited_pieces, _pieces
from graphkit_api.web.formats import column_money, short_money
from graphkit_api.web.graphs import drawn
from graphkit_api.web.money import _listed, _without_circles
from graphkit_api.web.passages import passage
from graphkit_api.web.script import as_script
from graphkit_api.web.words import say, words

from graphkit.gaps import KINDS
from graphkit.graph.values import Node
from graphkit.model.case import Policy
from graphkit.model.chinese import said
from graphkit.model.followup import STATES

_USED = re.compile(r"""(?:\bt|\bsay)\((?:lang, |asked\.lang, )?f?["']([\w.]+)["'][,)]""")


def _asked(view: str = "gaps", **params: str) -> Asked:
    return Asked(view, params, "en", "auto")


def test_every_phrase_is_there_in_both_languages_with_the_same_values() -> None:
    for key, both in words().items():
        assert set(both) == {"zh", "en"}, key
        assert all(text.strip() for text in both.values()), key
        zh, en = (sorted(re.findall(r"{(\w+)}", both[lang])) for lang in ("zh", "en"))
        assert zh == en, key


def test_every_phrase_that_is_used_exists() -> None:
    folder = resources.files("graphkit_api.web")
    files = [*folder.iterdir(), *folder.joinpath("templates").iterdir()]
    used = {
        key for file in files if file.name.endswith((".py", ".html")) for key in _USED.findall(file.read_text("utf-8"))
    }
    assert len(used) > 150
    assert sorted(used - set(words())) == []


def test_each_kind_of_gap_says_what_would_close_it_and_each_action_has_a_name() -> None:
    assert [kind for kind in KINDS if f"closes.{kind}" not in words()] == []
    assert [state for state in STATES if state != "found" and f"action.{state}" not in words()] == []


def test_an_address_keeps_what_was_chosen_and_drops_what_is_empty() -> None:
    asked = _asked(case="c 1", as_of="2020-06-30", category="break", page="3")
    assert asked.url(page="") == "gaps?case=c+1&as_of=2020-06-30&category=break"
    assert asked.url("gap", gap="g&1") == "gap?case=c+1&as_of=2020-06-30&gap=g%261"


def test_a_number_outside_its_limits_is_the_nearest_limit() -> None:
    assert _asked(page="9").number("page", 1, 1, 5) == 5
    assert _asked(page="x").number("page", 1, 1, 5) == 1


@pytest.mark.parametrize(("lang", "text"), [("zh", "526.69万元"), ("en", "CNY 5.27 m")])
def test_amounts_in_headlines_are_short(lang: str, text: str) -> None:
    assert short_money({"CNY": Decimal("5266871.07")}, lang) == text
    assert column_money(Decimal("1234567.5")) == "1,234,567.50"


def test_values_for_scripts_cannot_end_a_script() -> None:
    assert "</script" not in as_script({"a": "</script><!--\u2028"})


def test_a_chart_of_money_has_no_circle() -> None:
    links = {("a", "b"): Decimal(9), ("b", "c"): Decimal(8), ("c", "a"): Decimal(1), ("a", "a"): Decimal(5)}
    assert set(_without_circles(links)) == {("a", "b"), ("b", "c")}


def test_the_account_of_a_holder_is_there_however_many_others_there_are() -> None:
    accounts = [{"holder": f"h{n}"} for n in range(1000)]
    assert _listed(accounts, "h999") == ([{"holder": "h999"}], 1)
    first, total = _listed(accounts, None)
    assert (first, total) == (accounts[: len(first)], 1000)


def test_a_passage_is_found_by_its_locator_else_by_its_words() -> None:
    found = passage("0123456789", "p1, char 2-5", None)
    assert found is not None
    assert (found.before, found.quote, found.after) == ("01", "234", "56789")
    assert passage("abc", None, "b") is not None
    assert passage("abc", "chars 2-9", None) is None


def test_a_text_is_cut_where_marks_begin_and_end_and_loses_nothing() -> None:
    facts = [{"locator": "chars 2-6", "quote": None}, {"locator": "chars 4-8", "quote": None}]
    pieces = _pieces("0123456789", 0, (4, 5), [], facts)
    assert "".join(piece["text"] for piece in pieces) == "0123456789"
    assert [piece["text"] for piece in pieces if "focus" in piece["classes"]] == ["4"]


def test_who_may_see_a_part_is_given_what_is_cited_of_a_text_and_no_word_more() -> None:
    facts = [{"locator": one, "quote": None} for one in ("chars 8-9", "chars 2-4", "chars 3-5", "p1", None)]
    pieces = _cited_pieces("0123456789", (2, 9), facts)
    assert "".join(piece["text"] for piece in pieces) == "234\n…\n8"
    assert _cited_pieces("0123456789", (0, 9), []) == []


def test_a_phrase_takes_its_values() -> None:
    assert say("en", "gap.days", n=3) == "3 days"


def test_columns_of_a_chain_count_what_they_do_not_draw() -> None:
    class Names:
        def stage(self, policy: str, stage: str) -> str:
            return stage

        def agency(self, agency: str) -> object:
            return type("Ref", (), {"name": agency})

    policy = Policy.model_validate(
        {"id": "p", "stages": [{"id": "a", "level": "county"}, {"id": "b", "level": "county", "after": ["a"]}]}
    )
    steps = [Step("b", f"r{n}", "done" if n else "missing", None, None, [], []) for n in range(9)]
    drawn = columns(policy, steps, {}, Names())  # type: ignore[arg-type]
    (box,) = drawn[0]
    assert box["worst"] == "missing"
    assert len(box["steps"]) + sum(box["counts"].values()) == 9


def test_a_node_is_called_and_described_in_the_page_s_language() -> None:
    told = {"kind": "overdue_step", "category": "blockage", "severity": "high", "root": True}
    titles = {"title_zh": "环节逾期：摸底 · 杏花岭区", "title_en": "Overdue step: Register · 杏花岭区"}
    gap = Node("Gap", "gap-1", {**told, **titles, "title": titles["title_zh"]})
    assert drawn(gap, "en", [])["label"] == titles["title_en"]
    chinese = drawn(gap, "zh", [])
    assert chinese["label"] == titles["title_zh"]
    assert {"环节逾期", "堵点", "高", "是"} <= {value for _, value in chinese["facts"]}
    assert not {*map(str, told.values())} & {value for _, value in chinese["facts"]}
    step = Node("Step", "step-1", {"title": "摸底 · 杏花岭区", "state": "untouched", "level": "county"})
    assert drawn(step, "en", [])["label"] == "摸底 · 杏花岭区"
    assert {"没有办理记录", "县级"} <= {value for _, value in drawn(step, "zh", [])["facts"]}


def test_a_refusal_is_said_in_chinese() -> None:
    told = said("a token that is limited to cases or to a region may not query the graph, which holds everything", "zh")
    assert told == "权限限于某些案例或某一地区，不能查询关系图：图中包含全部案例和地区"
    assert said("this needs the role analyst", "zh") == "这需要“analyst”角色"
