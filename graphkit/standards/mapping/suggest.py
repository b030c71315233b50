"""Proposes a mapping from the headers of a file, for a person to read and change.

It knows rectification ledgers (in one sheet, or as lists of problems, responsibilities and rectification side by side),
payments between units, and benefits paid to people or firms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from graphkit.model.errors import InputError
from graphkit.standards.folder import file_name
from graphkit.standards.mapping import convert
from graphkit.standards.mapping.headers import Reading, header_score
from graphkit.standards.mapping.model import Source
from graphkit.standards.mapping.sheets import read_sheet, sheet_names, sheets_beside

# Between units, and what says which of them leads: 市财政局（牵头）、某县政府; 牵头单位：市财政局；配合单位：某县政府.
_ROLE = "(?:牵头|主责|主办|责任|配合|协办|协助|督办)(?:单位|部门|科室|处室)?"
_CUT = rf"(?:[（(]{_ROLE}[）)]|{_ROLE}[:：]|[、,，;；/\n])+"
_CATEGORIES = {
    "堵|(?i:blockage)": "blockage",
    "痛|(?i:pain)": "pain",
    "难点|难$|(?i:difficulty)": "difficulty",
    "断|(?i:break)": "break",
}
_SEVERITIES = {
    r"不(?:太|很)?(?:严重|高|重|大)|低|轻|(?i:\bimmaterial|\binsignificant|\blow|\bminor\b)"
    r"|(?i:\bno[nt][- ]?(?:very )?(?:high|critical|material|significant|serious))": "low",
    "非重大|非严重": "medium",
    "高|重大|严重|(?i:high|critical|material)": "high",
    "中|一般|较|重要|(?i:medium|moderate|significant)": "medium",
}
# Words that deny are only taken with what they deny: 未整改 is open, and 已整改，未发现其他问题 is not.
_NOT = r"(?<!未发现)(?<!不存在)(?:不|未|没有?)(?:予以?|能|按期|按时|及时|完全|全部|全面|彻底|真正)*"
_AHEAD = (
    r"预计|计划[于在0-9]|(?<![虚模])拟[于在0-9]|将于|力争|争取|(?<![0-9.])[0-9]{1,2}(?:\.[0-9]+)?\s*[%％]"
    r"|(?i:\bto be\b|\bwill\b|\bexpected\b|\bplanned\b)"
)
# What takes back a part of what was said to be done.
_BUT = rf"未(?!发现|销号)|部分|其余|仍|待|{_AHEAD}|(?i:\bnot\b|pending|partial|except|remain)"
_CLOSED = {
    rf"^(?!.*(?:{_BUT})).*(?:已|同意|予以|准予)(?:全部|完成|办理)*(?:销号|核销)|^(?:销号|核销)"
    r"|^(?!.*(?i:\bnot\b|\bto be\b)).*(?i:\bclosed|\bverified|\bcleared)": "closed"
}
_TICK = r"[√✓✔☑]|^是|(?i:^yes\b|^y$|^true$)"
_DONE_ZH = (
    "(?:(?:已|均|全部|全面|按期|按时|如期|逾期|提前)*(?:完成整改|整改完成|整改到位|完成|落实|解决|办结)|已(?:全部)?整改)"
    "(?:到位|完毕)?"
)
_DONE_EN = "(?i:(?:fully |already )?(?:implemented|completed?|done|resolved|fixed))"
_STATUS = _CLOSED | {
    rf"^(?:{_DONE_ZH}(?=$|[，,。.；;、（(\s]|并)|{_DONE_EN}(?=$|\s*[.,;:(]))(?!.*(?:{_BUT}))": "done",
    rf"{_NOT}(?:完成|整改|开始|启动|开展|落实|到位|解决|办结|实施)|^(?:不(?!存在)|未(?!销号|发现)|尚未|没有|否)"
    r"|(?i:^no\b(?! further)|\bnot\b|^n$|^open|unresolved|incomplete|^false$)": "open",
    # What is expected, begun, or done in part, is not done.
    rf"部分|基本|阶段|正在|进行|持续|继续|推进|整改中|长期|限期|{_AHEAD}|^(?!.*已).*[年月底末][前内]完成"
    r"|已(?:经)?(?:启动|开展|部署|立案|受理|着手|开工|交办|转办|制定[^，。；]{0,8}(?:方案|计划))"
    r"|(?i:partial|progress|ongoing|on track)": "in progress",
    r"待[核验销审复]|已报|上报|申请销号|(?i:pending [a-z]|reported|claimed)": "reported",
    rf"已(?!逾期|超期|过期)|完成|到位|{_TICK}|100\s*[%％]|(?i:done|complete|implemented|resolved|fixed)": "done",
    ".": "open",
}
_PROSE = _CLOSED | {
    rf"{_NOT}(?:完成|整改|落实|到位|解决)|尚未(?!销号)|正在(?!申请销号)|部分完成|(?<![虚模])拟|{_AHEAD}"
    r"|(?i:in progress|not yet|partially|ongoing)": "in progress",
    "已完成整改|整改完成|已整改|完成整改|整改到位|已全部整改|(?i:has been (?:fully )?implemented|completed)": "done",
}
_IS_CLOSED = {
    rf"{_NOT}(?:销号|核销|完成|整改)|待|拟|申请|部分|其余|^否|(?i:\bnot\b|^no?\b|open|pending)": "open",
    rf"销号|核销|已|完成|{_TICK}|(?i:closed|verified|cleared|done|complete)": "closed",
    ".": "open",
}
_VERDICTS = {
    r"待[核验查复审]|未经?[核验查]|没有?[核验查]|正在[核验查复审整]|部分属实"
    r"|(?i:\bnot yet\b|pending|to be verified)": "open",
    rf"{_NOT}(?:属实|通过|认可|合格|到位|同意|完成|整改|落实|销号|解决|符|一致)|不实|仍[存未有需不]|^否"
    r"|^(?!.*(?:未发现|不存在|没有|无)[^，。；]{0,8}[虚作造]假).*[虚作造]假"
    r"|^退回(?![^，。；]*[款金元])|退回[重整补]|驳回"
    r"|(?i:\bnot (?:be |been |fully )*(?:verified|accepted|confirmed|approved|sufficient|adequate|complete))"
    r"|(?i:reject|\bfail|insufficient|inadequate|unverified|^no\b(?! exception| further| issue))": "rejected",
    rf"属实|通过|认可|合格|到位|已|同意|完成|无误|{_TICK}"
    r"|(?i:\bverified|accept|\bpass|confirmed|sufficient)": "verified",
}
_CASES = {
    "category": _CATEGORIES, "severity": _SEVERITIES, "status": _STATUS, "prose": _PROSE, "verdict": _VERDICTS,
    "closed": _IS_CLOSED,
}  # fmt: skip
_FOUND = {
    "zh": "没有一列写明发现日期；取自标题或最早的日期，请核对",
    "en": "day of finding: no column states it; taken from the title or the earliest date, please check",
}
_MADE_ON = re.compile(r"截[至止]|(?:填[报表写]|制表|报送|上报)(?:日期|时间)|as (?:of|at)\b", re.IGNORECASE)
_AS_OF = "evaluation day: taken from the title or the latest date, please check (评估日，请核对)"

Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping as YAML text, which header was taken for what, and the headers that are kept as attributes."""

    text: str
    taken: dict[str, str]
    kept: list[str]


