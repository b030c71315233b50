"""Dates in a cleaned text: what day or days the words mean, and what had to be inferred (rules/dates.yaml)."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Literal

from graphkit.documents.english import EnglishDate, english_dates
from graphkit.documents.lexicon import any_of, rule_file
from graphkit.documents.model import DateValue
from graphkit.documents.numbers import parse_number

Precision = Literal["day", "month", "quarter", "half", "year", "span", "part"]


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date and where it stands in the cleaned text."""

    start: int
    end: int
    value: DateValue
    rule: str
    confidence: float


@dataclass(frozen=True, slots=True)
class _Days:
    first: date
    last: date
    precision: Precision


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    rules = rule_file("dates.yaml")
    y, m, d = rules["y"], rules["m"], rules["d"]
    part = any_of(word for word in rules["parts_of_year"] if len(word) > 1)
    month_part = any_of(rules["parts_of_month"])
    relative = any_of(rules["months"])
    years = any_of(rules["years"])
    month = rf"(?P<m>{m})月份?(?:(?P<d>{d})[日号](?!程|常|均|报|内|之内)|(?P<mp>{month_part})(?![小心央国期等原医共]))?"
    single = (
        rf"(?P<twoy>{y})、(?P<twol>{y})(?:年度?)?(?:两年|(?=两个年度))"
        rf"|(?P<firsty>{y}){rules['to']}(?P<lasty>{y})\s*年度?(?P<lastp>{part})?(?!\d|[初底末])"
        rf"|[“\"]?(?P<plan>{any_of(rules['plans'])})(?![”\"]?(?:{rules['not_after_plan']}))[”\"]?(?:期间|时期)?"
        rf"|(?<![\d.、])(?:(?P<spany>{y})\s*年)?(?P<firstm>{m})(?:月?{rules['to']}|(?<!^.)(?<!\n.)月?、)(?P<lastm>{m})月份?(?!\d|[底末初中上下])"
        rf"|(?:(?P<y>{y})\s*年度?|(?P<rel>(?<!以)(?:{years})))"
        rf"(?:(?P<yp>{part})|全年|(?P<ys>[初底末])(?!数|子)|前(?P<upto>{m})个月"
        rf"|(?P<relfirst>{m})月?{rules['to']}(?P<rellast>{m})月份?(?!\d|[底末初中上下])|{month})?"
        rf"|(?P<iso>{y}[-/.][ ]?(?:1[0-2]|0?[1-9])[-/.][ ]?(?:3[01]|[12]\d|0?[1-9]))(?!\d)"
        rf"|(?P<yp2>前[两三]季度|(?<!下)(?:第)?[一二三四1-4]季度末?|上半年|下半年|年底|年末|年初|(?<![一二两三四五六七八九十数几半\d])年内)"
        rf"|(?P<ago>{any_of(rules['days_ago'])})(?!（)"
        rf"|(?P<rm>{relative})(?:(?P<rd>{d})[日号]|(?P<rmp>{month_part}))?|(?<![每个各几上下当本\d])(?P<alone>月[底末])"
        rf"|{month.replace('(?P<m>', '(?P<m2>').replace('(?P<d>', '(?P<d2>').replace('(?P<mp>', '(?P<mp2>')}"
    )
    second = re.compile(
        rf"(?P<from>起)?[ ]?{rules['to']}[ ]?"
        rf"(?:(?:(?P<y>{y})年)?(?P<m>{m})月(?:(?P<d>{d})[日号]|(?P<mp>{month_part}))?|(?P<d2>{d})[日号]|(?P<y2>{y})年度?(?P<yp>{part})?(?![初底末]))(?(from)止?)"
    )
    bare_day = re.compile(rf"(?P<d>{d})[日号]{rules['to']}(?P<d2>{d})[日号]")
    return re.compile(single), second, bare_day


def find_dates(text: str, own_year: int | None = None) -> list[FoundDate]:
    """Return every date in order. `own_year`: the document's, where its text names none (that of its number)."""
    english = [_english(one) for one in english_dates(text)]
    for one in english:
        text = text[: one.start] + "\ufffc" * (one.end - one.start) + text[one.end :]
    return sorted([*english, *_chinese(text, own_year)], key=lambda one: one.start)


