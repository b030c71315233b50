"""The graph's schema, said once: labels, relationship types and their properties (DESIGN.md, "One direction").

The projection, both stores, the guard, the exports and `docs/model.md` are all driven by these tables. A property is
called like the column of CONTRACT.md that it comes from; no property is called `type`, for the embedded engine keeps
that name for itself. A node's `id` begins with its case, so that several cases live in one database.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PropertyType(StrEnum):
    """What a property holds, in words that both stores have."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    TEXTS = "list of text"


@dataclass(frozen=True, slots=True)
class Property:
    """One property: `zh` and `en` say what it means, `unit` in what it is counted (None: it has no unit)."""

    name: str
    type: PropertyType
    zh: str
    en: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """A label with its own properties, in the order of their columns; `COMMON` and `NODE` come before them."""

    name: str
    zh: str
    en: str
    own: tuple[Property, ...] = ()

    @property
    def properties(self) -> tuple[Property, ...]:
        """All properties of a node with this label."""
        return (*NODE, *self.own, *COMMON)


@dataclass(frozen=True, slots=True)
class Relationship:
    """A relationship type: `ends` lists the pairs of labels that it may connect."""

    name: str
    zh: str
    en: str
    ends: tuple[tuple[str, str], ...]
    own: tuple[Property, ...] = ()

    @property
    def properties(self) -> tuple[Property, ...]:
        """All properties of a relationship of this type."""
        return (*self.own, *COMMON)


_P = PropertyType


def _text(name: str, zh: str, en: str) -> Property:
    return Property(name, _P.TEXT, zh, en)


def _date(name: str, zh: str, en: str) -> Property:
    return Property(name, _P.DATE, zh, en)


def _flag(name: str, zh: str, en: str) -> Property:
    return Property(name, _P.BOOLEAN, zh, en)


def _count(name: str, zh: str, en: str, unit: str) -> Property:
    return Property(name, _P.INTEGER, zh, en, unit)


def _money(name: str, zh: str, en: str) -> tuple[Property, Property, Property]:
    return (
        Property(name, _P.FLOAT, zh, en, "units of currency"),
        Property(
            f"{name}_e4",
            _P.INTEGER,
            f"{zh}（万分之一货币单位，求和用；四位小数以内精确，绝对值超过 922337203685477 的没有）",
            f"{en}; for sums, exact to 4 decimals; none where it is above 922337203685477",
            "1/10000 of a unit of currency",
        ),
        _text("currency", "币种", "currency (ISO 4217)"),
    )


NODE: tuple[Property, ...] = (
    _text("id", "全图唯一标识：案例/本表标识", "unique within its label: the case, a slash, and `key`"),
    _text(
        "key", "案例表中的标识", "the id in the case's own tables; of a step policy/stage/scope, of a gap the gap's id"
    ),
    _text("title", "名称（中文优先）", "what to call it, Chinese first where there is Chinese"),
)
"""What every node has, before its own properties."""

COMMON: tuple[Property, ...] = (
    _text("case", "所属案例", "the case that it belongs to"),
    _text(
        "source",
        "来源（文件编号或文件名）",
        "document id or file name that says so; `graphkit` for what was worked out",
    ),
    _text("locator", "来源中的位置", "page, row or character span in the source"),
    _text(
        "batch",
        "装载批次",
        "the load that brought it; of a step the newest of its policy and its events, of a gap that of what it is at, "
        "of an evaluation the newest that it used",
    ),
    Property(
        "digest", _P.INTEGER, "内容摘要，用于增量更新", "changes whenever anything else here does; for updates only"
    ),
)
"""What every node and every relationship has, after its own properties."""

_POLICY = _text("policy", "政策", "policy id")
_STAGE = _text("stage", "环节", "stage id")
_SCOPE = _text("scope", "实施范围", "region code or agency id in which the step stands")
_REGION = _text("region", "地区", "region code")
_MEASURE = _text("measure", "措施", "measure id")
_TITLES = (_text("title_zh", "中文名称", "Chinese title"), _text("title_en", "英文名称", "English title"))
_LEVEL = _text("level", "层级", "central, province, city, county or township")

