"""Agencies, regions and findings in English texts."""

from __future__ import annotations

import pytest

from graphkit.documents import default_gazetteer
from graphkit.documents.extract import extract
from graphkit.documents.model import AgencyValue, Candidate, Document, FindingValue, RegionValue
from graphkit.documents.text import clean


def found(text: str) -> list[Candidate]:
    document = Document(id="a", name="a.txt", format="txt", encoding="utf-8", text=clean(text))
    return extract(document, default_gazetteer())


def agencies(text: str) -> dict[str, str | None]:
    return {one.quote: one.value.id for one in found(text) if isinstance(one.value, AgencyValue)}


def regions(text: str) -> dict[str, str | None]:
    return {one.quote: one.value.code for one in found(text) if isinstance(one.value, RegionValue)}


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("Hunan Provincial Audit Office", "audit-430000"),
        ("Hunan Provincial Department of Finance", "finance-430000"),
        ("Shaoyang Municipal Finance Bureau", "finance-430500"),
        ("Longhui County Human Resources and Social Security Bureau", "human-resources-430524"),
        ("Ningbo Municipal People's Government", "government-330200"),
        ("Changzhi Finance Bureau", "finance-140400"),
        ("Luohe Civil Affairs Bureau", "civil-affairs-411100"),
        ("Xi'an Transport Bureau", "transport-610100"),
        ("Lüliang Education Bureau", "education-141100"),
        ("Shaanxi Provincial Department of Commerce", "commerce-610000"),
        ("Taiyuan Xiaodian District Government", "government-140105"),
        ("Ministry of Finance", "mof"),
        ("People's Bank of China Ningbo Central Sub-branch", "pboc-330200"),
        ("Huaihua Branch of the Bank of Changsha", None),
        ("Xiangjiang Asset Management Co., Ltd.", None),
        ("Longhui County Credit Guarantee Centre", None),
    ],
)
def test_an_organisation_is_named(name: str, identity: str | None) -> None:
    assert agencies(f"In May the {name} released the funds that were due to them.") == {name: identity}


def test_two_organisations_joined_by_and_are_two() -> None:
    told = "The Huaihua Commerce Bureau and the Huaihua Housing Bureau kept separate lists of applicants."
    assert agencies(told) == {
        "Huaihua Commerce Bureau": "commerce-431200",
        "Huaihua Housing Bureau": "housing-431200",
    }


def test_a_short_name_stands_for_the_one_named_before() -> None:
    told = "The Hainan Provincial Audit Office reported. The provincial audit office and the Hainan office look again."
    assert agencies(told) == {
        "Hainan Provincial Audit Office": "audit-460000",
        "provincial audit office": "audit-460000",
        "Hainan office": "audit-460000",
    }
    other = "The Xi'an Civil Affairs Bureau was late. The civil affairs bureau of the county was not late at all."
    assert list(agencies(other)) == ["Xi'an Civil Affairs Bureau"]


@pytest.mark.parametrize(
    "words",
    [
        "Progress Note on Support for Small Firms",
        "Under the Plan, all firms were told in writing of the new rules.",
        "the office costs of the programme were paid by the firms themselves",
    ],
)
def test_what_is_no_organisation(words: str) -> None:
    assert agencies(words) == {}


def test_regions_by_their_pinyin() -> None:
    told = "Auditors from Zhejiang Province looked at how Ningbo, Cixi and Chengmai County spent the money in Hainan."
    assert regions(told) == {
        "Zhejiang Province": "330000",
        "Ningbo": "330200",
        "Cixi": "330282",
        "Chengmai County": "469023",
        "Hainan": "460000",
    }
    assert "Cixi" not in regions("Auditors looked at how the people of Cixi spent the money that they had been given.")


def test_an_amount_has_no_decimals_that_nobody_wrote() -> None:
    (amount,) = [one.value for one in found("The bureau held back RMB 1.2 million.") if one.kind == "amount"]
    assert str(getattr(amount, "amount", None)) == "1200000"


def test_names_of_people_are_no_regions() -> None:
    assert regions("The plan of Jiangsu was told to the press by Wang Jian and Li Yang of the team in charge.") == {
        "Jiangsu": "320000"
    }
    assert regions("Auditors looked at how Ji'an and Xi'an spent the money that they had been given.") == {
        "Ji'an": "360800",
        "Xi'an": "610100",
    }


def test_the_items_of_a_list_of_findings_and_the_sentences_under_a_heading() -> None:
    told = (
        "The audit identified the following shortcomings:\n\n"
        "- The Shaoyang Finance Bureau held back RMB 3 million for five months.\n"
        "- Seventeen companies that had already closed down received subsidies.\n\n"
        "The office will look again at all of this in the coming year.\n\n"
        "4. Difficulties\n"
        "Exporters face cancelled orders and higher costs. There is no link between the two databases.\n\n"
        "5. Next steps\nThe office will connect the two databases by the end of the year."
    )
    findings = [one for one in found(told) if isinstance(one.value, FindingValue)]
    assert [(one.quote, one.value.category) for one in findings if isinstance(one.value, FindingValue)] == [
        ("The Shaoyang Finance Bureau held back RMB 3 million for five months", "blockage"),
        ("Seventeen companies that had already closed down received subsidies", "difficulty"),
        ("Exporters face cancelled orders and higher costs", "pain"),
        ("There is no link between the two databases", "break"),
    ]
    assert isinstance(findings[0].value, FindingValue)
    assert findings[0].value.party_id == "finance-430500"