def _english(one: EnglishDate) -> FoundDate:
    value = DateValue(start=one.first.isoformat(), end=one.last.isoformat(), precision=one.precision)
    return FoundDate(one.start, one.end, value, "date", 0.97)


def _chinese(text: str, own_year: int | None) -> list[FoundDate]:
    rules = rule_file("dates.yaml")
    single, second, _ = _patterns()
    named, own_month, own_day = _own_month(text)
    own = named if named is not None else own_year
    found: list[FoundDate] = []
    named_year: int | None = None
    last_year: int | None = None
    named_at = last_at = position = 0
    while match := single.search(text, position):
        position = match.end()
        if _part_of_another(text, match) or _says_no_time(text, match, rules) or _of_no_day(text, match, own_day):
            position = match.start() + 1
            continue
        year, inferred = _year(match, last_year if match.group("yp2") or match.group("rel") else named_year, own, rules)
        if inferred and not match.group("rel"):
            earlier = last_year if match.group("yp2") else named_year
            is_past = bool(earlier and own and own > earlier)
            is_other = bool(earlier and own and own != earlier)
            if (is_other and _starts_anew(text, match, last_at)) or (
                is_past and _of_now(text, match, own_month, rules)
            ):
                year, inferred = own, f"the document's year, {own}"
            elif _looks_on(text, match, named_at):
                year, inferred = _year_ahead(match, year, own, own_month, inferred)
        if match.group("ago") and own_day:
            days, inferred = _days_ago(match, own_day, rules)
        elif match.group("rm") or match.group("alone"):
            days, inferred = _near_month(match, own, own_month, rules)
        else:
            days = _days(match, year, rules)
        if days is None and year is not None:
            position = match.start() + 1
            continue
        end = match.end()
        until = second.match(text, end) if match.group("rel") is None or days else None
        if until:
            days = _span(days, until, rules) if days else None
            end = until.end()
            position = end
        if (match.group("y") and match.group("m")) or any(match.group(one) for one in ("spany", "iso")):
            named_year, named_at = year, end
        if any(match.group(name) for name in ("y", "lasty", "spany", "iso")):
            last_year, last_at = year, end
        value = (
            DateValue(
                start=days.first.isoformat(), end=days.last.isoformat(), precision=days.precision, inferred=inferred
            )
            if days
            else DateValue(start=None, end=None, precision="part", inferred="the text names no year")
        )
        sure = 0.97 if not inferred else 0.85 if days else 0.6
        found.append(FoundDate(match.start(), end, value, "date" if not inferred else "date_inferred", sure))
    return found


def _of_now(text: str, match: re.Match[str], own_month: int | None, rules: dict[str, Any]) -> bool:
    """Return whether a date that names no year is told from the day of the document.

    So it is after words such as 截至 and 将于, and where a sentence begins with a month that is not over yet: 。8月，
    """
    month = _number(match.group("m2"))
    begins = text[match.start() - 1 : match.start()] in {"。", "\n"} and text.startswith("，", match.end())
    told = begins and month is not None and own_month is not None and month <= own_month
    return told or re.search(rules["of_now"], text[max(0, match.start() - 3) : match.start()]) is not None


def _starts_anew(text: str, match: re.Match[str], last_at: int) -> bool:
    """Return whether no year is named before in the same line; of a half or quarter of a year, in its sentence."""
    part = match.group("yp2") or ""
    ends = r"[。；\n]" if "半年" in part or "季" in part else r"\n"
    return re.search(ends, text[last_at : match.start()]) is not None


def _looks_on(text: str, match: re.Match[str], named_at: int) -> bool:
    """Return whether a day is a time limit (于8月底前) in another sentence than the year named before it."""
    return text.startswith("前", match.end()) and bool(re.search(r"[。；\n]", text[named_at : match.start()]))


def _year_ahead(
    match: re.Match[str], year: int | None, own: int | None, own_month: int | None, why: str
) -> tuple[int | None, str]:
    """Return the year of a time limit that names none: the document's own where the year named before is earlier."""
    if year is None or own is None or own <= year:
        return year, why
    month = _number(match.group("m2"))
    ahead = own + 1 if month and own_month and month < own_month else own
    return ahead, f"a time limit after the document's own date, {own}"