_LABELS = (
    Label(
        "Case",
        "案例",
        "What is being looked at: one case folder",
        (
            *_TITLES,
            _text("jurisdiction", "辖区", "region code that the case is about"),
            _text("timezone", "时区", "IANA time zone of its days"),
            _text("currency", "默认币种", "currency of amounts that name none"),
            _text("calendar", "计日方式", "days, or cn-workdays: how within_days and days overdue are counted"),
            _date("as_of", "评估日", "the day as of which steps and holdings are shown"),
            _flag(
                "has_coverage",
                "有核查范围表",
                "whether the case says what was looked at; if not, all of it counts as looked at",
            ),
            Property(
                "report_cadence",
                _P.TEXTS,
                "应报送的报告：类别:期末日",
                "reports that are due by as_of, each as kind:period_end",
            ),
        ),
    ),
    Label(
        "Policy",
        "政策",
        "A policy, with the chain that it is expected to follow",
        (
            *_TITLES,
            _text("document_number", "文号", "number of the document that announces it"),
            _date("document_issued_on", "发文日期", "when that document was issued"),
            _text("document_issuer", "发文机关", "who issued it"),
            _date("effective_from", "施行日", "first day in force"),
            _date("effective_to", "截止日", "last day in force"),
        ),
    ),
    Label(
        "Measure",
        "措施",
        "What a policy gives",
        (
            _POLICY,
            *_TITLES,
            _text("kind", "类别", "kind of measure"),
            Property(
                "cap_per_beneficiary",
                _P.FLOAT,
                "每名对象上限",
                "most that one beneficiary may get",
                "units of the case's currency",
            ),
            _flag("one_per_beneficiary", "每名对象限一次", "whether each beneficiary gets it once only"),
        ),
    ),
    Label(
        "Provision",
        "规定",
        "What one document fixes about a policy, for some groups in a territory, for a time (docs/provisions.md)",
        (
            _POLICY,
            *_TITLES,
            _text("parameter", "事项", "what it fixes; versions of one thing have one parameter"),
            _text("value", "内容", "a number or words, as the document has it; counted in `unit`"),
            _text("unit", "计量单位", "in what `value` is counted"),
            _text("territory", "适用地区", "region code; none: everywhere"),
            Property("groups", _P.TEXTS, "对象", "whom it is for, in words of the case; none: all"),
            _text("document", "文件", "id of the document that fixes it"),
            _date("effective_from", "施行日", "first day in force; none: open"),
            _date("effective_to", "截止日", "last day in force, however it ended; none: open"),
            _text("state", "状态", "in_force, not_yet, ended or replaced, as of the case's evaluation day"),
        ),
    ),
    Label(
        "Stage",
        "环节",
        "One stage of a policy's chain; a step is a stage in one scope",
        (
            _POLICY,
            _STAGE,
            *_TITLES,
            _LEVEL,
            _MEASURE,
            _flag("optional", "可选", "not a gap while it is not done"),
            _text("evidence", "须有的佐证", "document, payment or record that must back a completion"),
            _text(
                "severity",
                "严重程度",
                "severity of its missing, overdue and unassigned steps, where the policy sets one",
            ),
            _count("within_days", "时限", "days after the latest predecessor", "days, by the case's calendar"),
            _date("due_on", "截止日", "absolute due date"),
            _count("depth", "链条深度", "longest chain of predecessors", "stages"),
        ),
    ),
    Label(
        "Step",
        "步骤",
        "A stage in one scope: what is expected there, and how far it is",
        (
            _POLICY,
            _STAGE,
            _SCOPE,
            *_TITLES,
            _REGION,
            _LEVEL,
            _MEASURE,
            _flag("required", "必需", "its stage is not optional"),
            _text("state", "状态", "done, cancelled, open (has events, not done) or untouched (no event)"),
            _date("done_on", "完成日", "when it was done"),
            _date("due_on", "期限", "when it is due; none while a predecessor is still to be done"),
            _flag("ready", "可以开始", "all predecessors that count are done"),
            _date("ready_on", "可开始日", "the day its last predecessor was done, or the policy's first day"),
            _count("event_count", "记录数", "events on record", "events"),
        ),
    ),
    Label("Region", "地区", "A region of the administrative hierarchy", (_LEVEL,)),
    Label(
        "Agency",
        "单位",
        "An agency; leading groups and audit teams are agencies of their own kind",
        (
            _text("kind", "类别", "kind of agency, such as audit_office, audit_team or leading_group"),
            _REGION,
            Property("aliases", _P.TEXTS, "别名", "other names"),
            _text("goal", "目标", "goal of a leading group or audit team, as the case says it"),
            _text("task", "任务", "its task"),
            _text("schedule", "进度", "its schedule"),
            _text("mode", "审计方式", "how it works: on site, off site"),
        ),
    ),
    Label(
        "BeneficiaryGroup",
        "受益群体",
        "Those whom a measure is for, in one region",
        (
            _MEASURE,
            _REGION,
            _count("eligible_count", "应享受数", "how many are eligible", "beneficiaries"),
            *_money("eligible_amount", "应享受金额", "what they are eligible for altogether"),
            _count("reached_count", "已惠及数", "distinct beneficiaries delivered to", "beneficiaries"),
            Property("affected_by", _P.TEXTS, "受何影响", "what affects the group, as the case says it"),
        ),
    ),
    Label(
        "Document",
        "文件",
        "A source document, or a file that rows name as their source",
        (
            _text("number", "文号", "document number"),
            _text("issuer", "发文机关", "who issued it"),
            _date("issued_on", "发文日期", "when it was issued"),
            _text("file", "文件名", "file name in the case's documents folder"),
            _text("url", "网址", "where it can be found"),
        ),
    ),
    Label(
        "Finding",
        "问题",
        "What an audit found",
        (
            _text("category", "类型", "blockage 堵点, pain 痛点, difficulty 难点 or break 断点"),
            _text("kind", "种类", "kind of finding"),
            _POLICY,
            _STAGE,
            _SCOPE,
            _text("agency", "被审计单位", "agency that it was found at"),
            _date("found_on", "发现日", "when it was found"),
            *_money("amount", "涉及金额", "amount concerned"),
            _count("count", "涉及数量", "how many are concerned", "as the finding says"),
            _text("severity", "严重程度", "high, medium or low"),
        ),
    ),
    Label(
        "Action",
        "处理",
        "What was done about a finding",
        (
            _text(
                "kind",
                "种类",
                "reported, instructed, recommended, accepted, rectified, verified, rejected, reopened or waived",
            ),
            _date("on", "日期", "when"),
            _date("due_on", "期限", "by when it has to be followed"),
            _text("by", "由谁", "who acted, as the case names them"),
            _text("to", "对谁", "at whom it was directed, as the case names them"),
            _text("note", "说明", "note"),
            *_money("amount", "金额", "amount put right or asked for"),
            _count(
                "sequence",
                "次序",
                "its place among the actions on its finding, by on, recorded_at and id; from 1",
                "actions",
            ),
        ),
    ),
    Label(
        "Report",
        "报告",
        "A report that was issued",
        (
            _text("kind", "类别", "express, monthly or stage"),
            _date("period_end", "期末日", "last day of its period"),
            _date("issued_on", "报送日", "when it was issued"),
        ),
    ),
    Label("MoneySource", "资金来源", "Where money enters (`source:NAME` in the transfers)"),
    Label(
        "Evaluation",
        "评估",
        "The gaps of one day, as known by one time; kept, so that two can be compared",
        (
            _date("as_of", "评估日", "only what happened by then counts"),
            Property(
                "known_by",
                _P.DATETIME,
                "知悉时点",
                "only what had been recorded by then counts (UTC); none: everything",
            ),
            Property(
                "loaded_at",
                _P.DATETIME,
                "数据装载时间",
                "when the newest load that was used was completed (UTC)",
            ),
            _text("projection", "投影版本", "version of the projection that made the graph of its case"),
            _flag("current", "当前", "whether the steps in the graph show the state of this evaluation"),
            _count("retention_days", "留存天数", "days that money may be held", "days"),
            Property("retention_min", _P.FLOAT, "留存下限", "money held up to this is no gap", "units of currency"),
            Property("coverage_min", _P.FLOAT, "覆盖下限", "least share of the eligible to be reached", "share of 1"),
            _count("unaddressed_days", "未处理天数", "days that a finding may be without action", "days"),
            _count("instruction_days", "批示天数", "days to follow an instruction that sets none", "days"),
            _count("verify_days", "核实天数", "days to verify a rectification", "days"),
        ),
    ),
    Label(
        "Gap",
        "缺口",
        "A gap of one evaluation (docs/gaps.md)",
        (
            *_TITLES,
            _text("kind", "种类", "kind of gap"),
            _text("category", "类型", "break, blockage, difficulty, pain, unknown or consequence"),
            _text("severity", "严重程度", "high, medium or low"),
            _flag("root", "根源", "no other gap explains it"),
            _POLICY,
            _MEASURE,
            _STAGE,
            _SCOPE,
            _text("subject", "对象", "holder, group, finding or report that it is about"),
            _REGION,
            _date("since", "起始日", "first day on which it held"),
            _count("days", "天数", "days it has held", "days, by the case's calendar"),
            _count("blocked_steps", "受阻步骤数", "required steps that wait for it", "steps"),
            _count("beneficiaries", "涉及对象数", "eligible beneficiaries concerned", "beneficiaries"),
            _count("count", "数量", "deliveries or other things it adds up", "as the kind says"),
            Property("amounts", _P.TEXTS, "金额", "amount by currency, each as `CNY 1200.00`"),
            *_money("amount", "金额（案例币种）", "amount in the case's currency, by which gaps are ranked"),
        ),
    ),
)

