"""One sentence a gap, in Chinese and English, from the templates in the rules' headers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from graphkit.gaps.evaluate import Computation
from graphkit.model.gap import Explanation, money_text

_NAME_LIMIT = 60
_EVIDENCE = {
    "document": ("文件", "document"),
    "payment": ("支付凭证", "payment record"),
    "record": ("工作记录", "record"),
}
_REPORTS = {
    "express": ("审计快报", "express report"),
    "monthly": ("月度报告", "monthly report"),
    "stage": ("阶段性报告", "stage report"),
}


class _Count(int):
    """A number in a sentence: `{count}` as it is, `{count:delivery|deliveries}` with its noun, in the right number."""

    def __format__(self, nouns: str) -> str:
        one, _, many = nouns.partition("|")
        return f"{int(self):,} {one if self == 1 else many}" if nouns else f"{int(self):,}"


class _Days(int):
    """A number of days in a sentence: `{days}` as it is, `{days:zh}` and `{days:en}` with its unit."""

    def __format__(self, lang: str) -> str:
        if not lang:
            return f"{int(self):,}"
        return f"{int(self):,}天" if lang == "zh" else f"{int(self):,} day{'' if self == 1 else 's'}"


class _WorkingDays(_Days):
    """Days by a calendar of working days, of which none may have passed yet."""

    def __format__(self, lang: str) -> str:
        if not lang:
            return f"{int(self):,}"
        if not self:
            return "不足1个工作日" if lang == "zh" else "less than a working day"
        return f"{int(self):,}个工作日" if lang == "zh" else f"{int(self):,} working day{'' if self == 1 else 's'}"


class Explainer:
    """Fills the templates with the names that the case gives to its policies, stages, regions, agencies and groups."""

    def __init__(self, computation: Computation) -> None:
        run = computation.run
        self._rules = computation.rules
        self._thresholds = {
            name: _Days(value) if name.endswith("_days") else f"{value.normalize():f}"
            for name, value in computation.thresholds.items()
        }
        self._has_deliveries = "deliveries" in computation.facts.tables_present(computation.case.id)
        self._days = _Days if computation.case.calendar == "days" else _WorkingDays
        self._policies = {policy.id: policy.title for policy in computation.policies}
        self._stages = {
            (policy.id, stage.id): stage.title for policy in computation.policies for stage in policy.stages
        }
        self._measures = {measure.id: measure.title for policy in computation.policies for measure in policy.measures}
        self._agencies: dict[str, str] = dict(run("SELECT id, name FROM agencies"))
        self._scopes = self._agencies | dict(run("SELECT code, name FROM regions"))
        groups: dict[str, str] = dict(run("SELECT id, name FROM beneficiary_groups"))
        self._findings: dict[str, str] = dict(run("SELECT id, title FROM findings"))
        # An id may be used again for another kind of thing: what a gap is about says which one is meant.
        self._subjects = {"group": groups, "finding": self._findings, "holder": groups | self._agencies}

    def explain(self, row: Mapping[str, Any], responsible: list[str], amounts: Mapping[str, Decimal]) -> Explanation:
        """Return the sentence of one row of `gaps`."""
        words = self._rules[row["kind"]].explanation
        return Explanation(
            zh=words.zh.format_map(self._values(row, responsible, amounts, "zh")),
            en=words.en.format_map(self._values(row, responsible, amounts, "en")),
        )

    def _values(
        self, row: Mapping[str, Any], responsible: list[str], amounts: Mapping[str, Decimal], lang: str
    ) -> dict[str, Any]:
        zh = lang == "zh"
        nothing = "（未注明）" if zh else "(not given)"
        reached, _, eligible = (
            (row["detail"] or "").partition("/") if row["kind"] == "coverage_shortfall" else ("", "", "")
        )
        kind, _, _ = (row["subject"] or "").partition(":")
        money = _money(amounts, lang)
        return {
            **self._thresholds,
            "policy": _quotable(self._policy(row["policy"], lang), lang),
            "measure": _quotable(self._measure(row["measure"], lang), lang),
            "stage": _quotable(self._stage(row, lang), lang),
            "scope": _name(row["scope"], self._scopes) or ("（地区未注明）" if zh else "(a region not given)"),
            "subject": _quotable(_name(row["subject"], self._subjects.get(row["about"], {})) or nothing, lang),
            "due": _day(row["due_on"], lang) or nothing,
            "happened": _day(row["happened_on"], lang) or nothing,
            "since": _day(row["since"], lang) or nothing,
            "days": nothing if row["days"] is None else self._days(row["days"]),
            "count": nothing if row["count"] is None else _Count(row["count"]),
            "detail": _quotable(self._detail(row, lang), lang),
            "awaited": self._awaited(row, lang),
            "amount": money or ("金额不明" if zh else "amount not known"),
            "still_due": ((f"，尚欠{money}" if zh else f" ({money} still due)") if money else ""),
            "reached": _Count(reached or 0),
            "eligible": _Count(eligible or 0),
            "delivered": self._delivered(_Count(reached or 0), zh),
            "to_name": self._to_name(responsible, lang),
            "report_kind": _pick(_REPORTS.get(kind), lang) or kind,
            "responsible": self._responsible(responsible, lang),
            "impact": _impact(row, lang),
        }

    def _policy(self, policy: str | None, lang: str) -> str:
        title = self._policies.get(policy or "")
        return _short(title.text(lang, policy or "") if title else policy or ("本案" if lang == "zh" else "this case"))

    def _measure(self, measure: str | None, lang: str) -> str:
        """Return which of the policy's measures it is about, in brackets; nothing where none is named."""
        if measure is None:
            return ""
        title = self._measures.get(measure)
        name = _short(title.text(lang, measure) if title else measure)
        return f"（{name}）" if lang == "zh" else f" ({name})"

    def _stage(self, row: Mapping[str, Any], lang: str) -> str:
        title = self._stages.get((row["policy"], row["stage"]))
        return _short(title.text(lang, row["stage"]) if title else row["stage"] or "")

    def _detail(self, row: Mapping[str, Any], lang: str) -> str:
        detail = row["detail"] or ""
        if row["kind"] == "out_of_order":
            return self._stage({**row, "stage": detail}, lang)
        if row["kind"] == "unsupported_step":
            return _pick(_EVIDENCE.get(detail), lang) or detail
        if row["kind"] == "recurring_finding":
            return _name(detail, self._findings) or detail
        return _short(detail)

    def _awaited(self, row: Mapping[str, Any], lang: str) -> str:
        """Return the stages that a blocked step waits for; an asker limited to a region may not see any of them."""
        zh = lang == "zh"
        stages = row["detail"].split("\n") if row["kind"] == "blocked_step" and row["detail"] else []
        titles = [_quotable(self._stage({**row, "stage": stage}, lang), lang) for stage in stages]
        if not titles:
            return "" if zh else "an earlier step"
        return "、".join(f"“{title}”" for title in titles) if zh else ", ".join(f'"{title}"' for title in titles)

    def _delivered(self, reached: _Count, zh: bool) -> str:
        """Return whom benefits reached; where the case has no table of deliveries, that none is on record."""
        if not self._has_deliveries:
            return (
                "没有任何发放记录（本案没有发放记录表）"
                if zh
                else "and no delivery is on record (there is no table of them)"
            )
        return f"实际只惠及{reached}户（人）" if zh else f"and reached only {reached}"

    def _to_name(self, agencies: list[str], lang: str) -> str:
        """Return who has to say who leads a step that nobody leads: who led those before it (CONTRACT.md section 4)."""
        if not agencies:
            return self._responsible(agencies, lang)
        names = self._named(agencies, lang)
        return (
            f"由前序步骤牵头单位{names}负责明确"
            if lang == "zh"
            else f"it is for {names}, leading before it, to name one"
        )

    def _responsible(self, agencies: list[str], lang: str) -> str:
        names = self._named(agencies, lang)
        if lang == "zh":
            return f"责任单位为{names}" if names else "责任单位未注明"
        return f"responsible: {names}" if names else "no one is named as responsible"

    def _named(self, agencies: list[str], lang: str) -> str:
        names = [_short(self._agencies.get(agency, agency)) for agency in agencies]
        shown, more = names[:3], len(names) - 3
        if lang == "zh":
            return f"{'、'.join(shown)}{f'等{len(names)}家' if more > 0 else ''}"
        return f"{', '.join(shown)}{f' and {more} more' if more > 0 else ''}"


