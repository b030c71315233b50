"""Charts: every number is written, nothing is read as markup, and the same chart gives the same picture."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.gaps import Evaluation, evaluate
from graphkit.reports.build import build_report
from graphkit.reports.charts import _hatching, chart_png, chart_svg
from graphkit.reports.document import Bars, Flow, Link, chart_table
from graphkit.reports.model import Report
from graphkit.reports.outline import outline
from graphkit.reports.periods import month_ends
from tests.reports.small import write_case

HOSTILE = "</svg><script>alert(1)</script>\u202e&"
BARS = Bars(
    "b", "title", (("late", "broken"), ("in time", "waiting")), (("0–30", (3, 1)), (HOSTILE, (0, 12)), ("none", (0, 0)))
)
FLOW = Flow(
    "f",
    HOSTILE,
    ("source", "province", "county"),
    (Link(0, 1, Decimal(100), "100"), Link(1, 2, Decimal(60), "60")),
    (Decimal(0), Decimal(40), Decimal(0)),
    ("", "held up 40", ""),
)


def _texts(chart: Bars | Flow) -> list[str]:
    return ["".join(element.itertext()) for element in ET.fromstring(chart_svg(chart)).iter("text")]


def test_a_bar_chart_writes_every_number_and_sum() -> None:
    texts = _texts(BARS)
    assert texts[:2] == ["late", "in time"]
    assert [text for text in texts if text.isdigit()] == ["3", "1", "4", "12", "12", "0"]


def test_a_flow_chart_writes_what_moved_and_what_stayed() -> None:
    assert sorted(_texts(FLOW)) == sorted(["source", "province", "county", "100", "60", "held up 40"])
    heights = [float(one.get("height", 0)) for one in ET.fromstring(chart_svg(FLOW)).iter("rect")]
    assert heights == [190.0, 190.0, 76.0, 114.0]


@pytest.mark.parametrize("chart", [BARS, FLOW])
def test_a_chart_holds_no_markup_of_the_case(chart: Bars | Flow) -> None:
    tree = ET.fromstring(chart_svg(chart))
    assert {element.tag for element in tree.iter()} <= {"svg", "rect", "path", "text"}
    assert not [name for element in tree.iter() for name in element.attrib if name.startswith(("on", "href", "id"))]


@pytest.mark.parametrize("chart", [BARS, FLOW])
def test_a_picture_is_the_same_every_time(chart: Bars | Flow) -> None:
    first = chart_png(chart)
    assert first == chart_png(chart)
    with Image.open(io.BytesIO(first)) as picture:
        assert picture.format == "PNG"
        assert len(picture.getcolors(1 << 20) or []) > 5


@pytest.mark.parametrize("size", [(100, 20), (3, 20), (20, 3), (1, 1)])
def test_hatching_stays_inside(size: tuple[float, float]) -> None:
    width, height = size
    for stroke in _hatching(10, 5, width, height):
        for x, y in stroke:
            assert 10 <= x <= 10 + width
            assert 5 <= y <= 5 + height


def test_a_chart_as_a_table_has_its_numbers() -> None:
    assert list(chart_table(BARS, "en").rows[0]) == ["0–30", 3, 1]
    assert [list(row) for row in chart_table(FLOW, "en").rows] == [
        ["source", "province", Decimal(100)],
        ["province", "county", Decimal(60)],
        ["province", "held up", Decimal(40)],
    ]


def test_money_goes_from_level_to_level(report: Report) -> None:
    assert [(line.from_level, line.to_level, line.amount) for line in report.flows] == [
        ("city", "beneficiaries", Decimal("250000.05")),
        ("source", "city", Decimal("1000000.10")),
    ]
    flow = next(
        block for section in outline(report, "en").sections for block in section.blocks if isinstance(block, Flow)
    )
    assert flow.levels == ["source", "city", "beneficiaries"]
    assert flow.kept == [0, Decimal("750000.05"), 0]


def test_money_that_goes_back_or_to_whom_nobody_can_place_is_told_apart(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "case")
    with (folder / "tables" / "agencies.csv").open("a", encoding="utf-8") as agencies:
        agencies.write("bank,The bank,\n")
    with (folder / "tables" / "transfers.csv").open("a", encoding="utf-8") as transfers:
        transfers.writelines(
            f"{key},rent,waiver,{giver},{taker},{amount},2020-03-06\n"
            for key, giver, taker, amount in (
                ("back", "fin-1", "source:treasury", 100000),
                ("up", "fin-1", "fin-14", 70),
                ("paid", "fin-1", "bank", 5),
                ("on", "bank", "tenants-5", 4),
            )
        )
    assert load_case(Facts(tmp_path / "workspace", create=True), folder).rejected == 0
    told = build_report(evaluate(Facts(tmp_path / "workspace"), "small"))
    assert {(line.from_level, line.to_level): line.amount for line in told.flows} == {
        ("source", "city"): Decimal("1000000.10"),
        ("city", "beneficiaries"): Decimal("250000.05"),
        ("city", "returned"): 100_000,
        ("city", "province"): 70,
        ("city", "unplaced"): 5,
        ("unplaced", "beneficiaries"): 4,
    }
    blocks = [block for section in outline(told, "en").sections for block in section.blocks]
    at, flow = next((at, block) for at, block in enumerate(blocks) if isinstance(block, Flow))
    assert flow.levels == ["source", "province", "city", "beneficiaries", "returned"]
    assert [(one.source, one.target, one.amount) for one in flow.links] == [
        (2, 3, Decimal("250000.05")),
        (2, 4, 100_000),
        (0, 2, Decimal("1000000.10")),
    ]
    assert "CNY 79 in all" in blocks[at + 1].text
    assert ["city", "level not known", Decimal(5)] in [list(row) for row in chart_table(flow, "en").rows]


def test_open_findings_age_and_closed_ones_do_not(report: Report) -> None:
    assert [(line.days_from, line.overdue, line.not_overdue) for line in report.ageing] == [
        (0, 0, 0), (31, 0, 0), (61, 0, 0), (91, 2, 0), (181, 0, 0),
    ]  # fmt: skip


def test_a_trend_counts_each_day_as_it_was(small: Evaluation, report: Report) -> None:
    earlier = [evaluate(small.facts, "small", date(2020, 3, 31))]
    trend = build_report(small, earlier=earlier).trend
    assert [point.day for point in trend] == [date(2020, 3, 31), date(2020, 6, 30)]
    roots = [gap.category for gap in earlier[0].gaps() if gap.root]
    assert trend[0].by_category == {name: roots.count(name) for name in sorted(set(roots))}
    assert len(report.trend) == 1


def test_a_trend_compares_month_ends() -> None:
    assert month_ends(date(2020, 4, 30), 3, date(2020, 2, 6)) == [date(2020, 2, 29), date(2020, 3, 31)]
    assert month_ends(date(2020, 1, 15), 2, date(2019, 1, 1)) == [date(2019, 11, 30), date(2019, 12, 31)]
    assert month_ends(date(2020, 4, 30), 0, date(2019, 1, 1)) == []
    assert month_ends(date(1, 1, 31), 5, date(1, 1, 1)) == []
    assert month_ends(date(1, 3, 31), 5, date(1, 1, 1)) == [date(1, 1, 31), date(1, 2, 28)]