LABELS: dict[str, Label] = {label.name: label for label in _LABELS}
"""Every label by name, in the order in which nodes are written."""

_HOLDERS = ("MoneySource", "Agency", "BeneficiaryGroup")
_LINKED = ("BeneficiaryGroup", "Agency")
_DELIVERY = tuple((start, end) for start in ("Agency", "Measure") for end in ("BeneficiaryGroup", "Region", "Case"))

_TWO_PROVISIONS = (("Provision", "Provision"),)
_CONFLICT = (
    Property("groups", _P.TEXTS, "共同对象", "groups that both are about; none: all"),
    _date("since", "起始日", "first day on which it held"),
    _date("until", "截至", "last day on which it holds; none: open"),
)

_RELATIONSHIPS = (
    Relationship(
        "OF",
        "属于",
        "is a part of",
        (
            ("Policy", "Case"),
            ("Measure", "Policy"),
            ("Provision", "Policy"),
            ("Stage", "Policy"),
            ("Step", "Stage"),
            ("Report", "Case"),
            ("Evaluation", "Case"),
        ),
    ),
    Relationship(
        "AFTER",
        "后于",
        "comes after: the end has to be done first",
        (("Stage", "Stage"), ("Step", "Step")),
        (_flag("may_precede", "可先行", "may lawfully come before what it follows"),),
    ),
    Relationship(
        "GIVES",
        "给付",
        "carries out or is entitled to the measure",
        (("Stage", "Measure"), ("BeneficiaryGroup", "Measure")),
    ),
    Relationship(
        "IN_REGION",
        "位于",
        "stands in the region",
        (
            ("Step", "Region"),
            ("Agency", "Region"),
            ("BeneficiaryGroup", "Region"),
            ("Finding", "Region"),
            ("Provision", "Region"),
        ),
    ),
    Relationship(
        "PART_OF",
        "隶属",
        "lies in the region above, or reports to the agency above",
        (("Region", "Region"), ("Agency", "Agency")),
    ),
    Relationship("WITHIN", "由其实施", "is the step of this agency", (("Step", "Agency"),)),
    Relationship(
        "ASSIGNED",
        "负责",
        "is assigned to the step",
        (("Agency", "Step"),),
        (
            _text("role", "角色", "lead or support"),
            _date("assigned_on", "指派日", "when it was assigned"),
        ),
    ),
    Relationship(
        "EVIDENCED_BY",
        "佐证",
        "an event of the step is backed by the document",
        (("Step", "Document"),),
        (
            _text("event", "记录编号", "event id"),
            _text("kind", "种类", "started, completed, reopened or cancelled"),
            _date("on", "日期", "day of the event"),
            *_money("amount", "金额", "amount of the event"),
            _flag("valid", "有效", "a completion since the step was last reopened"),
        ),
    ),
    Relationship(
        "LOOKED_AT",
        "已核查",
        "was looked at in the region and all below it, or at the agency",
        (
            ("Policy", "Region"),
            ("Stage", "Region"),
            ("Policy", "Agency"),
            ("Stage", "Agency"),
        ),
        (_date("until", "截至", "how far somebody looked"),),
    ),
    Relationship(
        "TRANSFERRED",
        "拨付",
        "passed money on to",
        tuple((start, end) for start in _HOLDERS for end in _HOLDERS),
        (
            _text("key", "标识", "transfer id"),
            _POLICY,
            _MEASURE,
            *_money("amount", "金额", "amount"),
            _date("on", "日期", "when"),
        ),
    ),
    Relationship(
        "DELIVERED",
        "发放",
        "delivered to; one for each policy, measure, currency and day of delivery",
        _DELIVERY,
        (
            _POLICY,
            _MEASURE,
            *_money("amount", "金额", "amount delivered"),
            _date("on", "日期", "day of delivery"),
            _count("count", "笔数", "deliveries", "deliveries"),
            _count("late_count", "迟延笔数", "of them after their due date", "deliveries"),
        ),
    ),
    Relationship(
        "OWED",
        "应发未发",
        "is due to deliver to and has not; one for each policy, measure and currency",
        _DELIVERY,
        (
            _POLICY,
            _MEASURE,
            *_money("amount", "金额", "amount not delivered yet"),
            _count("count", "笔数", "deliveries", "deliveries"),
            _count("late_count", "逾期笔数", "of them past their due date", "deliveries"),
        ),
    ),
    Relationship(
        "SUPPLIES",
        "供应",
        "supplies: what harms the start reaches the end",
        tuple((start, end) for start in _LINKED for end in _LINKED),
        (Property("weight", _P.FLOAT, "权重", "weight of the link", "as the case says"),),
    ),
    Relationship(
        "ABOUT", "涉及", "the finding concerns", (("Finding", "Step"), ("Finding", "Stage"), ("Finding", "Policy"))
    ),
    Relationship("FOUND_AT", "发现于", "was found at the agency", (("Finding", "Agency"),)),
    Relationship(
        "MADE_BY",
        "由其提出",
        "was found or written by the audit team or leading group (the column team, where it names an agency)",
        (("Finding", "Agency"), ("Report", "Agency")),
    ),
    Relationship("FOLLOWS", "针对", "was done about the finding", (("Action", "Finding"),)),
    Relationship("TAKEN_BY", "由其作出", "was taken by the agency", (("Action", "Agency"),)),
    Relationship("DIRECTED_TO", "要求", "was directed to the agency", (("Action", "Agency"),)),
    Relationship(
        "STATED_IN",
        "出自",
        "is stated in the document",
        (
            ("Policy", "Document"),
            ("Provision", "Document"),
            ("Finding", "Document"),
            ("Action", "Document"),
            ("Report", "Document"),
        ),
    ),
    Relationship("REPLACES", "取代", "replaces the older provision", _TWO_PROVISIONS, _CONFLICT),
    Relationship(
        "NARROWER_THAN",
        "窄于",
        "falls short of the higher provision while both are in force",
        _TWO_PROVISIONS,
        (
            *_CONFLICT,
            Property("falls_short", _P.TEXTS, "不足之处", "in what it is narrower: value, groups"),
            Property("left_out", _P.TEXTS, "未覆盖对象", "groups of the higher one that it leaves out"),
        ),
    ),
    Relationship(
        "CONTRADICTS",
        "相抵触",
        "says otherwise than the provision, both being in force; holds both ways and stands once",
        _TWO_PROVISIONS,
        _CONFLICT,
    ),
    Relationship("IN", "在此评估", "holds in the evaluation", (("Gap", "Evaluation"),)),
    Relationship(
        "AT",
        "位于",
        "is a gap at",
        (
            ("Gap", "Step"),
            ("Gap", "Agency"),
            ("Gap", "BeneficiaryGroup"),
            ("Gap", "Finding"),
            ("Gap", "Region"),
            ("Gap", "Case"),
        ),
    ),
    Relationship("CAUSED_BY", "根源于", "is explained by", (("Gap", "Gap"),)),
    Relationship(
        "RESPONSIBLE_FOR",
        "负有责任",
        "has to act on",
        (("Agency", "Gap"),),
        (_text("role", "角色", "lead or support"),),
    ),
    Relationship("NOTED_IN", "见于问题", "is also told by the finding", (("Gap", "Finding"),)),
)

RELATIONSHIPS: dict[str, Relationship] = {relationship.name: relationship for relationship in _RELATIONSHIPS}
"""Every relationship type by name."""


def node_id(case: str, *key: str) -> str:
    """Return a node's `id`: its case and its key's parts, slashes in all but the last escaped so that none collide.

    `graphkit/graph/case.sql` does the same in SQL.
    """
    *outer, last = (case, *key)
    return "/".join([*map(_escaped, outer), last])


def case_node_id(case: str) -> str:
    """Return the `id` of a case's own node."""
    return _escaped(case)


def _escaped(part: str) -> str:
    return part.replace("%", "%25").replace("/", "%2F")