def suggest(path: Path) -> Proposal:
    """Propose a mapping for a file. InputError when it cannot be read, or its headers mean nothing known."""
    readings = _readings(path)
    main = max((one for one in readings if one.kind), key=lambda one: len(one.roles), default=None)
    if main is None:
        columns = ", ".join(column for one in readings for column in one.sheet.columns[:12]) or "none"
        raise InputError(
            f"{path}: the columns ({columns}) are no ledger, payments or benefits that is known; "
            "write the mapping by hand (docs/standards.md says how)"
        )
    more = [one for one in readings if one is not main and one.continues(main)]
    others = [
        one
        for one in readings
        if one is not main and one not in more and main.kind == "ledger" and one.joining_column(main)
    ]
    _name_the_responsible([main, *more, *others])
    beside = sheets_beside(path, [one.name for one in (main, *more, *others)])
    proposer = _Proposer(path, main, more, others)
    mapping = proposer.mapping()
    taken = {column: role for one in (main, *others) for role, column in one.roles.items()}
    kept = [column for one in (main, *more, *others) for column in one.sheet.columns if column not in taken]
    kept = list(dict.fromkeys(kept))
    remarks = [
        f"# Proposed from the headers of {path.name}; read it before you use it. (根据表头自动提出，使用前请核对。)",
        *(f"#   {column} = {role}" for column, role in taken.items()),
        *(
            f"#   No unit is stated for {column}: taken as it is; write unit: 万元 if so (没有写明单位，请核对)"
            for column, role in taken.items()
            if role in proposer.without_unit
        ),
        *([f"# Sheets that are left out (未采用的工作表): {', '.join(beside)}"] if beside else []),
        *([f"# Kept as attributes (作为附加信息保留): {', '.join(kept)}"] if kept else []),
    ]
    body = yaml.dump(mapping, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    return Proposal("\n".join([*remarks, body]), taken, kept)


def _readings(path: Path) -> list[Reading]:
    """Read the sheets that have rows. InputError when none can be read."""
    found: list[Reading] = []
    said: list[str] = []
    unread: InputError | None = None
    for name in sheet_names(path):
        try:
            sheet = read_sheet(path, Source(), name or None, header_score)
        except InputError as error:
            # A cover or an empty sheet beside the ledger has no header.
            unread = unread or error
            continue
        reading = Reading(name, sheet)
        if sheet.rows:
            found.append(reading)
        if reading.kind is None:  # such as 填报说明, which may say what the amounts of all sheets are counted in
            said += [*sheet.above, *sheet.columns, *(text for row in sheet.rows for text in row.cells.values())]
    if not found and unread is not None:
        raise unread
    for one in found:
        one.said = said
    return found


def _name_the_responsible(readings: list[Reading]) -> None:
    """Take the leading unit for the responsible one where no column names another."""
    if not any(role in one.roles for one in readings for role in ("responsible", "involved")):
        for one in readings:
            if "supervisor" in one.roles:
                one.roles["responsible"] = one.roles.pop("supervisor")


class _Dumper(yaml.SafeDumper):
    """YAML without anchors, for people copy parts of it."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything out."""
        return True


class _Proposer:
    """Builds the mapping of one file: its main sheet, more sheets like it, others joined by their number."""

    def __init__(self, path: Path, main: Reading, more: list[Reading], others: list[Reading]) -> None:
        self._path = path
        self._main = main
        self._more = more
        self._others = others
        self._tables: list[Node] = []
        self._parameters: dict[str, Node] = {}
        texts = [path.stem, *(text for one in (main, *more, *others) for text in one.sheet.above)]
        self._titled = [day for text in texts for day in convert.days_in(text)]
        texts += [text for one in (main, *more, *others) for text in one.sheet.notes]
        self._stated = [day for text in texts if _MADE_ON.search(text) for day in convert.days_in(text)]
        self._days = sorted(day for one in (main, *more, *others) for day in one.days())
        self._is_merged = False
        self._id = self._identifier()
        self.without_unit: list[str] = []

    def mapping(self) -> Node:
        """Return the mapping as plain data."""
        match self._main.kind:
            case "payments":
                self._payments()
            case "benefits":
                self._benefits()
            case _:
                self._ledger()
        names = {"main": self._main, **{f"list{number}": one for number, one in enumerate(self._others, start=2)}}
        sources = {key: self._source(one) for key, one in names.items()}
        title = next((text for text in self._main.sheet.above if len(text) > 4), "") or self._path.stem
        node: Node = {"case": {"id": file_name(self._path.stem), "title": title, "as_of": "{as_of}"}}
        self._parameter("as_of", _AS_OF, max(self._stated or [*self._titled, *self._days], default=None))
        node["parameters"] = self._parameters
        cases = _used_cases(self._tables)
        if cases:
            node["cases"] = {name: _cases(_CASES[name]) for name in cases}
        node["sources"] = sources
        if self._main.kind != "ledger":
            node["policies"] = [self._policy()]
        node["tables"] = self._tables
        return node

    # Pieces

    def _source(self, one: Reading) -> Node:
        node: Node = {"file": f"*{self._path.suffix}"}
        if one is self._main and self._more:
            return {**node, "sheet": [one.name, *(other.name for other in self._more)]}
        return {**node, "sheet": one.name} if one.name else node

    def _values(self, role: str) -> list[str]:
        return [value for one in (self._main, *self._more) for value in one.values(role)]

    def _parameter(self, name: str, description: str, default: date | None) -> None:
        node: Node = {"description": description, "type": "date"}
        self._parameters[name] = {**node, "default": default.isoformat()} if default else node

    def _has(self, *roles: str) -> bool:
        return any(role in one.roles for role in roles for one in (self._main, *self._others))

    def _column(self, role: str, **more: Any) -> Node:
        """Return the expression for a meaning, wherever its column stands."""
        if role in self._main.roles:
            return {"column": self._main.roles[role], **more}
        for number, one in enumerate(self._others, start=2):
            joined = one.joining_column(self._main)
            if role in one.roles and joined is not None:
                own, other = joined
                take = one.roles[role]
                return {
                    "lookup": {"source": f"list{number}", "where": own, "equals": {"column": other}, "take": take},
                    **more,
                }
        raise KeyError(role)

    def _first(self, roles: tuple[str, ...], *last: Node) -> Node:
        found = [self._column(role) for role in roles if self._has(role)]
        return {"first_of": [*found, *last]} if len(found) + len(last) > 1 else (found or list(last))[0]

    def _maybe(self, columns: Node, name: str, role: str, **more: Any) -> None:
        if self._has(role):
            columns[name] = self._column(role, **more)

    def _amount(self, columns: Node, name: str, *roles: str) -> None:
        for role in roles:
            if self._has(role):
                unit = next((one.unit(role) for one in (self._main, *self._others) if role in one.roles), None)
                if unit is None:
                    self.without_unit.append(role)
                columns[name] = self._column(role, **({"unit": unit} if unit else {}))
                return

    def _identifier(self) -> Node:
        """Return what identifies a row: its number if the sheet has one and no two rows share it, else its place.

        Rows one below the other that share a number and a problem belong together (the cell is merged over them); where
        several problems share a number, the row tells them apart. Where each of several sheets counts anew, the sheet
        tells them apart.
        """
        sheets = [[row.cells for row in one.sheet.rows] for one in (self._main, *self._more)]
        all_rows = [cells for one in sheets for cells in one]
        place = "{_sheet}-{_row}" if self._more else "{_row}"
        problem = self._main.roles.get("problem", "")
        for role in ("finding_id", "number"):
            column = self._main.roles.get(role)
            if column is None or not all(_is_counted(column, one) for one in sheets):
                continue
            if any(_has_several(column, problem, one) for one in sheets):
                return {"template": f"{{{column}}}-{place}"}
            self._is_merged = any(len({cells.get(column) for cells in one}) < len(one) for one in sheets)
            if self._is_merged and self._main.kind != "ledger":
                continue
            return {"column": column} if _is_counted(column, all_rows) else {"template": f"{{_sheet}}-{{{column}}}"}
        return {"template": place} if self._more else {"column": "_row"}

    def _agencies(self, *roles: str) -> None:
        for role in roles:
            if self._has(role):
                columns = {"id": "_each", "name": "_each"}
                self._tables.append(
                    {"table": "agencies", "from": "main", "each": self._column(role, split=_CUT), "columns": columns}
                )

    # Ledgers

    def _ledger(self) -> None:
        stated = {role: self._column(role) for role in ("found_on", "notified_on") if self._has(role)}
        rows = [row.cells for one in (self._main, *self._more) for row in one.sheet.rows]
        own = [node["column"] for node in stated.values() if "column" in node]
        if not stated or (len(own) == len(stated) and not all(_is_dated(cells, own) for cells in rows)):
            earliest = min([*self._titled, *self._days], default=None)
            self._parameter("found_on", f"{_FOUND['zh']} ({_FOUND['en']})", earliest)
        self._agencies("responsible", "involved", "supervisor", "support")
        if self._has("policy"):
            policy = self._column("policy")
            self._tables.append({"table": "policies", "from": "main", "columns": {"id": policy, "title_zh": policy}})
        self._tables.append(
            {"table": "findings", "from": "main", "group_by": self._id, "keep_rest": True, "columns": self._finding()}
        )
        self._accepted()
        self._instructed()
        self._reported()
        self._rectified()
        self._verified()

    def _found_on(self) -> Node:
        last = [] if "found_on" not in self._parameters else [{"parameter": "found_on"}]
        return self._first(("found_on", "notified_on"), *last)

    def _finding(self) -> Node:
        columns: Node = {"id": self._id, "title": self._first(("problem", "project"))}
        if self._has("category"):
            columns["category"] = self._column("category", cases="category")
            columns["kind"] = self._column("category")
        self._maybe(columns, "policy", "policy")
        for role in ("responsible", "involved"):
            if "agency" not in columns:
                self._maybe(columns, "agency", role, split=_CUT, take="first")
        columns["found_on"] = self._found_on()
        # What stands beside the value that was taken is kept with the finding.
        for taken, beside in (("problem", "project"), ("found_on", "notified_on")):
            if taken in self._main.roles and beside in self._main.roles:
                columns[f"attribute:{self._main.roles[beside]}"] = self._column(beside)
        self._amount(columns, "amount", "amount")
        self._maybe(columns, "count", "count")
        self._maybe(columns, "severity", "severity", cases="severity")
        for number, one in enumerate(self._others, start=2):
            joined = one.joining_column(self._main)
            for column in one.sheet.columns if joined is not None else ():
                if joined is not None and column not in (joined[0], *self._main.sheet.columns):
                    lookup = {
                        "source": f"list{number}",
                        "where": joined[0],
                        "equals": {"column": joined[1]},
                        "take": column,
                    }
                    columns[f"attribute:{column}"] = {"lookup": lookup}
        return columns

    def _status(self) -> Node:
        """Return the status of a row: open, in progress, reported, done or closed; none where nothing says it."""
        found: list[Node] = []
        if self._has("done"):
            found.append(self._column("done", cases="status"))
        if self._has("done_on"):
            found.append(self._column("done_on", cases=[{"matches": "[0-9]", "is": "done"}]))
        if self._has("progress") and not self._has("done"):
            found.append(self._column("progress", cases="prose"))
        return {"first_of": found} if len(found) > 1 else (found or [{"constant": "open"}])[0]

    def _action(self, kind: str, on: Node, when: list[Node], **columns: Any) -> None:
        """Write one action a finding.

        Where a number is merged over several rows, each row is a measure with an end of its own: each is accepted by
        itself, and the finding is rectified (or verified) when all of them are, on the last of their days.
        """
        one = self._id
        if self._is_merged and kind == "accepted":
            number = one.get("template") or f"{{{one['column']}}}"
            one = {"template": f"{number}-{{_row}}"}
        elif self._is_merged and kind in ("rectified", "verified"):
            when = [{**condition, "every": True} for condition in when]
            on = {**on, "collect": True}
        given = {name: value for name, value in columns.items() if value is not None}
        node = {"id": {**one, "suffix": f"/{kind}"}, "finding": self._id, "kind": {"constant": kind}, "on": on, **given}
        self._tables.append({"table": "actions", "from": "main", "group_by": one, "when": when, "columns": node})

    def _optional(self, role: str, **more: Any) -> Node | None:
        return self._column(role, **more) if self._has(role) else None

    def _accepted(self) -> None:
        """A time limit, measures or progress: the unit has taken the matter up."""
        roles = tuple(
            role for role in ("due", "measures", "requirement", "progress", "done", "done_on") if self._has(role)
        )
        if roles:
            note = (
                self._first(tuple(role for role in ("measures", "requirement", "progress") if self._has(role)))
                if self._has("measures", "requirement", "progress")
                else None
            )
            self._action(
                "accepted", self._found_on(), [{"value": self._first(roles), "filled": True}],
                by=self._optional("responsible"), due_on=self._optional("due"), note=note,
            )  # fmt: skip

    def _instructed(self) -> None:
        if self._has("instruction"):
            on = self._first(("instructed_on",), self._found_on()) if self._has("instructed_on") else self._found_on()
            self._action(
                "instructed", on, [{"value": self._column("instruction"), "filled": True}],
                by=self._optional("instructed_by"), to=self._optional("responsible"),
                due_on=self._optional("instruction_due"), note=self._column("instruction"),
            )  # fmt: skip

    def _reported(self) -> None:
        """The unit says that it is done, and nobody has checked: a report, not a rectification."""
        if self._has("done"):
            on = self._first(tuple(role for role in ("done_on",) if self._has(role)), {"parameter": "as_of"})
            self._action(
                "reported", on, [{"value": self._status(), "in": ["reported"]}], by=self._optional("responsible")
            )

    def _rectified(self) -> None:
        if not self._has("done", "done_on", "progress"):
            return
        dates = tuple(role for role in ("done_on", "verified_on", "closed_on") if self._has(role))
        columns: Node = {}
        self._amount(columns, "amount", "amount_done")
        when = [{"value": self._status(), "in": ["done", "closed"]}]
        columns |= {"by": self._optional("responsible"), "note": self._optional("progress")}
        self._action("rectified", self._first(dates, {"parameter": "as_of"}), when, **columns)

    def _verified(self) -> None:
        by = self._optional("verifier")
        if self._has("verdict"):
            dates = tuple(role for role in ("verified_on", "closed_on", "done_on") if self._has(role))
            for kind in ("verified", "rejected"):
                value = self._column("verdict", cases="verdict")
                when = [{"value": value, "in": [kind]}]
                self._action(
                    kind, self._first(dates, {"parameter": "as_of"}), when, by=by, note=self._column("verdict")
                )
            return
        dates = tuple(role for role in ("closed_on", "verified_on", "done_on") if self._has(role))
        if self._has("closed_on") or self._has("verified_on"):
            day = self._first(tuple(role for role in ("closed_on", "verified_on") if self._has(role)))
            self._action("verified", day, [{"value": day, "matches": "[0-9]"}], by=by)
        elif self._has("closed"):
            value = self._column("closed", cases="closed")
            self._action(
                "verified", self._first(dates, {"parameter": "as_of"}), [{"value": value, "in": ["closed"]}], by=by
            )
        elif self._has("done"):
            self._action(
                "verified",
                self._first(dates, {"parameter": "as_of"}),
                [{"value": self._status(), "in": ["closed"]}],
                by=by,
            )

    # Payments and benefits

    def _policy(self) -> Node:
        return {
            "id": "policy",
            "title": self._path.stem,
            "measures": [{"id": "measure"}] if self._main.kind == "benefits" else [],
        }

    def _payments(self) -> None:
        self._agencies("payer", "payee")
        columns: Node = {"id": {**self._id, "prefix": "payment-"}, "policy": {"constant": "policy"}}
        received = set(self._values("payee"))
        # Who pays and never receives in this sheet has its money from outside it.
        outside = {one: f"source:{one}" for one in self._values("payer") if one not in received}
        columns |= {"from": self._column("payer", map=outside), "to": self._column("payee")}
        self._amount(columns, "amount", "paid", "amount")
        columns["on"] = self._first(("paid_on", "done_on", "notified_on"), {"parameter": "as_of"})
        self._tables.append({"table": "transfers", "from": "main", "keep_rest": True, "columns": columns})

    def _benefits(self) -> None:
        columns: Node = {
            "id": {**self._id, "prefix": "delivery-"},
            "policy": {"constant": "policy"},
            "measure": {"constant": "measure"},
        }
        columns["beneficiary"] = self._first(("beneficiary_id", "beneficiary"))
        if self._has("responsible"):
            self._agencies("responsible")
            columns["agency"] = self._column("responsible", split=_CUT, take="first")
        self._amount(columns, "amount", "paid", "amount")
        self._maybe(columns, "on", "paid_on")
        self._maybe(columns, "due_on", "should_pay_on")
        self._tables.append({"table": "deliveries", "from": "main", "keep_rest": True, "columns": columns})


def _is_dated(cells: dict[str, str], columns: list[str]) -> bool:
    """Tell whether a row has something in one of the columns."""
    return any(not convert.is_nothing(cells.get(one, "")) for one in columns)


def _is_counted(column: str, rows: list[dict[str, str]]) -> bool:
    """Tell whether a column numbers the rows: all have one, and no two share it but such as follow each other."""
    given = [cells.get(column) for cells in rows]
    runs = [one for index, one in enumerate(given) if index == 0 or one != given[index - 1]]
    return None not in given and len(runs) == len(set(runs))


def _has_several(column: str, of: str, rows: list[dict[str, str]]) -> bool:
    """Tell whether rows that share a number differ in another column."""
    return len({(cells.get(column), cells.get(of)) for cells in rows}) > len({cells.get(column) for cells in rows})


def _used_cases(value: Any) -> list[str]:
    """Return the names of the cases that some tables use, in the order of `_CASES`."""
    found: set[str] = set()

    def look(one: Any) -> None:
        if isinstance(one, dict):
            if isinstance(one.get("cases"), str):
                found.add(one["cases"])
            for inner in one.values():
                look(inner)
        elif isinstance(one, list):
            for inner in one:
                look(inner)

    look(value)
    return [name for name in _CASES if name in found]


def _cases(table: dict[str, str]) -> list[Node]:
    return [{"matches": pattern, "is": value} for pattern, value in table.items()]
