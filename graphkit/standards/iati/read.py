"""IATI activity files, one activity at a time; a file of any size is read in the memory of its largest activity.

Entities are not expanded, document types are refused and nothing is fetched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from lxml import etree

from graphkit.model.errors import InputError
from graphkit.standards.iati.codes import codes
from graphkit.standards.iati.model import Activity, IndicatorPeriod, Link, Money, Movement, Organisation, Plan, Reading
from graphkit.standards.values import iso_day, number, squeeze

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_NOTHING = {"", "nan", "none", "null", "n/a", "na", "-"}
_ASCENDING = {"1": True, "true": True, "0": False, "false": False}
_OWN_ROWS = {"transaction", "budget", "planned-disbursement", "document-link"}
_UNDERSTOOD = {
    "iati-identifier", "reporting-org", "title", "activity-status", "activity-date", "participating-org",
    "related-activity", "result", "recipient-country", "recipient-region",
}  # fmt: skip


def read_activities(path: Path) -> Iterator[Activity]:
    """Yield the activities of a file in its order. InputError when it is not a readable IATI activity file."""
    found = 0
    try:
        with path.open("rb") as stream:
            context = etree.iterparse(
                stream,
                events=("start", "end"),
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=False,
            )
            generated: date | None = None
            for event, element in context:
                if event == "start":
                    if element.getparent() is None:
                        _refuse_document_type(element, path)
                    if element.tag in ("iati-activities", "iati-organisations"):
                        generated = iso_day(element.get("generated-datetime"))
                    if element.tag == "iati-organisation":
                        raise InputError(f"{path}: is an IATI organisation file; only activity files are imported")
                elif element.tag == "iati-activity":
                    found += 1
                    yield _activity(element, generated)
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise InputError(f"{path}, line {error.lineno}: not well-formed XML: {squeeze(error.msg)}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    if not found:
        raise InputError(f"{path}: holds no iati-activity element; is it an IATI activity file?")


def generated_on(path: Path) -> date | None:
    """Return the day on which the file says that it was generated, or None."""
    try:
        with path.open("rb") as stream:
            for _, element in etree.iterparse(
                stream, events=("start",), resolve_entities=False, no_network=True, load_dtd=False
            ):
                if element.tag == "iati-activities":
                    return iso_day(element.get("generated-datetime"))
                if element.tag == "iati-activity":
                    return None
    except (etree.XMLSyntaxError, OSError):
        return None  # read_activities says what is wrong with the file
    return None


def _refuse_document_type(root: Any, path: Path) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise InputError(
            f"{path}: declares a document type, which no IATI file needs and which can hide entities; refused"
        )


def _activity(element: Any, generated: date | None) -> Activity:
    currency = _clean(element.get("default-currency")) or None
    updated = iso_day(element.get("last-updated-datetime")) or generated
    known = codes()
    rest: dict[str, Any] = {f"@{_name(element, key)}": value for key, value in element.attrib.items()}
    rest_count = 0
    for child in _children(element):
        if child.tag in _OWN_ROWS:
            continue
        if child.tag not in _UNDERSTOOD:
            rest_count += 1
        rest.setdefault(_name(child, child.tag), []).append(_as_data(child))
    dates: dict[str, date] = {}
    for one in element.findall("activity-date"):
        kind = known.date_types.get(_clean(one.get("type")).lower())
        day = iso_day(one.get("iso-date")) or iso_day(_text(one))
        if kind and day:
            dates.setdefault(kind, day)
    periods, empty = _periods(element)
    status = element.find("activity-status")
    movements = [_movement(one, currency) for one in element.findall("transaction")]
    return Activity(
        identifier=squeeze(element.findtext("iati-identifier")),
        line=element.sourceline or 0,
        digest=hashlib.sha256(etree.tostring(element, method="c14n", with_tail=False)).hexdigest(),
        updated=updated,
        told_until=updated or max((one.day for one in movements if one.day), default=None),
        reporter=_organisation(element.find("reporting-org")),
        titles=_titles(element),
        status=_status(status),
        dates=dates,
        places=_places(element),
        participants=[
            (known.organisation_roles.get(_clean(one.get("role")).lower(), _clean(one.get("role"))), _organisation(one))
            for one in element.findall("participating-org")
        ],
        movements=movements,
        plans=[_plan(one, currency) for name in ("budget", "planned-disbursement") for one in element.findall(name)],
        periods=periods,
        empty_indicators=empty,
        links=[_link(one) for one in element.findall("document-link")],
        related=[
            (known.related_types.get(_clean(one.get("type")), ""), squeeze(one.get("ref")))
            for one in element.findall("related-activity")
        ],
        url=squeeze(element.get("linked-data-uri")),
        rest=rest,
        rest_count=rest_count,
    )


def _status(element: Any) -> str:
    """Return an activity's status by its code, or where there is none, by its words."""
    if element is None:
        return ""
    return codes().statuses.get(_clean(element.get("code")) or _clean(_text(element)).lower(), "")


