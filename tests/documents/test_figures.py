"""Numbers, money, rates, counts, dates and document numbers have exact values; what is no figure is none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.documents.dates import find_dates
from graphkit.documents.model import AmountValue, CountValue, RateValue
from graphkit.documents.numbering import find_document_numbers
from graphkit.documents.numbers import parse_number
from graphkit.documents.quantities import find_quantities


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("3000", 3000),
        ("1,234.5", "1234.5"),
        ("三千零五十", 3050),
        ("3.2万", 32000),
        ("1亿3000万", 130000000),
        ("二〇二〇", 2020),
        ("两万三", 23000),
        ("一百二", 120),
        ("十", 10),
        ("二十五", 25),
        ("1.2万亿", 1200000000000),
        ("三点五", "3.5"),
        ("3千", 3000),
        ("一万零五十", 10050),
        ("壹佰贰拾", 120),
        ("一百零八", 108),
        ("十万", 100000),
    ],
)
def test_numerals(words: str, value: object) -> None:
    assert parse_number(words) == Decimal(str(value))


@pytest.mark.parametrize("words", ["", "好", "万", "1.2.3", "三好"])
def test_what_is_no_numeral(words: str) -> None:
    assert parse_number(words) is None


@given(st.integers(0, 10**13))
def test_a_number_in_arabic_figures_is_itself(number: int) -> None:
    assert parse_number(str(number)) == parse_number(f"{number:,}") == number


def amount(text: str) -> AmountValue:
    (one,) = [one.value for one in find_quantities(text) if isinstance(one.value, AmountValue)]
    return one


@pytest.mark.parametrize(
    ("text", "low", "high", "qualifier"),
    [
        ("3000亿元", "300000000000", None, "exact"),
        ("五十万元", "500000", None, "exact"),
        ("人民币五千元整", "5000", None, "exact"),
        ("6304.6万元", "63046000", None, "exact"),
        ("超过1亿3000万元", "130000000", None, "more_than"),
        ("3亿多元", "300000000", None, "more_than"),
        ("300余万元", "3000000", None, "more_than"),
        ("不少于200元", "200", None, "at_least"),
        ("五十万元以上", "500000", None, "at_least"),
        ("最高不超过5万元", "50000", None, "at_most"),
        ("近1亿元", "100000000", None, "nearly"),
        ("约1.3亿元", "130000000", None, "about"),
        ("100—200万元", "1000000", "2000000", "range"),
        ("100万元至200万元", "1000000", "2000000", "range"),
        ("500元至1000元", "500", "1000", "range"),
        ("1万亿元", "1000000000000", None, "exact"),
        ("安排资金3200万优先用于维修", "32000000", None, "exact"),
        ("RMB 186 million", "186000000", None, "exact"),
        ("over CNY 1.5 billion", "1500000000", None, "more_than"),
        ("83,400 yuan", "83400", None, "exact"),
        ("RMB 5 to 6 million", "5000000", "6000000", "range"),
    ],
)
def test_amounts(text: str, low: str, high: str | None, qualifier: str) -> None:
    one = amount(text)
    assert (one.amount, one.upper, one.qualifier, one.currency) == (
        Decimal(low),
        Decimal(high) if high else None,
        qualifier,
        "CNY",
    )


def test_currency_and_what_an_amount_is_for() -> None:
    assert amount("200万美元").currency == "USD"
    assert amount("每人每月300元").per == "月"
    assert amount("500元/户").per == "户"
    assert amount("数百万元").amount is None
    assert amount("数百万元").qualifier == "vague"


@pytest.mark.parametrize(
    ("text", "rate", "unit", "qualifier"),
    [
        ("50%", "50", "percent", "exact"),
        ("百分之三十", "30", "percent", "exact"),
        ("五十个基点", "50", "basis_point", "exact"),
        ("0.5个百分点", "0.5", "percentage_point", "exact"),
        ("九成", "90", "percent", "exact"),
        ("不低于60%", "60", "percent", "at_least"),
        ("50%—80%", "50", "percent", "range"),
    ],
)
def test_rates(text: str, rate: str, unit: str, qualifier: str) -> None:
    (one,) = [one.value for one in find_quantities(text) if isinstance(one.value, RateValue)]
    assert (one.rate, one.unit, one.qualifier) == (Decimal(rate), unit, qualifier)


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [
        ("5个审计组", 5, "个"),
        ("3406户", 3406, "户"),
        ("1.2万人次", 12000, "人次"),
        ("八个部门", 8, "个"),
        ("200多家企业", 200, "家"),
        ("1.4家银行", 4, "家"),
        ("近百家企业", 100, "家"),
        ("百余户商户", 100, "户"),
        ("5个工程项目", 5, "个"),
    ],
)
def test_counts(text: str, count: int, unit: str) -> None:
    (one,) = [one.value for one in find_quantities(text) if isinstance(one.value, CountValue)]
    assert (one.count, one.unit) == (count, unit)


@pytest.mark.parametrize(
    "text", ["第3个问题", "一个问题", "2个月", "15个工作日", "30个自然日", "百家争鸣", "每户", "2元件", "完成任务"]
)
def test_what_is_no_quantity(text: str) -> None:
    assert find_quantities(text) == []


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2020年2月7日", "2020-02-07", "2020-02-07"),
        ("二〇二〇年五月九日", "2020-05-09", "2020-05-09"),
        ("2020-03-01", "2020-03-01", "2020-03-01"),
        ("2020.2.7", "2020-02-07", "2020-02-07"),
        ("2020年1月至3月", "2020-01-01", "2020-03-31"),
        ("2020年2月7日至15日", "2020-02-07", "2020-02-15"),
        ("2019年12月至2020年2月", "2019-12-01", "2020-02-29"),
        ("2020年上半年", "2020-01-01", "2020-06-30"),
        ("2020年第三季度", "2020-07-01", "2020-09-30"),
        ("2020年底", "2020-12-31", "2020-12-31"),
        ("2020年3月底", "2020-03-31", "2020-03-31"),
        ("2020年3月上旬", "2020-03-01", "2020-03-10"),
        ("2019年度", "2019-01-01", "2019-12-31"),
        ("2019至2021年", "2019-01-01", "2021-12-31"),
        ("2020年1至5月", "2020-01-01", "2020-05-31"),
        ("2020年前三季度", "2020-01-01", "2020-09-30"),
        ("2020年三季度末", "2020-09-30", "2020-09-30"),
        ("2014年至2016年上半年", "2014-01-01", "2016-06-30"),
        ("2014至2016年上半年", "2014-01-01", "2016-06-30"),
        ("2021年前9个月", "2021-01-01", "2021-09-30"),
        ("2021年全年", "2021-01-01", "2021-12-31"),
        ("“十四五”期间", "2021-01-01", "2025-12-31"),
        ("2024年3月11日起至6月28日止", "2024-03-11", "2024-06-28"),
        ("2022、2023两年", "2022-01-01", "2023-12-31"),
    ],
)
def test_dates(text: str, first: str, last: str) -> None:
    (one,) = find_dates(text)
    assert (one.value.start, one.value.end, one.value.inferred) == (first, last, None)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("月底前", "2020-05-31", "2020-05-31"),
        ("本月底前", "2020-05-31", "2020-05-31"),
        ("下月10日前", "2020-06-10", "2020-06-10"),
        ("年内", "2020-01-01", "2020-12-31"),
    ],
)
def test_a_day_told_from_the_documents_own(words: str, first: str, last: str) -> None:
    *_, one = find_dates(f"2020年5月9日\n{words}完成")
    assert (one.value.start, one.value.end) == (first, last)
    assert one.value.inferred


def test_a_time_limit_lies_after_the_documents_own_day() -> None:
    *_, limit, day = find_dates("2019年3月查出。请于4月底前补齐。\n2020年5月9日")
    assert (limit.value.end, day.value.end) == ("2021-04-30", "2020-05-09")
    *_, alone = find_dates("1月24日至31日开展。", 2020)
    assert (alone.value.start, alone.value.end) == ("2020-01-24", "2020-01-31")


@pytest.mark.parametrize(
    ("words", "end"),
    [("截至3月底，已归还", "2020-03-31"), ("违规。3月，又查出", "2020-03-31"), ("于3月底发放", "2019-03-31")],
)
def test_a_month_is_this_years_where_the_words_say_so(words: str, end: str) -> None:
    *_, one, _ = find_dates(f"2019年1月起{words}。\n2020年5月9日")
    assert one.value.end == end


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2019年发放10万元。上半年又拖欠", 2020),
        ("2019年发放10万元，上半年拖欠", 2019),
        ("2019年3月发放。5月又查出", 2019),
        ("2019年3月发放。\n5月8日又查出", 2020),
        ("执行至2021年12月31日。\n三季度末前完成", 2020),
        ("自2021年3月1日起执行，5月底前拨付", 2021),
    ],
)
def test_a_year_named_before_holds_for_its_sentence_or_its_line(text: str, year: int) -> None:
    _, one, _ = find_dates(f"{text}。\n2020年9月9日")
    assert one.value.start is not None
    assert one.value.start.startswith(str(year))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("今年1至10月", "今年1至10月"),
        ("去年全年", "去年全年"),
        ("（2023年第4号）", "2023年"),
        ("二是2、3月份的补贴", "2、3月份"),
        ("免收2月、3月租金", "2月、3月"),
        ("2022. 7. 8汇总", "2022. 7. 8"),
        ("年底前付清", "年底"),
        ("到当年8月", "当年8月"),
    ],
)
def test_what_belongs_to_a_date(text: str, words: str) -> None:
    assert words in [text[one.start : one.end] for one in find_dates(text)]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("15 March 2021", "2021-03-15", "2021-03-15"),
        ("Mar 15, 2021", "2021-03-15", "2021-03-15"),
        ("March 15th, 2021", "2021-03-15", "2021-03-15"),
        ("the end of February 2021", "2021-02-28", "2021-02-28"),
        ("March 2021", "2021-03-01", "2021-03-31"),
        ("20 February to 31 May 2023", "2023-02-20", "2023-05-31"),
        ("15 December to 3 January 2023", "2022-12-15", "2023-01-03"),
        ("March 3 to 8, 2023", "2023-03-03", "2023-03-08"),
        ("between 3 March and 5 April 2022", "2022-03-03", "2022-04-05"),
    ],
)
def test_dates_in_english(text: str, first: str, last: str) -> None:
    (one,) = find_dates(f"issued {text}.")
    assert (one.value.start, one.value.end, one.value.inferred) == (first, last, None)


def test_yesterday_is_told_from_the_day_of_the_document() -> None:
    *_, one = find_dates("本报讯（2022年11月4日）审计局昨日公布")
    assert (one.value.start, one.value.end) == ("2022-11-03", "2022-11-03")
    assert one.value.inferred
    assert len(find_dates("昨天公布。他说：“昨天来过。”\n2022年11月4日")) == 2
    assert find_dates("昨天公布") == []


def test_a_year_that_is_left_out_is_inferred_and_said_so() -> None:
    found = find_dates("2020年2月7日印发，3月底前落实。\n2021年6月1日")
    assert [one.value.end for one in found] == ["2020-02-07", "2020-03-31", "2021-06-01"]
    assert found[1].value.inferred == "the year 2020 is named before"
    (alone,) = find_dates("3月15日")
    assert (alone.value.start, alone.value.inferred) == (None, "the text names no year")


@pytest.mark.parametrize(
    "text",
    [
        "2月31日",
        "2个月",
        "满三月",
        "1.5月",
        "每季度",
        "近3年",
        "当年任务",
        "“十四五”末",
        "《“十四五”规划》",
        "比年初多",
        "上月数据",
        "担心年底分红",
        "去年冬天",
        "以前年度",
        "下一季度",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert [one for one in find_dates("2020年1月1日" + text) if one.start] == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("发改投资规〔2020〕734号", ["发改投资规〔2020〕734号"]),
        ("根据财政部财金[2020]5号文件", ["财金〔2020〕5号"]),
        ("（人社部发【2020】12号）", ["人社部发〔2020〕12号"]),
        ("晋政办发（2020） 12 号", ["晋政办发〔2020〕12号"]),
        ("财金〔2020〕3号、5号", ["财金〔2020〕3号", "财金〔2020〕5号"]),
        ("财金〔2020〕3号和〔2021〕5号", ["财金〔2020〕3号", "财金〔2021〕5号"]),
        ("国务院令第728号", ["国务院令第728号"]),
        ("银发〔二〇二〇〕二十九号", ["银发〔2020〕29号"]),
        ("银发〔2020〕28/29号", ["银发〔2020〕28号", "银发〔2020〕29号"]),
        ("国办发明电〔2020〕10号", ["国办发明电〔2020〕10号"]),
        ("发改投资规2020年第734号", ["发改投资规〔2020〕734号"]),
        ("晋政办发2020〕8号", ["晋政办发〔2020〕8号"]),
        ("并民发{2020}12号", ["并民发〔2020〕12号"]),
        ("审计结果公告\n2020年第4号", ["2020年第4号"]),
    ],
)
def test_document_numbers(text: str, numbers: list[str]) -> None:
    assert [one.number for one in find_document_numbers(text)] == numbers
