"""A candidate's value in one line, in Chinese or English."""

from __future__ import annotations

from decimal import Decimal
from functools import singledispatch

from graphkit.documents.model import (
    ActionValue,
    AgencyValue,
    AmountValue,
    AssignmentValue,
    CadenceValue,
    CountValue,
    DateValue,
    DeadlineValue,
    DocumentNumberValue,
    FindingValue,
    IssuerValue,
    MeasureValue,
    PolicyValue,
    ProblemValue,
    RateValue,
    RegionValue,
    Value,
)

KINDS = {
    "policy": ("政策文件", "policy"),
    "measure": ("措施", "measure"),
    "document_number": ("文号", "document number"),
    "issuer": ("发文机关", "issuer"),
    "agency": ("机构", "agency"),
    "region": ("地区", "region"),
    "assignment": ("分工", "assignment"),
    "deadline": ("期限", "deadline"),
    "cadence": ("频次", "cadence"),
    "amount": ("金额", "amount"),
    "rate": ("比率", "rate"),
    "count": ("数量", "count"),
    "date": ("日期", "date"),
    "problem": ("堵痛难断点", "problem"),
    "finding": ("问题", "finding"),
    "action": ("处理", "action"),
}
"""Name of each kind in Chinese and English."""

_WORDS = {
    "blockage": "堵点",
    "pain": "痛点",
    "difficulty": "难点",
    "break": "断点",
    "lead": "牵头",
    "support": "配合",
    "reported": "上报",
    "instructed": "批示或责令",
    "recommended": "建议",
    "accepted": "采纳",
    "rectified": "整改",
    "verified": "核实",
    "rejected": "不予认可",
    "reopened": "重新整改",
    "transferred": "移送",
    "fed_back": "反馈",
    "promoted": "推动",
    "exact": "",
    "about": "约",
    "nearly": "近",
    "at_least": "至少",
    "more_than": "多于",
    "at_most": "至多",
    "less_than": "少于",
    "range": "",
    "vague": "不确切",
    "percent": "%",
    "permille": "‰",
    "percentage_point": "个百分点",
    "basis_point": "个基点",
    "day": "天",
    "workday": "个工作日",
    "week": "周",
    "month": "个月",
    "quarter": "个季度",
    "half": "个半年",
    "year": "年",
    "hour": "小时",
}
_UNITS = {"percent": "%", "permille": "‰", "percentage_point": " points", "basis_point": " bp"}


def kind_name(kind: str, lang: str) -> str:
    """Return a kind's name in `lang` (zh or en)."""
    return KINDS[kind][0 if lang == "zh" else 1]


def summary(value: Value, lang: str) -> str:
    """Return the value in one line in `lang` (zh or en)."""
    return _line(value, lang)


@singledispatch
def _line(value: object, lang: str) -> str:
    raise TypeError(f"no line for {type(value).__name__}")


@_line.register
def _(value: AmountValue, lang: str) -> str:
    per = f"/{value.per}" if value.per else ""
    return _joined(_exactness(value.qualifier, lang), f"{value.currency} {_range(value.amount, value.upper)}{per}")


@_line.register
def _(value: RateValue, lang: str) -> str:
    unit = _word(value.unit, lang) if lang == "zh" else _UNITS[value.unit]
    return _joined(_exactness(value.qualifier, lang), f"{_range(value.rate, value.upper)}{unit}")


@_line.register
def _(value: CountValue, lang: str) -> str:
    counted = f"{_range(value.count, value.upper)}{value.unit}{value.noun or ''}"
    return _joined(_exactness(value.qualifier, lang), counted)


@_line.register
def _(value: DateValue, lang: str) -> str:
    days = value.start if value.start == value.end else f"{value.start}/{value.end}"
    return _joined(days or "?", f"({value.inferred})" if value.inferred else "")


@_line.register
def _(value: DeadlineValue, lang: str) -> str:
    when = value.due_on or f"{value.within} {_word(value.unit or 'day', lang)}"
    return _joined(when, value.after or "", value.task or "")


@_line.register
def _(value: CadenceValue, lang: str) -> str:
    every = f"每{value.every}{_word(value.unit, lang)}" if lang == "zh" else f"every {value.every} {value.unit}"
    return _joined(every, value.task or "")


@_line.register
def _(value: AgencyValue, lang: str) -> str:
    return _joined(value.name, f"[{value.id or '?'}]", "" if value.id else ";".join(value.candidates))


@_line.register
def _(value: RegionValue, lang: str) -> str:
    return _joined(value.name, f"[{value.code or '?'}]", "" if value.code else ";".join(value.candidates))


@_line.register
def _(value: DocumentNumberValue, lang: str) -> str:
    return value.number


@_line.register
def _(value: PolicyValue, lang: str) -> str:
    return value.title


@_line.register
def _(value: MeasureValue, lang: str) -> str:
    return f"{value.title} [{value.measure}]"


@_line.register
def _(value: IssuerValue, lang: str) -> str:
    return f"{value.name} [{value.id or '?'}]"


@_line.register
def _(value: AssignmentValue, lang: str) -> str:
    return _joined(f"{value.agency} {_word(value.role, lang)}", value.task or "")


@_line.register
def _(value: ProblemValue, lang: str) -> str:
    return f"{_word(value.category, lang)}: {value.about}"


@_line.register
def _(value: FindingValue, lang: str) -> str:
    category = _word(value.category, lang) if value.category else "-"
    return _joined(category, value.title, f"({value.party})" if value.party else "")


@_line.register
def _(value: ActionValue, lang: str) -> str:
    return _joined(_word(value.action, lang), " → ".join(part for part in (value.by, value.to) if part))


def _word(key: str, lang: str) -> str:
    return _WORDS.get(key, key) if lang == "zh" else key.replace("_", " ")


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _exactness(qualifier: str, lang: str) -> str:
    return "" if qualifier in {"exact", "range"} else _word(qualifier, lang)


def _range(low: Decimal | None, high: Decimal | None) -> str:
    if low is None:
        return "?"
    return f"{low:,f}" if high is None else f"{low:,f}-{high:,f}"
