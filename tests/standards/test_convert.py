"""Dates and amounts as offices write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.standards.mapping.convert import add_months, amount_of, day_near, days_in, header_key, one_day, serial_day
from graphkit.standards.values import amount_text, iso_day, number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020-06-30", "2020-06-30"),
        ("2020/6/3", "2020-06-03"),
        ("2020.06.30", "2020-06-30"),
        ("20200630", "2020-06-30"),
        ("2020年6月30日前", "2020-06-30"),
        ("２０２０年６月３０日", "2020-06-30"),
        ("二〇二〇年六月三十日", "2020-06-30"),
        ("2020年2月底", "2020-02-29"),
        ("2020年6月", "2020-06-30"),
        ("2020.06", "2020-06-30"),
        ("2020年底", "2020-12-31"),
        ("2020年第三季度", "2020-09-30"),
        ("2020年1季度末", "2020-03-31"),
        ("2020年上半年", "2020-06-30"),
        ("June 30, 2023", "2023-06-30"),
        ("Sept. 5 2023", "2023-09-05"),
        ("30 June 2023", "2023-06-30"),
        ("6/30/2023", "2023-06-30"),
        ("30/6/2023", "2023-06-30"),
        ("January 2023", "2023-01-31"),
        ("2020-06-30 12:30:00", "2020-06-30"),
        ("2020年6月上旬", "2020-06-10"),
        ("2020年6月中旬", "2020-06-20"),
        ("2020年2月下旬", "2020-02-29"),
        ("2020年6月初", None),
        ("2020年6月中", None),
        ("2020年6月、8月", None),
        ("2020年6、8月", None),
        ("2020年6月和8月", None),
        ("2020年6月30日、7月31日", None),
        ("2020年6月1日、15日", None),
        ("2020年6月1日收到，15日内整改", "2020-06-01"),
        ("2020年6月中央督察反馈", "2020-06-30"),
        ("2020年3月至6月、9月", None),
        ("2020年6月30日（7月15日复查）", None),
        ("2020年6月至8月", "2020-08-31"),
        ("2020年6月上旬至7月中旬", "2020-07-20"),
        ("2020年6月30日前，逾期3个月", "2020-06-30"),
        ("长期坚持", None),
        ("2020年13月1日", None),
        ("2020-02-30", None),
        ("第2020号", None),
        ("2020-06-30 至 2020-07-31", "2020-07-31"),
        ("", None),
    ],
)
def test_one_day(text: str, day: str | None) -> None:
    found = one_day(text)
    assert (found.isoformat() if found else None) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [("2020年3月至6月", "2020-06-30"), ("2020.6.1-2020.6.30", "2020-06-30"), ("2020年5月1日至15日", "2020-05-15")],
)
def test_a_span_counts_as_its_last_day(text: str, day: str) -> None:
    assert str(one_day(text)) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [("6月上旬", "2020-06-10"), ("6月初", None), ("6月、8月", None),
     ("6月30日前", "2020-06-30"), ("8月底", "2020-08-31"), ("年底前", "2020-12-31"), ("1月15日", "2021-01-15"),
     ("3个月内", None), ("5月10日、6月10日", None), ("立行立改", None), ("2020年6月", None)],
)  # fmt: skip
def test_a_day_without_its_year_is_the_nearest(text: str, day: str | None) -> None:
    found = day_near(text, date(2020, 11, 30))
    assert (str(found) if found else None) == day


def test_several_days_in_the_order_of_the_words() -> None:
    text = "March 30, 2023, April 15, 2023 and June 2023 respectively"
    assert days_in(text) == [date(2023, 3, 30), date(2023, 4, 15), date(2023, 6, 30)]


@pytest.mark.parametrize(
    ("text", "unit", "amount"),
    [
        ("12.5", "万元", "125000"),
        ("1,203.4", "万元", "12034000"),
        ("3000亿元", None, "300000000000"),
        ("12.5万元", "元", "125000"),
        ("约 300 元", None, "300"),
        ("人民币１００元整", None, "100"),
        ("$1,234.50", None, "1234.50"),
        ("(1,234)", None, "-1234"),
        ("（1,234.50）", "万元", "-12345000"),
        ("（100万元）", None, "1000000"),
        ("（100）", "万元", "-1000000"),
        ("约（300）", None, "300"),
        ("($1,234.50)", None, "-1234.50"),
        ("1,2", "万元", None),
        ("1,23,456", None, None),
        ("1,234,567", None, "1234567"),
        ("12345,678", None, None),
        ("1，234", None, "1234"),
        ("-20", None, "-20"),
        ("1.2 million", None, "1200000"),
        ("5", "fathoms", None),
        ("300至500元", None, None),
        ("无法统计", None, None),
        ("3户12万元", None, None),
    ],
)
def test_amounts(text: str, unit: str | None, amount: str | None) -> None:
    assert amount_of(text, unit) == (Decimal(amount) if amount else None)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)))
def test_every_way_of_writing_a_day_gives_the_same_day(day: date) -> None:
    for text in (
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%B} {day.day}, {day.year}",
        f"{day:%Y%m%d}",
    ):
        assert one_day(text) == day
    assert iso_day(day.isoformat() + "T00:00:00Z") == day


@given(st.decimals(min_value=0, max_value=10**12, places=4), st.sampled_from(["元", "万元", "亿元"]))
def test_a_unit_only_multiplies(value: Decimal, unit: str) -> None:
    factor = {"元": 1, "万元": 10**4, "亿元": 10**8}[unit]
    assert amount_of(f"{value:f}", unit) == value * factor == amount_of(f"{value:f}{unit}", "元")


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6))
def test_amounts_are_written_and_read_exactly(value: Decimal) -> None:
    text = amount_text(value)
    assert text is not None
    assert number(text) == value


@given(st.text(max_size=60))
def test_no_text_breaks_anything(text: str) -> None:
    one_day(text)
    amount_of(text, "万元")
    header_key(text)


def test_months_later_keep_the_end_of_the_month() -> None:
    assert add_months(date(2022, 6, 30), 9) == date(2023, 3, 31)
    assert add_months(date(2022, 5, 15), 9) == date(2023, 2, 15)
    assert add_months(date(2022, 12, 31), 2) == date(2023, 2, 28)


def test_days_as_excel_counts_them() -> None:
    assert serial_day(44012.0) == date(2020, 6, 30)
    assert serial_day(12.0) is None
