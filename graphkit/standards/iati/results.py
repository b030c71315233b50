"""Indicator periods as steps: a target is due when its period ends, and is met, missed, or not told.

An actual below its target is a step begun and not done; no actual at all is a step that nobody looked at, unless a
later period of the same indicator has one. Values that cannot be compared are kept, and judged by nobody.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from graphkit.standards.iati.codes import codes
from graphkit.standards.iati.model import IndicatorPeriod, Reading
from graphkit.standards.values import number, short, squeeze

_TELLING = 8
_NOMINAL = "3"


class Verdict(StrEnum):
    """How an actual stands to its target."""

    MET = "target met"
    MISSED = "under target"
    INTERIM = "period not over"
    UNTOLD = "no actual given"
    WORDS = "cannot be compared"


@dataclass(frozen=True, slots=True)
class Progress:
    """One actual of a step: what it is, and whether it reaches the target."""

    line: int
    actual: str
    met: bool | None


@dataclass(frozen=True, slots=True)
class ResultStep:
    """The periods of one indicator that have the same target for the same time (reported once or again)."""

    stage: str
    title: str
    due_on: date | None
    verdict: Verdict
    covered: bool
    progress: tuple[Progress, ...]
    periods: int
    target: str


def result_steps(periods: Iterable[IndicatorPeriod], looked_until: date | None) -> tuple[list[ResultStep], int]:
    """Return the steps of an activity's results, and how many periods have no target to be held against.

    A step is called after what it is about, so that a later extract of the same activity gives it the same name.
    """
    groups: dict[tuple[str, ...], list[IndicatorPeriod]] = {}
    without = 0
    for one in periods:
        if not any(target.value for target in one.targets):
            without += 1
            continue
        groups.setdefault(_identity(one), []).append(one)
    told: dict[tuple[str, ...], date] = {}
    for identity, members in groups.items():
        for one in members:
            if one.end and any(actual.value for actual in one.actuals):
                told[identity[:3]] = max(one.end, told.get(identity[:3], one.end))
    turns: Counter[str] = Counter()
    steps = []
    for identity, members in groups.items():
        digest = hashlib.sha256("\x1f".join(identity[:4]).encode()).hexdigest()[:10]
        turns[digest] += 1
        stage = f"result-{digest}" if turns[digest] == 1 else f"result-{digest}-{turns[digest]}"
        steps.append(_step(stage, members, looked_until, told.get(identity[:3])))
    return steps, without


def _identity(one: IndicatorPeriod) -> tuple[str, ...]:
    """Return what makes two periods the same one reported again: the indicator, its time and its targets."""
    targets = sorted(f"{'|'.join(target.about)}={_same(target.value)}" for target in one.targets if target.value)
    return (one.result.casefold(), one.indicator.casefold(), one.measure, str(one.end), *targets)


def _same(value: str) -> str:
    plain = _number(value)
    return str(plain.normalize()) if plain is not None else value.casefold()


def _step(stage: str, members: list[IndicatorPeriod], looked_until: date | None, last_told: date | None) -> ResultStep:
    first = members[0]
    target = ", ".join(dict.fromkeys(_shown(one) for one in first.targets if one.value))
    named = _named(first.result, first.indicator)
    title = squeeze(f"{short(named, 200)} → {short(target, 80)}{f' by {first.end}' if first.end else ''}")
    progress = [
        Progress(one.line, "; ".join(_shown(actual) for actual in one.actuals if actual.value), _compare(one))
        for one in members
        if any(actual.value for actual in one.actuals)
    ]
    verdicts = {one.met for one in progress}
    over = first.end is not None and looked_until is not None and first.end <= looked_until
    if not progress:
        verdict = Verdict.UNTOLD
    elif True in verdicts:
        verdict = Verdict.MET
    elif False not in verdicts:
        verdict = Verdict.WORDS
    else:
        verdict = Verdict.MISSED if over else Verdict.INTERIM
    covered = verdict is Verdict.UNTOLD and last_told is not None and first.end is not None and last_told > first.end
    progress.sort(key=lambda one: (one.met is True, one.line))
    return ResultStep(stage, title, first.end, verdict, covered, tuple(progress), len(members), target)


def _named(result: str, indicator: str) -> str:
    """Return what an indicator is called: its own title, unless that is no more than a unit such as km."""
    if not indicator or not result or result.casefold() == indicator.casefold():
        return indicator or result
    return f"{indicator} [{result}]" if len(indicator) >= _TELLING else f"{result} ({indicator})"


def _compare(one: IndicatorPeriod) -> bool | None:
    """Tell whether the actuals reach the targets; None when they cannot be compared.

    Totals are held against totals. Without a total on either side, each breakdown that has a target is held against
    the actual of the same breakdown: one that is not reached is enough, and all have to be told to be reached.
    """
    given = [actual for actual in one.actuals if actual.value]
    if len({actual.about for actual in given}) < len({(actual.about, actual.value) for actual in given}):
        # Several actuals of the same thing: one may reach the target, but of the others nobody knows if they add up.
        alone = [replace(one, actuals=(actual,)) for actual in given]
        return True if any(map(_compare, alone)) else None
    targets = {target.about: target for target in one.targets if target.value}
    actuals = {actual.about: actual for actual in given}
    if () in targets and () in actuals:
        return _reaches(actuals[()], targets[()], _direction(one, targets[()]))
    verdicts = {
        _reaches(actuals[about], target, _direction(one, target)) if about in actuals else None
        for about, target in targets.items()
    }
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _direction(one: IndicatorPeriod, target: Reading) -> bool | None:
    """Tell whether more is better (the standard's default); None where neither is, or baseline and file disagree.

    A target below the baseline can only mean that less is better, and one above it that more is, unless the file says
    the opposite. Numbers of a nominal scale are names: they are equal or not
    (https://iatistandard.org/en/iati-standard/203/codelists/indicatormeasure/).
    """
    if one.measure == _NOMINAL:
        return None
    start, wanted = _number(one.baseline), _number(target.value)
    falls = start is not None and wanted is not None and wanted < start
    rises = start is not None and wanted is not None and wanted > start
    if one.ascending is None:
        return not falls
    return None if (falls if one.ascending else rises) else one.ascending


def _reaches(actual: Reading, target: Reading, ascending: bool | None) -> bool | None:
    got, wanted = _number(actual.value), _number(target.value)
    if got is not None and wanted is not None:
        of_different_form = actual.value.endswith("%") != target.value.endswith("%")
        if of_different_form and 0 < min(got, wanted) <= 1 < max(got, wanted):
            return None  # 0.9 and 85%: a share of one, or of a hundred?
        if ascending is None:
            return True if got == wanted else None
        return got >= wanted if ascending else got <= wanted
    said, asked = _answer(actual.value), _answer(target.value)
    if said is not None and asked is not None:
        return said == asked
    if got is None and wanted is None and actual.value.casefold() == target.value.casefold():
        return True
    return None


def _number(value: str) -> Decimal | None:
    return number(value.strip().removesuffix("%"))


def _answer(value: str) -> bool | None:
    word = value.strip().casefold()
    if word in codes().affirmative:
        return True
    return False if word in codes().negative else None


def _shown(one: Reading) -> str:
    return f"{one.value} ({', '.join(one.about)})" if one.about else one.value