def _name(key: str | None, names: Mapping[str, str]) -> str | None:
    return None if key is None else _short(names.get(key, key))


def _impact(row: Mapping[str, Any], lang: str) -> str:
    steps, people = _Count(row["blocked_steps"]), _Count(row["beneficiaries"])
    if row["about"] == "group":  # whose sentence says how many they are
        return ""
    if row["about"] == "delivery":
        if not people:
            return ""
        return f"，当地应享受对象共{people}户（人）" if lang == "zh" else f"; {people} are eligible there"
    if lang == "zh":
        parts = [f"后续{steps}个步骤因此受阻"] if steps else []
        parts += [f"涉及{people}户（人）"] if people else []
        return "".join(f"，{part}" for part in parts)
    parts = [f"holds up {steps:later step|later steps}"] if steps else []
    parts += [f"concerns {people:beneficiary|beneficiaries}"] if people else []
    return f"; it {' and '.join(parts)}" if parts else ""


def _money(amounts: Mapping[str, Decimal], lang: str) -> str:
    named = []
    for currency in sorted(amounts):
        whole, _, fraction = money_text(amounts[currency]).partition(".")
        sign = "-" if whole.startswith("-") else ""  # int("-0") has none
        digits = f"{sign}{abs(int(whole)):,}.{fraction}"
        named.append(f"{digits}元" if lang == "zh" and currency == "CNY" else f"{currency} {digits}")
    return ("、" if lang == "zh" else ", ").join(named)


def _day(day: date | None, lang: str) -> str | None:
    if day is None:
        return None
    return f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else day.isoformat()


def _pick(pair: tuple[str, str] | None, lang: str) -> str | None:
    return None if pair is None else pair[0] if lang == "zh" else pair[1]


def _quotable(text: str, lang: str) -> str:
    """Return a name as it stands between quotation marks: those within it become single ones, titles within one too."""
    return text.translate(_INNER_ZH if lang == "zh" else _INNER_EN)


_INNER_ZH = str.maketrans("“”《》", "‘’〈〉")
_INNER_EN = str.maketrans({'"': "'"})


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _NAME_LIMIT else f"{line[: _NAME_LIMIT - 1]}…"