def _says_no_time(text: str, match: re.Match[str], rules: dict[str, Any]) -> bool:
    """Return whether a word such as 当年 or 年底 stands alone, where most writers mean no certain time by it."""
    words = match.group()
    if words in rules["not_alone"]:
        return True
    if words in {"年底", "年末"}:
        line = text[max(0, match.start() - 4) : match.start()]
        return not (
            re.match(rules["year_end_before"], text[match.end() : match.end() + 2])
            or re.search(rules["year_end_after"], line)
        )
    return words in rules["years"] and re.match(rules["not_before"], text[match.end() : match.end() + 2]) is not None


def _part_of_another(text: str, match: re.Match[str]) -> bool:
    before, after = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 2]
    if before and (
        before.isdigit()
        or before in "〔[【第."
        or (before in "-/—" and text[match.start() - 2 : match.start() - 1].isdigit())
    ):
        return not (before in "-—" and match.group("y"))
    if match.group("y") and after[:1] in {"第", "来", "以", "前", "内", "期"} and match.end() - match.start() <= 5:
        return after[:1] == "期"
    bare_month = match.group("m2") and not match.group("d2") and not match.group("mp2")
    if bare_month and re.match(
        r"份?(?:薪|度|租|均|饼|亮|供|嫂|子|球|季|票|个|息|末)", text[match.end() : match.end() + 2]
    ):
        return True
    if bare_month and before and before in "个每满半数几两各上下":
        return True
    if bare_month and text[match.start()] in "一二三四五六七八九十" and text[match.start() - 2 : match.start()] == "十":
        return True
    return bool(match.group("yp2") and before and before in "每各按逐")