def _transaction_code(element: Any) -> str:
    """Return the code of a transaction type; where only words are given, the code that they stand for."""
    if element is None:
        return ""
    code, words = _clean(element.get("code")), _text(element)
    return code or codes().transaction_codes.get(words.casefold(), words)


def _movement(element: Any, currency: str | None) -> Movement:
    kind = element.find("transaction-type")
    when = element.find("transaction-date")
    value = element.find("value")
    day = iso_day(when.get("iso-date")) or iso_day(_text(when)) if when is not None else None
    if day is None and value is not None:
        day = iso_day(value.get("value-date"))
    described = element.find("description")
    return Movement(
        line=element.sourceline or 0,
        code=_transaction_code(kind),
        day=day,
        value=_money(value, currency),
        provider=_organisation(element.find("provider-org"), "provider-activity-id"),
        receiver=_organisation(element.find("receiver-org"), "receiver-activity-id"),
        description=_text(described) if described is not None else "",
        ref=squeeze(element.get("ref")),
        rest=_rest(element, {"transaction-type", "transaction-date", "description"}, {"ref"}),
    )


def _plan(element: Any, currency: str | None) -> Plan:
    return Plan(
        line=element.sourceline or 0,
        kind=element.tag,
        start=_period_day(element.find("period-start")),
        end=_period_day(element.find("period-end")),
        value=_money(element.find("value"), currency),
        provider=_organisation(element.find("provider-org"), "provider-activity-id"),
        receiver=_organisation(element.find("receiver-org"), "receiver-activity-id"),
        rest=_rest(element, {"period-start", "period-end"}, set()),
    )


def _link(element: Any) -> Link:
    title = element.find("title")
    when = element.find("document-date")
    return Link(
        title=_text(title) if title is not None else "",
        url=squeeze(element.get("url")),
        issued_on=iso_day(when.get("iso-date")) if when is not None else None,
        rest=_rest(element, {"title"}, {"url"}),
    )


def _periods(element: Any) -> tuple[list[IndicatorPeriod], int]:
    """Return the periods of all indicators, and how many indicators have none."""
    periods: list[IndicatorPeriod] = []
    empty = 0
    for result in element.findall("result"):
        for indicator in result.findall("indicator"):
            listed = indicator.findall("period")
            empty += not listed
            for period in listed:
                periods.append(
                    IndicatorPeriod(
                        line=period.sourceline or 0,
                        result=_text(result.find("title")),
                        indicator=_text(indicator.find("title")),
                        measure=_clean(indicator.get("measure")),
                        ascending=_ASCENDING.get(_clean(indicator.get("ascending")).lower()),
                        baseline=_baseline(indicator),
                        start=_period_day(period.find("period-start")),
                        end=_period_day(period.find("period-end")),
                        targets=tuple(_reading(one) for one in period.findall("target")),
                        actuals=tuple(_reading(one) for one in period.findall("actual")),
                    )
                )
    return periods, empty


def _baseline(indicator: Any) -> str:
    """Return the baseline for the whole: the one for no particular place or dimension."""
    for one in indicator.findall("baseline"):
        if one.find("location") is None and one.find("dimension") is None:
            return squeeze(one.get("value"))
    return ""


