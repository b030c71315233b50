"""What the seed article says is found in it, where it says it, and nothing that it does not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphkit.documents import Candidate, default_gazetteer, extract, read_document

SEED = Path(__file__).parent / "labelled" / "seed.txt"


@pytest.fixture(scope="module")
def candidates() -> list[Candidate]:
    return extract(read_document(SEED), default_gazetteer())


def of(candidates: list[Candidate], kind: str) -> list[Candidate]:
    return [one for one in candidates if one.kind == kind]


def test_every_quote_is_the_original_at_its_span(candidates: list[Candidate]) -> None:
    raw = SEED.read_text(encoding="utf-8")
    assert candidates
    assert all(raw[one.start : one.end] == one.quote for one in candidates)


def test_the_same_document_gives_the_same_candidates(candidates: list[Candidate]) -> None:
    assert extract(read_document(SEED), default_gazetteer()) == candidates
    assert len({one.id for one in candidates}) == len(candidates)


def test_the_four_problems_have_the_categories_of_the_article(candidates: list[Candidate]) -> None:
    found = [(one.value.category, one.value.about) for one in of(candidates, "problem")]
    assert found == [
        ("blockage", "采购运输、加工储备"),
        ("pain", "资金周转、订单需求"),
        ("difficulty", "生活补贴发放、基本生活保障"),
        ("break", "健康码使用、点对点到岗"),
    ]


def test_the_special_office_is_resolved_and_the_choice_explained(candidates: list[Candidate]) -> None:
    office = of(candidates, "agency")[0]
    assert (office.value.id, office.value.name) == ("nao-140100", "审计署驻太原特派员办事处")
    assert "审计署太原特派办 = 审计署驻太原特派员办事处" in office.value.explanation
    assert {one.value.id for one in of(candidates, "agency")} >= {
        "nao",
        "audit-140000",
        "party-140000",
        "government-140000",
    }


def test_the_cadence_and_the_only_count(candidates: list[Candidate]) -> None:
    assert [(one.value.every, one.value.unit) for one in of(candidates, "cadence")] == [(10, "day"), (1, "month")]
    assert [(str(one.value.count), one.value.noun) for one in of(candidates, "count")] == [("5", "审计组")]


def test_the_three_findings_told_and_what_was_done(candidates: list[Candidate]) -> None:
    titles = [one.value.title for one in of(candidates, "finding")]
    assert titles == [
        "部分药品零售企业违反疫情防控相关规定继续销售退烧药品",
        "中小企业复工慢一定程度影响上下游产业",
        "学校复课过程中在防疫物资配备、生活设施改造和师资力量配备等方面存在的问题",
    ]
    fever = of(candidates, "finding")[0]
    about_fever = [one for one in of(candidates, "action") if any(link.target == fever.id for link in one.links)]
    assert [one.value.action for one in about_fever] == ["reported", "instructed"]
    assert about_fever[1].value.by == "山西省主要领导"
    assert about_fever[1].value.followed_by == "全省进一步加强对退烧药品销售的监管"


def test_the_four_measures(candidates: list[Candidate]) -> None:
    kinds = [one.value.measure for one in of(candidates, "measure")]
    assert kinds[-4:] == ["rent_relief", "relending_subsidy", "living_subsidy", "job_transport"]


def test_the_article_has_no_date_amount_document_or_deadline(candidates: list[Candidate]) -> None:
    assert not [one for one in candidates if one.kind in {"date", "amount", "document_number", "deadline", "rate"}]


def test_what_touches_the_damaged_place_is_doubtful_and_says_so(candidates: list[Candidate]) -> None:
    touched = [one for one in candidates if one.start < 1879 and one.end > 1867]
    assert all(one.confidence <= 0.4 and "cannot be read" in (one.note or "") for one in touched)
    assert not [one for one in of(candidates, "agency") if one.start < 1879 and one.end > 1867]
