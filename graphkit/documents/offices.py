"""What follows a territory in an agency's name: 财政厅, 人民政府办公室, 委, 三桥街道办事处."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphkit.documents.lexicon import NameIndex, any_of, rule_file

_SHORTEST_OWN, _SHORTEST_SCHOOL = 3, 2  # 市医院 names none, 市图书馆 and 市二中 do
LIST_MARK = re.compile(r"(?:（[局厅委办]）)?[ \t]*(?:[、和及与，]|以及|会同|联合|，会同)[ \t]*")
"""What stands between the offices of a list."""


@dataclass(frozen=True, slots=True)
class Office:
    """An office's words up to `end`: `key` is what it is for, `name` its official words without the territory."""

    end: int
    key: str
    name: str
    generic: bool = False
    town: bool = False
    own: bool = False


class Offices:
    """Reads offices by rules/agencies.yaml."""

    def __init__(self) -> None:
        self._rules: dict[str, Any] = rule_file("agencies.yaml")
        functions: dict[str, Any] = self._rules["functions"]
        self.functions = NameIndex(
            (name, key) for key, one in functions.items() for name in (one["full"], *one["names"])
        )
        self._short_names = NameIndex(self._rules["short_offices"].items())
        self._bodies = [
            (name, key)
            for key, body in self._rules["bodies"].items()
            for name in sorted({body["full"], *body["names"]}, key=len, reverse=True)
            if key != "party"
        ]

    def full_names(self) -> list[str]:
        """Return the names of offices that need no territory to be told: 审计局, 县人民政府."""
        functions = [
            one for function in self._rules["functions"].values() for one in (function["full"], *function["names"])
        ]
        organs = [one for one in self._rules["organs"] if one not in {"所", "站", "部", "署"}]
        bodies = [unit + name for unit in self._rules["implied"] for name, _ in self._bodies]
        others = [one for one in (*self._rules["town_offices"], *self._rules["broken_too"]) if one.isalpha()]
        return [*(name + organ for name in functions for organ in organs), *bodies, *others]

    def read(self, text: str, at: int, *, territory: bool, free: bool = False, party: bool = False) -> Office | None:
        """Read an office. `territory`: one stands before; `free`: a region's name does, so that any name may follow."""
        own = (self._body(text, at, party) or self._short(text, at)) if territory else None
        office = own or self._function(text, at, territory or free)
        if office is None and free:
            office = self.town(text, at)
        return office or (self._free(text, at) if free else None)

    def inside(self, text: str, at: int) -> tuple[str, str]:
        """Read an office of a national body after its name, and what it adds to the body's id: 办公厅, 督查组."""
        if word := next((word for word in ("办公厅", "办公室") if text.startswith(word, at)), ""):
            return word, "office"
        group = self._group.match(text, at)
        return (group.group(), "inspection") if group else ("", "")

    def town(self, text: str, at: int) -> Office | None:
        """Read the government of a town whose name is in no list: 三桥街道办事处."""
        match = self._town.match(text, at)
        if match is None:
            return None
        name, generic = match.group("name"), match.group().startswith(("有关", "相关"))
        return Office(match.end(), f"government/{name}", match.group(), town=True, generic=generic)

    def town_office(self, text: str, at: int) -> Office | None:
        """Read an office of a town: 大田镇中心卫生院, 街道财政所."""
        match = self._town_office.match(text, at)
        if match is None or self.is_lead(text, at) or self._not_in_named.search(match.group("name")):
            return None
        return Office(match.end(), free_key(match.group()), match.group(), town=True)

    def stopped(self, words: str) -> bool:
        """Return whether words hold a character that no name has in its middle: 的, 由."""
        return any(one in self._rules["open_stops"] for one in words)

    def is_lead(self, text: str, at: int) -> bool:
        """Return whether a word starts here that only leads to a name: 根据, 责令."""
        return text.startswith(self._leads, at)

    def town_alone(self, text: str, at: int) -> Office | None:
        """Read a town that is named without its government and acts: 锁阳城镇未…"""
        match = self._town_acts.match(text, at)
        name = match.group() if match else ""
        return Office(at + len(name), f"government/{name}", name, town=True) if name else None

    def bank_branch(self, text: str, at: int) -> Office | None:
        """Read a bank's office that is named without its bank: 汪清县|支行."""
        word = next((one for one in self._rules["bank_branches"] if text.startswith(one, at)), "")
        return Office(at + len(word), free_key(word), word) if word else None

    def may_end(self, text: str, end: int, name: str) -> bool:
        """Return whether a name may end here: 省委托 does not hold 省委."""
        return not any(name.endswith(last) and text.startswith(tuple(bad), end) for last, bad in self._not_after)

    def alone(self, text: str, at: int) -> Office | None:
        """Read an organisation that is named without a region: 宏达商贸有限公司."""
        if text[at - 1 : at].isdigit() or self.is_lead(text, at):
            return None
        match = self._state_group.match(text, at)
        if match:
            return Office(match.end(), free_key(match.group()), match.group())
        match = self._alone.match(text, at)
        if match and not any(word in match.group() for word in self._rules["not_names"]):
            return Office(match.end(), free_key(match.group()), match.group())
        match = self._named.match(text, at)
        if (
            match
            and len(self._descriptions.sub("", match.group("name"))) > 1
            and not self._not_in_named.search(match.group("name"))
        ):
            return Office(match.end(), free_key(match.group()), match.group())
        return None

    def listed(self, text: str, at: int) -> list[Office]:
        """Read what several offices are for, up to the word for office that they share: 财政、自然资源、住建|等部门."""
        found: list[Office] = []
        while office := self._named_function(text, at):
            found.append(office)
            if self._list_end.match(text, office.end):
                return found
            mark = LIST_MARK.match(text, office.end)
            if mark is None:
                break
            at = mark.end()
        return []

    def ahead(self, text: str, at: int) -> tuple[str, str, int] | None:
        """Read the name of a body that stands before its territory: its key, its official name, where it ends."""
        for name, key, full in self._ahead.get(text[at : at + 1], ()):
            if text.startswith(name, at):
                term = self._term.match(text, at + len(name))  # 政协第十三届山西省委员会
                return key, full, term.end() if term else at + len(name)
        return None

    def ahead_ends(self, text: str, at: int) -> int | None:
        """Return where the name of such a body ends, after its territory: 民建成都市|委."""
        match = self._ahead_end.match(text, at)
        return match.end() if match and self.may_end(text, match.end(), match.group()) else None

    def bare(self, text: str, at: int) -> Office | None:
        """Read a body whose name's middle is free, after 市 or 县 alone: 县|社会福利中心."""
        match = self._bare_name.match(text, at)
        bad = match is None or self._not_bare.search(match.group()) or self._not_in_open.search(match.group())
        office = self._shorter(text, at, None if match is None or bad else match.group())
        return None if office is None or self._not_bare.search(office.name) else office

    def _shorter(self, text: str, at: int, found: str | None) -> Office | None:
        """Return the shorter of the name that was found and one whose end needs no words before it: 图书馆, 种子站."""
        match = self._own_name.match(text, at)
        own = match.group() if match else ""
        if self._not_in_own.search(own) or self._not_in_open.search(own):
            own = ""
        if len(own) < (_SHORTEST_SCHOOL if own.endswith(("中", "小")) else _SHORTEST_OWN):
            own = ""
        if own and (found is None or len(own) < len(found)):
            return Office(at + len(own), free_key(own), own, own=True)
        return Office(at + len(found), free_key(found), found) if found else None

    def official(self, office: Office, level: str | None) -> str:
        """Return an office's official words at a level of territory: 发改委 of a county is 发展和改革局."""
        function = self._rules["functions"].get(office.key)
        if function is None:
            return office.name
        return office.name + str(function["organ"].get(level or "other", function["organ"]["other"]))

    def _body(self, text: str, at: int, party: bool) -> Office | None:
        if text.startswith(("委", "党委"), at):
            own_word = "党委" if text.startswith("党委", at) else "委"  # 自治区党委
            at += len(own_word) - 1
            end = at + (3 if party and text.startswith("委员会", at) else 1)
            inner = self._inner(text, end, "party") or self._commission_at(text, end)
            if inner:
                return Office(end + len(inner), f"party/{inner}", own_word + inner)
            if group := self._group.match(text, end):
                return Office(group.end(), f"party/{group.group()}", own_word + group.group())
            own = self._short(text, end)  # 市委台办 is 市台办
            if own:
                return own
            return Office(end, "party", own_word) if end > at + 1 or self.may_end(text, end, "委") else None
        term = self._term.match(text, at)
        at = term.end() if term else at
        for name, key in self._bodies:
            end = at + len(name)
            if not text.startswith(name, at) or not self.may_end(text, end, name):
                continue
            full = self._rules["bodies"][key]["full"]
            if inner := self._inner(text, end, key):
                return Office(end + len(inner), f"{key}/{inner}", full + inner)
            own = self._function(text, end, True) if key == "government" else None
            if own and not own.generic:  # 市人民政府国有资产监督管理委员会
                return own
            if key == "government" and (inner := self._commission_at(text, end)):
                return Office(end + len(inner), f"{key}/{inner}", full + inner)
            rank = name[:2] if name[:2] in {"高级", "中级"} else ""
            return Office(end, f"{key}/{rank}" if rank else key, rank + full)
        return None

    def _inner(self, text: str, at: int, body: str) -> str:
        """Return the office inside a body that starts here: 人民政府|办公厅."""
        words = sorted(self._rules["bodies"][body]["offices"], key=len, reverse=True)
        here = (word for word in words if text.startswith(word, at))
        return next((word for word in here if self.may_end(text, at + len(word), word)), "")

    def _commission_at(self, text: str, at: int) -> str:
        """Return the leading group or commission of a body that starts here: 市委|巡察工作领导小组办公室."""
        match = self._commission.match(text, at)
        return match.group() if match and not self._not_in_commission.search(match.group()) else ""

    def _named_function(self, text: str, at: int) -> Office | None:
        for index in (self.functions, self._short_names):
            if found := index.at(text, at):
                key = found[1][0]
                function = self._rules["functions"].get(key)
                return Office(at + len(found[0]), key, function["full"] if function else found[0])
        return None

    def _function(self, text: str, at: int, territory: bool) -> Office | None:
        for name, keys in self.functions.all_at(text, at):
            end = at + len(name)
            group = next((word for word in self._rules["groups"] if text.startswith(word, end)), None)
            if group:
                return Office(end + len(group), keys[0], text[at : end + len(group)], generic=True)
            for organ in self._rules["organs"]:
                stop = end + len(organ)
                if not text.startswith(organ, end) or not self.may_end(text, stop, organ):
                    continue
                if not territory and organ in self._rules["with_territory"]:
                    continue
                full = self._rules["functions"][keys[0]]["full"]
                same = organ in self._rules["same_office"]
                return Office(stop, keys[0] if same else f"{keys[0]}/{organ}", full if same else full + organ)
            merged = self._merged_end(text, end)
            if merged and keys[0] not in self._rules["not_merged"]:
                return Office(merged, keys[0], self._rules["functions"][keys[0]]["full"])
        return None

    def _merged_end(self, text: str, at: int) -> int | None:
        """Return where an office with more functions than the first ends: 民政|和人社局."""
        for _ in range(2):
            at += 1 if text[at : at + 1] in {"和", "与"} else 0
            found = self.functions.at(text, at)
            if found is None or found[1][0] in self._rules["not_merged"]:
                return None
            at += len(found[0])
            for organ in self._rules["merged_organs"]:
                if text.startswith(organ, at) and self.may_end(text, at + len(organ), organ):
                    return at + len(organ)
        return None

    def short(self, text: str, at: int) -> Office | None:
        """Read a short name that stands without a territory: 残联, 审批局."""
        office = self._short(text, at)
        return office if office and not self._not_short.match(text, office.end) else None

    def _short(self, text: str, at: int) -> Office | None:
        """Read a short name that is function and organ in one: 市|残联."""
        found = self._short_names.at(text, at)
        if found is None or not self.may_end(text, at + len(found[0]), found[0]):
            return None
        key = found[1][0]
        function = self._rules["functions"].get(key)
        body, _, inner = key.partition("/")
        name = found[0]
        if function:
            name = function["full"]
        elif inner:  # 市府办 is the office of 市人民政府
            name = ("委" if body == "party" else self._rules["bodies"][body]["full"]) + inner
        return Office(at + len(found[0]), key, name)

    def _free(self, text: str, at: int) -> Office | None:
        match = self._open.match(text, at)
        found = None if match is None or self._not_in_open.search(match.group()) else match.group()
        return self._shorter(text, at, found)

    @cached_property
    def _not_after(self) -> list[tuple[str, list[str]]]:
        return list(self._rules["not_after"].items())

    @cached_property
    def _ahead(self) -> dict[str, list[tuple[str, str, str]]]:
        """The names of bodies that stand before their territory by their first character, the longest first."""
        names = [(name, key, one[0]) for key, one in self._rules["bodies_ahead"].items() for name in one]
        first: dict[str, list[tuple[str, str, str]]] = {}
        for one in sorted(names, key=lambda one: -len(one[0])):
            first.setdefault(one[0][0], []).append(one)
        return first

    @cached_property
    def _ahead_end(self) -> re.Pattern[str]:
        return re.compile(self._rules["ahead_ends"])

    @cached_property
    def _list_end(self) -> re.Pattern[str]:
        words = any_of(self._rules["list_ends"])
        return re.compile(rf"{words}|等(?:\d+|[二三四五六七八九十两多]+)个?(?:部门|单位|家(?=对|的|各|之|均|都|，))")

    @cached_property
    def _middle(self) -> str:
        """The pattern of one character in the free middle of a name."""
        return rf"(?:(?![{re.escape(self._rules['open_stops'])}])[\u4e00-\u9fff])"

    @cached_property
    def _commission(self) -> re.Pattern[str]:
        return re.compile(rf"{self._middle}{{2,18}}?(?:{self._rules['body_commissions']})")

    @cached_property
    def _not_in_commission(self) -> re.Pattern[str]:
        return re.compile(self._rules["not_in_commission"])

    @cached_property
    def _group(self) -> re.Pattern[str]:
        return re.compile(self._rules["body_groups"])

    @cached_property
    def _term(self) -> re.Pattern[str]:
        return re.compile(self._rules["body_terms"])

    @cached_property
    def _open(self) -> re.Pattern[str]:
        ends = any_of(self._rules["open_ends"])
        return re.compile(
            r"(?![一二两三四五六七八九十多几][家所户名个间])"
            rf"{self._middle}{{0,16}}?(?:{ends})(?![长面]|有限|股份)|(?:农村商业|城市商业|商业)?银行(?!业|系统|机构|网点)|某[\u4e00-\u9fff]{{1,8}}?(?:企业|公司|单位|学校|医院|银行)"
        )

    @cached_property
    def _alone(self) -> re.Pattern[str]:
        ends = any_of(self._rules["free_ends"])
        stops = re.escape(self._rules["open_stops"].replace("（", "").replace("）", ""))
        return re.compile(
            rf"(?![一二三四五六七八九十\d]{{1,3}}[）)]|同?期)(?:(?![{stops}])[\u4e00-\u9fffA-Z（）]){{2,18}}?(?:{ends})"
        )

    @cached_property
    def _state_group(self) -> re.Pattern[str]:
        begins, ends = any_of(self._rules["state_groups"]), any_of(self._rules["state_group_ends"])
        return re.compile(rf"(?:{begins}){self._middle}{{0,14}}?(?:{ends})")

    @cached_property
    def _named(self) -> re.Pattern[str]:
        ends = any_of(self._rules["named_ends"])
        return re.compile(rf"(?P<name>{self._middle}{{2,14}}?)(?:{ends})(?![长面]|有限|公司|集团)")

    @cached_property
    def _not_in_open(self) -> re.Pattern[str]:
        return re.compile(self._rules["not_in_open"])

    @cached_property
    def _not_short(self) -> re.Pattern[str]:
        return re.compile(self._rules["not_after_short"])

    @cached_property
    def _not_bare(self) -> re.Pattern[str]:
        return re.compile(self._rules["not_bare"])

    @cached_property
    def _bare_name(self) -> re.Pattern[str]:
        ends = any_of(self._rules["bare_ends"])
        return re.compile(rf"{self._middle}{{2,14}}?(?:{ends})(?![长城])")

    @cached_property
    def _own_name(self) -> re.Pattern[str]:
        ends = any_of(self._rules["own_ends"])
        return re.compile(rf"{self._middle}{{0,12}}?(?:{ends})(?![长城]|有限|股份|集团|公司|管理)")

    @cached_property
    def _not_in_own(self) -> re.Pattern[str]:
        return re.compile(self._rules["not_in_own"])

    @cached_property
    def _descriptions(self) -> re.Pattern[str]:
        return re.compile(any_of(self._rules["descriptions"]))

    @cached_property
    def _not_in_named(self) -> re.Pattern[str]:
        return re.compile(self._rules["not_in_named"])

    @cached_property
    def _leads(self) -> tuple[str, ...]:
        return tuple(self._rules["named_leads"])

    @cached_property
    def _town(self) -> re.Pattern[str]:
        stops = re.escape(self._rules["open_stops"] + "各级县区市省")
        return re.compile(
            rf"{self._not_first()}(?P<name>(?:(?![{stops}])[\u4e00-\u9fff]){{1,8}}?苏木|(?:(?![{stops}])[\u4e00-\u9fff]){{1,4}}?(?:镇|乡|街道))(?:人民政府|政府|办事处|党委|(?<=街道)办)"
        )

    @cached_property
    def _town_office(self) -> re.Pattern[str]:
        stops = re.escape(self._rules["open_stops"].replace("那", "") + "各级县区市省且要到往赴")
        han = rf"(?!(?:{self._rules['town_words']}))(?![{stops}])[\u4e00-\u9fff]"
        return re.compile(
            rf"(?P<name>(?:{han}){{0,4}}?)(?!{self._rules['town_words']})(?:镇|乡(?!镇)|街道|苏木)(?:{any_of(self._rules['town_offices'])})"
        )

    @cached_property
    def _town_acts(self) -> re.Pattern[str]:
        stops = re.escape(self._rules["open_stops"] + "各级县区市省且要到往赴")
        words, acts = self._rules["town_words"], self._rules["town_acts"]
        han = rf"(?!(?:{words}))(?![{stops}])[\u4e00-\u9fff]"
        return re.compile(rf"{self._not_first()}(?:{han}){{1,4}}?(?:镇|乡|街道)(?=[^\u4e00-\u9fff\d]|$|{acts})")

    def _not_first(self) -> str:
        """Return the pattern of where a town's name may begin: not at a word that leads to it, nor inside one."""
        leads: list[str] = self._rules["town_leads"]
        inside = "".join(f"(?<!{lead[0]}(?={lead[1]}))" for lead in leads)
        return f"(?!{any_of(leads)}|{self._rules['town_not_first']}){inside}"


def free_key(name: str) -> str:
    """Return the key of an organisation that no rule knows: made of its name."""
    return f"org/{hashlib.sha256(name.encode()).hexdigest()[:8]}"
