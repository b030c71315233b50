"""Cleaning never loses where a character came from, and says what it could not read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.documents import clean

SEED = Path(__file__).parent / "labelled" / "seed.txt"
HAN = st.text(alphabet="审计署太原特派办发现问题资金财政厅落实政策一二三", min_size=1, max_size=40)
ANYTHING = st.text(
    alphabet=st.one_of(
        st.characters(codec="utf-8"), st.sampled_from("審計(jì)（）()，,、。\n 　１ａ當發國臺灣後裡着著\ufffd?")
    ),
    max_size=80,
)
SYLLABLES = st.sampled_from(["jì", "shěn", "fā", "zhuāng", "lǜ", "ér", "ān", "xiōng"])


def test_the_seed_holds_201_bracketed_syllables_of_which_200_follow_a_han_character() -> None:
    raw = SEED.read_text(encoding="utf-8")
    text = clean(raw)
    brackets = re.findall(r"\([a-zà-ǜ]+\)", raw)
    assert len(brackets) == 201
    assert text.repairs["pinyin"] == 200
    assert (len(raw), len(text.clean)) == (2086, 1059)
    assert len(re.findall(r"\([^)]*\)", text.clean)) == 1, "the 201st lies in the damaged place and stays"
    assert "（审计署太原特派办）" in text.clean, "a real byline is no pinyin"


def test_the_seed_has_one_damaged_place_reported_and_left_as_it_is() -> None:
    raw = SEED.read_text(encoding="utf-8")
    text = clean(raw)
    (damage,) = text.damages
    assert raw[damage.start : damage.end] == "?shù)卣鞍l(fā)"
    assert damage.suggestion == "地政府及发"
    assert "与当?shù)卣鞍l(fā)改、财政" in text.clean, "no reading is put in its place"


def test_a_quote_is_the_original_with_its_garbling() -> None:
    text = clean("與山西省審計(jì)廳協(xié)同")
    start = text.clean.index("审计厅")
    assert text.clean == "与山西省审计厅协同"
    assert text.quote(start, start + 3) == "審計(jì)廳"


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("中小企業(SME)", "中小企业（SME）"),
        ("方案(a)、方案(b)", "方案（a）、方案（b）"),
        ("山 西 省 审 计 厅", "山西省审计厅"),
        ("2020 年 3 月 5 日", "2020年3月5日"),
        ("拨付 9 736 825.60元", "拨付9736825.60元"),
        ("花了3 250元。", "花了3250元。"),
        ("见表1 250元", "见表1 250元"),
        ("城关镇 3 250元", "城关镇3 250元"),
        ("1 250元\n2 300元", "1 250元\n2 300元"),
        ("財金〔２０２０〕５號", "财金〔2020〕5号"),
        ("未拨付，，影响发放", "未拨付，影响发放"),
        ("1,234.5万元,其中", "1,234.5万元，其中"),
        ("姓名　单位", "姓名 单位"),
        ("审\u200b计\ufeff署", "审计署"),
        ("⽤于⾏动", "用于行动"),
    ],
)
def test_what_is_cleaned(raw: str, cleaned: str) -> None:
    assert clean(raw).clean == cleaned


@pytest.mark.parametrize(
    ("raw", "broken", "kind"),
    [
        ("拨付\ufffd\ufffd资金", "\ufffd\ufffd", "undecodable"),
        ("拨付\x01资金", "\x01", "control_character"),
        ("与當(dāng)?shù)卣协商一致", "?shù)", "broken_brackets"),
        ("锟斤拷锟斤拷办公室", "锟斤拷锟斤拷", "mojibake"),
        ("关于å®¡è®¡的通知", "å®¡è®¡", "mojibake"),
    ],
)
def test_what_cannot_be_read_is_reported_where_it_is(raw: str, broken: str, kind: str) -> None:
    (damage,) = clean(raw).damages
    assert (raw[damage.start : damage.end], damage.kind) == (broken, kind)


def test_a_line_that_a_page_broke_is_one_sentence_again() -> None:
    lines = (
        "县财政局未按规定将补助资金拨付到项目单位造成资\n金闲置一年以上影响了项目的建设进度和群众受益县\n"
        "民政局未建立台账。\n二、整改情况"
    )
    assert "造成资金闲置" in clean(lines, wrapped=True).clean
    assert "。\n二、" in clean(lines, wrapped=True).clean


@settings(deadline=None)
@given(ANYTHING)
def test_every_cleaned_character_comes_from_a_place_in_the_original(raw: str) -> None:
    text = clean(raw)
    assert len(text.clean) == len(text.starts) == len(text.ends)
    assert all(0 <= start < end <= len(raw) for start, end in zip(text.starts, text.ends, strict=True))
    assert list(text.starts) == sorted(text.starts)
    assert list(text.ends) == sorted(text.ends)


@settings(deadline=None)
@given(ANYTHING, st.data())
def test_a_span_goes_to_the_original_and_back(raw: str, data: st.DataObject) -> None:
    text = clean(raw)
    if not text.clean:
        return
    start = data.draw(st.integers(0, len(text.clean) - 1))
    end = data.draw(st.integers(start + 1, len(text.clean)))
    begin, stop = text.to_raw(start, end)
    back = text.to_clean(begin, stop)
    assert back[0] <= start < end <= back[1], "nothing of the span is lost"
    assert all(text.starts[index] < stop and text.ends[index] > begin for index in range(*back))


@settings(deadline=None)
@given(st.lists(st.tuples(HAN, SYLLABLES), min_size=1, max_size=8))
def test_garbling_a_text_and_cleaning_it_gives_the_text(pieces: list[tuple[str, str]]) -> None:
    garbled = "".join(f"{han}({syllable})" for han, syllable in pieces)
    text = clean(garbled)
    assert text.clean == "".join(han for han, _ in pieces)
    assert text.repairs["pinyin"] == len(pieces)
    assert not text.damages


@settings(deadline=None)
@given(HAN)
def test_a_clean_text_stays_as_it_is(raw: str) -> None:
    text = clean(raw)
    assert text.clean == raw
    assert text.starts == tuple(range(len(raw)))
    assert not any(text.repairs.values())


def test_blanks_are_taken_out_only_where_a_mark_comes_after_them() -> None:
    assert clean("县 财政 局 未 拨付 补助 资金。").clean == "县财政局未拨付补助资金。"
    assert " " in clean("县 财政 局 未 拨付 补助 资金").clean
    # A long line without any mark is read in a time that goes with its length: here it would be a minute.
    assert len(clean("汉 字" * 20_000).clean) > 20_000


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("该公司21 .6 万元。", "该公司21.6万元。"),
        ("乙（某县）公司58. 24万元。", "乙（某县）公司58.24万元。"),
        ("整改率98 .5%", "整改率98.5%"),
        ("问题1. 24万元未拨付", "问题1. 24万元未拨付"),  # an item and an amount
        ("1. 24万元未拨付", "1. 24万元未拨付"),
    ],
)
def test_a_blank_beside_a_decimal_point_makes_no_other_number(raw: str, read: str) -> None:
    assert clean(raw).clean == read


def test_rests_of_html_are_taken_out_and_what_looks_like_them_stays() -> None:
    text = clean('<p style="x">&nbsp;甲&amp;乙公司</p><br/>丙&#20057;，若a<b and c>d，&zzz;')
    assert text.clean == "\n 甲&乙公司\n\n丙乙，若a<b and c>d，&zzz;"
    assert text.repairs["markup"] == 6
    at = text.clean.index("乙，")
    assert text.quote(at, at + 1) == "&#20057;"


def test_a_tag_that_is_damaged_stays_as_it_is() -> None:
    raw = '甲<span title="\ufffd\ufffd">乙</span>'
    text = clean(raw)
    assert text.clean == '甲<span title="\ufffd\ufffd">乙'
    assert [raw[one.start : one.end] for one in text.damages] == ["\ufffd\ufffd"]


def test_a_clause_goes_on_in_the_next_line_of_a_narrow_page() -> None:
    lines = (
        "  1、发放企业118家，涉及职",
        "工9462人，资金473.1万元，其中甲县",
        "木业有限公司21万元，其余各家共",
        "452万元，均已到账。",
        "  2、资金由甲县农村",
        "商业银行代发，3个工作日内到账，",
        "未到账的由县社保中心核实，结果",
        "每月公示。",
    )
    assert clean("\n".join(lines)).clean == "\n".join(("".join(lines[:4]), "".join(lines[4:])))