def _reading(element: Any) -> Reading:
    about = [f"location={_clean(one.get('ref'))}" for one in element.findall("location")]
    about += [f"{_clean(one.get('name'))}={_clean(one.get('value'))}" for one in element.findall("dimension")]
    value = squeeze(element.get("value"))
    value = "" if value.casefold() in codes().no_value else value
    return Reading(value, tuple(sorted(about)), _text(element.find("comment")))


def _places(element: Any) -> list[tuple[str, str]]:
    """Return the recipient countries and regions (code, name): of the activity, or else of its transactions."""
    places: dict[str, str] = {}
    for within in (element, *element.findall("transaction")):
        for one in (*within.findall("recipient-country"), *within.findall("recipient-region")):
            code = _clean(one.get("code"))
            vocabulary = _clean(one.get("vocabulary"))
            if code and vocabulary not in ("", "1"):
                code = f"{vocabulary}:{code}"
            if code and not places.get(code):
                places[code] = _text(one)
        if within is element and places:
            break
    return list(places.items())


def _organisation(element: Any, activity: str = "activity-id") -> Organisation:
    if element is None:
        return Organisation()
    return Organisation(
        ref=_clean(element.get("ref")),
        name=_clean(_text(element)),
        type=codes().organisation_types.get(_clean(element.get("type")), ""),
        activity=_clean(element.get(activity)),
    )


def _money(element: Any, currency: str | None) -> Money:
    if element is None:
        return Money(None, currency, "")
    text = squeeze("".join(element.itertext()))
    return Money(number(text), _clean(element.get("currency")).upper() or currency, text)


def _period_day(element: Any) -> date | None:
    return None if element is None else iso_day(element.get("iso-date")) or iso_day(_text(element))


def _titles(element: Any) -> dict[str, str]:
    """Return the titles by language; the activity's own language (or none, '') comes first."""
    default = _clean(element.get(_LANGUAGE)).lower()
    titles: dict[str, str] = {}
    for title in element.findall("title"):
        narratives = title.findall("narrative") or [title]
        for one in narratives:
            text = squeeze("".join(one.itertext()))
            language = _clean(one.get(_LANGUAGE) or title.get(_LANGUAGE)).lower() or default
            if text:
                titles.setdefault(language, text)
    return titles


def _text(element: Any) -> str:
    """Return the text of an element: its first narrative's that is not empty, or its own (version 1)."""
    if element is None:
        return ""
    for one in element.findall("narrative"):
        text = squeeze("".join(one.itertext()))
        if text:
            return text
    return "" if element.find("narrative") is not None else squeeze("".join(element.itertext()))


def _clean(text: str | None) -> str:
    """Return the text, or '' for the many ways in which files write that there is none."""
    plain = squeeze(text)
    return "" if plain.lower() in _NOTHING else plain


def _children(element: Any) -> Iterator[Any]:
    return (child for child in element if isinstance(child.tag, str))


def _rest(element: Any, elements: set[str], attributes: set[str]) -> dict[str, Any]:
    """Return what has no column of its own, as plain data."""
    rest: dict[str, Any] = {
        f"@{_name(element, key)}": value for key, value in element.attrib.items() if key not in attributes
    }
    for child in _children(element):
        if child.tag not in elements:
            rest.setdefault(_name(child, child.tag), []).append(_as_data(child))
    return rest


def _as_data(element: Any) -> Any:
    """Return an element as plain data: its text, or a map of @attributes, children and text."""
    data: dict[str, Any] = {f"@{_name(element, key)}": value for key, value in element.attrib.items()}
    for child in _children(element):
        data.setdefault(_name(child, child.tag), []).append(_as_data(child))
    text = squeeze(element.text)
    if not data:
        return text
    if text:
        data["text"] = text
    return data


def _name(element: Any, tag: Any) -> str:
    """Return a tag or attribute with its prefix instead of its namespace."""
    name = etree.QName(tag)
    if not name.namespace:
        return str(name.localname)
    prefix = next((key for key, value in element.nsmap.items() if value == name.namespace and key), None)
    prefix = prefix or ("xml" if name.namespace.endswith("XML/1998/namespace") else name.namespace)
    return f"{prefix}:{name.localname}"