def _near_month(
    match: re.Match[str], year: int | None, month: int | None, rules: dict[str, Any]
) -> tuple[_Days | None, str | None]:
    """Return the days of a month that is told from the document's own: 本月底, 下月, 月底."""
    if year is None or month is None:
        return None, None
    shift = rules["months"][match.group("rm")] if match.group("rm") else 0
    count = year * 12 + month - 1 + shift
    why = f"from the document's month, {year}-{month:02}"
    if match.group("rd"):
        return _one_day(count // 12, count % 12 + 1, _number(match.group("rd")) or 0), why
    part = match.group("rmp") if match.group("rm") else match.group("alone")[-1]
    return _month(count // 12, count % 12 + 1, part, rules), why


def _of_no_day(text: str, match: re.Match[str], own_day: date | None) -> bool:
    """Return whether 昨日 is told from no known day: that of the document is not known, or somebody says it."""
    line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    return match.group("ago") is not None and (own_day is None or line.count("“") > line.count("”"))


def _days_ago(match: re.Match[str], own_day: date, rules: dict[str, Any]) -> tuple[_Days | None, str | None]:
    day = own_day - timedelta(days=rules["days_ago"][match.group("ago")])
    return _Days(day, day, "day"), f"from the document's day, {own_day}"


def _own_month(text: str) -> tuple[int | None, int | None, date | None]:
    """Return the document's year, month and day: of the last full date on a line of its own, else of the first one.

    The month is None where only a year is named; the day where the date may be another's, not in a line of its own nor
    after 讯 or 电.
    """
    single, _, _ = _patterns()
    lines = [
        match
        for line in text.splitlines()
        if (match := single.fullmatch(line.strip())) and match.group("y") and match.group("m")
    ]
    full = [match for match in single.finditer(text) if (match.group("y") and match.group("d")) or match.group("iso")]
    chosen = lines[-1] if lines else full[0] if full else None
    if chosen is None:
        years = sorted(
            {value for match in single.finditer(text) if match.group("y") and (value := _number(match.group("y")))}
        )
        return (years[-1] if len(years) == 1 else None), None, None
    iso = re.split(r"[-/.][ ]?", chosen.group("iso") or "")
    parts = iso if chosen.group("iso") else [chosen.group(one) for one in ("y", "m", "d")]
    year, month, day = (_number(one) for one in parts)
    sure = bool(lines) or re.search(r"[讯电][（( 　]?$", text[max(0, chosen.start() - 2) : chosen.start()])
    days = _one_day(year, month, day) if sure and year and month and day else None
    return year, month, days.first if days else None


def _number(words: str | None) -> int | None:
    value = parse_number(words) if words else None
    return int(value) if value is not None else None


def _year(
    match: re.Match[str], named: int | None, own: int | None, rules: dict[str, Any]
) -> tuple[int | None, str | None]:
    if written := match.group("y") or match.group("lasty") or match.group("spany") or match.group("twol"):
        return _number(written), None
    if match.group("iso"):
        return int(match.group("iso")[:4]), None
    if match.group("plan"):
        return rules["plans"][match.group("plan")] + 4, None
    if match.group("rel"):
        shift: int = rules["years"][match.group("rel")]
        if match.group("rel") in {"当年", "次年"}:
            base, why = (named, "the year named before") if named else (own, "the document's year")
        else:
            base, why = own, "the document's year"
        return (base + shift, f"{match.group('rel')}: from {why}, {base}") if base else (None, None)
    if named is not None:
        return named, f"the year {named} is named before"
    return (own, f"the document's year, {own}") if own else (None, None)


def _days(match: re.Match[str], year: int | None, rules: dict[str, Any]) -> _Days | None:
    if year is None:
        return None
    if match.group("iso"):
        parts = [int(part) for part in re.split(r"[-/.][ ]?", match.group("iso"))]
        return _one_day(parts[0], parts[1], parts[2])
    if match.group("firsty"):
        first_year = _number(match.group("firsty")) or year
        _, last = rules["parts_of_year"].get(match.group("lastp"), (1, 12))
        return _Days(date(first_year, 1, 1), _month_end(year, last), "span") if first_year <= year else None
    if match.group("twoy"):
        return (
            _Days(date(year - 1, 1, 1), date(year, 12, 31), "span")
            if _number(match.group("twoy")) == year - 1
            else None
        )
    if match.group("plan"):
        return _Days(date(year - 4, 1, 1), date(year, 12, 31), "span")
    if match.group("upto"):
        return _Days(date(year, 1, 1), _month_end(year, _number(match.group("upto")) or 12), "span")
    if match.group("firstm") or match.group("relfirst"):
        low = _number(match.group("firstm") or match.group("relfirst")) or 1
        high = _number(match.group("lastm") or match.group("rellast")) or 1
        return _Days(date(year, low, 1), _month_end(year, high), "span") if low < high else None
    part = match.group("yp") or match.group("ys") or match.group("yp2")
    if part:
        first, last = rules["parts_of_year"][part]
        precision: Precision = "quarter" if "季" in part else "half" if "半年" in part else "part"
        days = _Days(date(year, first, 1), _month_end(year, last), precision)
        return _Days(days.last, days.last, "day") if part[-1] in "底末" else days
    month = _number(match.group("m") or match.group("m2"))
    if month is None:
        return _Days(date(year, 1, 1), date(year, 12, 31), "year")
    day = _number(match.group("d") or match.group("d2"))
    if day is not None:
        return _one_day(year, month, day)
    return _month(year, month, match.group("mp") or match.group("mp2"), rules)


def _one_day(year: int, month: int, day: int) -> _Days | None:
    try:
        one = date(year, month, day)
    except ValueError:
        return None
    return _Days(one, one, "day")


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _month(year: int, month: int, part: str | None, rules: dict[str, Any]) -> _Days | None:
    last = _month_end(year, month)
    if part is None:
        return _Days(date(year, month, 1), last, "month")
    begin, end = rules["parts_of_month"][part]
    if part in {"底", "末"}:
        return _Days(last, last, "day")
    return _Days(date(year, month, begin), min(last, date(year, month, min(end, last.day))), "part")


def _span(days: _Days, until: re.Match[str], rules: dict[str, Any]) -> _Days:
    year = _number(until.group("y")) or days.first.year
    end: _Days | None
    if until.group("y2"):
        last_year = _number(until.group("y2")) or days.first.year
        _, last = rules["parts_of_year"].get(until.group("yp"), (1, 12))
        end = _Days(date(last_year, 1, 1), _month_end(last_year, last), "span")
    elif until.group("d2"):
        end = _one_day(days.first.year, days.first.month, _number(until.group("d2")) or 0)
    else:
        month = _number(until.group("m")) or 1
        day = _number(until.group("d"))
        if not until.group("y") and month < days.first.month:
            year += 1
        end = _one_day(year, month, day) if day else _month(year, month, until.group("mp"), rules)
    return _Days(days.first, end.last, "span") if end and end.last >= days.first else days
