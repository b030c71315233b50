"""How provisions of a policy stand to each other, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graphkit.gaps.provisions import Conflict, Provisions, Version
from graphkit.reports.text import Lang, date_text, shown

_SAYS = {
    "replaced": ("{other}取代{one}", "{other} replaces {one}"),
    "contradicting": ("{one}与{other}相抵触", "{one} and {other} contradict each other"),
    "narrower": ("{one}窄于上位规定{other}：{ways}", "{one} falls short of the higher {other}: {ways}"),
}


_UNITS = {
    "month": ("个月", "months"), "day": ("天", "days"), "workday": ("个工作日", "working days"),
    "year": ("年", "years"),
    "percent": ("%", "%"), "yuan": ("元", "yuan"),
}  # fmt: skip


def name_of(one: Version, lang: Lang) -> str:
    """Return a provision's title, or its id."""
    own, other = (one.title_zh, one.title_en) if lang == "zh" else (one.title_en, one.title_zh)
    return shown(own or other or one.id, 60)


def value_of(one: Version, lang: Lang) -> str:
    """Return a provision's value with its unit; units that are not known stand as the case writes them."""
    unit = _UNITS[one.unit][0 if lang == "zh" else 1] if one.unit in _UNITS else one.unit
    joint = "" if unit == "%" or (lang == "zh" and one.unit in _UNITS) else " "
    return shown(joint.join(part for part in (one.value, unit) if part), 60)


def sentences(found: Provisions, lang: Lang, conflicts: Iterable[Conflict]) -> list[str]:
    """Say of each of some conflicts, in one sentence, how two provisions stand to each other and since when."""
    known = {(one.policy, one.id): one for one in found.provisions}
    names = found.group_names
    return [_sentence(one, known[one.policy, one.one], known[one.policy, one.other], names, lang) for one in conflicts]


def _sentence(conflict: Conflict, one: Version, other: Version, groups: Mapping[str, str], lang: Lang) -> str:
    zh = lang == "zh"
    quoted = "《{}》（{}）" if zh else "“{}” ({})"
    names = {
        "one": quoted.format(name_of(one, lang), value_of(one, lang)),
        "other": quoted.format(name_of(other, lang), value_of(other, lang)),
        "ways": ("，" if zh else ", ").join(_ways(conflict, groups, zh)),
    }
    said = _SAYS[conflict.relation][0 if zh else 1].format(**names)
    return _when(conflict, lang) + said


def _when(conflict: Conflict, lang: Lang) -> str:
    """Return from and to which day both are in force (docs/provisions.md); an end that is not set is not told."""
    since = date_text(conflict.since, lang)
    until = "" if conflict.relation == "replaced" else date_text(conflict.until, lang)
    if lang == "zh":
        return (
            f"{since}至{until}，" if since and until else f"{since}起，" if since else f"{until}以前，" if until else ""
        )
    if since and until:
        return f"From {since} to {until} "
    return f"Since {since} " if since else f"Until {until} " if until else ""


def _ways(conflict: Conflict, groups: Mapping[str, str], zh: bool) -> Iterable[str]:
    """Yield in what a lower provision falls short of a higher one."""
    for part in conflict.falls_short:
        if part == "value":
            yield "标准较低" if zh else "it gives less"
        else:
            missing = ("、" if zh else ", ").join(shown(groups.get(one, one), 40) for one in conflict.left_out)
            yield f"未覆盖{missing or '部分对象'}" if zh else f"it leaves out {missing or 'some groups'}"
