from datetime import date
from decimal import Decimal

import pytest

from graphkit.reports.text import cells, chinese_number, date_text, fitted, money_text, number_text, percent_text, shown


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("太原市\n财政局", "太原市 财政局"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("\x1b[31m", "⟨U+001B⟩[31m"),
        ("\ud800", "⟨U+D800⟩"),
        ("\ufffe\x00", "⟨U+FFFE⟩⟨U+0000⟩"),
        ("مرحبا 😀", "مرحبا 😀"),
    ],
)
def test_hidden_characters_are_written_out(text: str, seen: str) -> None:
    assert shown(text) == seen


def test_a_text_is_fitted_by_how_wide_it_is() -> None:
    assert (cells("太原 a"), cells("")) == (6, 0)
    assert fitted("大同市财政局", 12) == "大同市财政局"
    assert fitted("长" * 40, 20) == "长" * 9 + "…"
    assert fitted("a\u200db" * 9, 3) == "a…"
    assert fitted("长", -3) == "…"


def test_a_long_text_is_cut_and_says_so() -> None:
    assert shown("长" * 10_000, 5) == "长长长长长…"
    assert shown("长" * 5, 5) == "长" * 5


@pytest.mark.parametrize(
    ("amount", "zh"),
    [
        ("1200000", "120万元"),
        ("123457000000", "1,234.57亿元"),
        ("123456789000", "12,345,678.9万元"),
        ("1234567", "1,234,567元"),
        ("0.5", "0.5元"),
        ("5703271.07", "5,703,271.07元"),
        ("-20000.00", "-2万元"),
    ],
)
def test_an_amount_is_never_rounded(amount: str, zh: str) -> None:
    assert money_text({"CNY": Decimal(amount)}, "zh") == zh


def test_other_currencies_and_none() -> None:
    assert money_text({"USD": Decimal("10.50"), "CNY": Decimal(20000)}, "zh") == "2万元；USD 10.5"
    assert money_text({"CNY": Decimal("1234567.10")}, "en") == "CNY 1,234,567.1"
    assert money_text(None, "zh") == ""


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 0, "–"), (0, 9, "0.0%"), (9, 9, "100.0%"), (1, 100_000, "0.1%"), (99_999, 100_000, "99.9%"), (1, 3, "33.3%")],
)
def test_a_share_never_hides_the_last_one(part: int, whole: int, text: str) -> None:
    assert percent_text(part, whole) == text


def test_numbers_and_dates_of_each_language() -> None:
    assert [chinese_number(n) for n in (1, 10, 11, 20, 99)] == ["一", "十", "十一", "二十", "九十九"]
    assert date_text(date(2020, 7, 31), "zh") == "2020年7月31日"
    assert date_text(date(2020, 7, 31), "en") == "31 July 2020"
    assert number_text(Decimal("1000")) == "1,000"
    assert number_text(Decimal("100")) == "100"
