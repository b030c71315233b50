"""The names that readers see for kinds, categories, states and thresholds, in both languages, said once."""

from __future__ import annotations

from collections.abc import Mapping

from graphkit.gaps import Rule, rules
from graphkit.model.rule import OWN
from graphkit.reports.model import Text


def _words(**pairs: tuple[str, str]) -> dict[str, Text]:
    return {key: Text(zh=zh, en=en) for key, (zh, en) in pairs.items()}


CATEGORY = {
    "break": Text(zh="断点", en="Break"),
    "blockage": Text(zh="堵点", en="Blockage"),
    "difficulty": Text(zh="难点", en="Difficulty"),
    "pain": Text(zh="痛点", en="Pain point"),
    "unknown": Text(zh="未查", en="Not looked at"),
    "consequence": Text(zh="后果", en="Consequence"),
}

KNOWN = ("break", "blockage", "difficulty", "pain")
"""The categories of what is a problem: what nobody looked at is never counted as one (CONTRACT.md section 3)."""

CATEGORY_MEANING = {
    "break": Text(
        zh="环节之间没有接上：该办的没有办、没人办，或办颠倒了",
        en="two links do not join: not done, nobody's job, or in the wrong order",
    ),
    "blockage": Text(zh="办了但停在某处：逾期、滞留、超期", en="begun but stuck: overdue, money held up, late"),
    "difficulty": Text(zh="应得的人难以得到，或无法证实", en="people do not get what is due, or it cannot be shown"),
    "pain": Text(zh="企业和群众反映的困难", en="what firms and people say hurts"),
    "unknown": Text(zh="没有人查过，不计入缺口", en="nobody looked; never counted as a break"),
    "consequence": Text(zh="受上游缺口影响而等待", en="waits for a break further up"),
}

SEVERITY = _words(high=("高", "high"), medium=("中", "medium"), low=("低", "low"))

LEVEL = _words(
    central=("中央", "central"),
    province=("省级", "province"),
    city=("市级", "city"),
    county=("县级", "county"),
    township=("乡级", "township"),
)

REPORT_KIND = _words(
    express=("快报", "express report"),
    monthly=("月报", "monthly report"),
    stage=("阶段报告", "stage report"),
    ledger=("整改台账", "rectification ledger"),
)

STATUS = _words(
    done=("已完成", "done"),
    late=("迟完成", "done late"),
    unsupported=("完成但缺佐证", "done, no evidence"),
    disputed=("完成但佐证矛盾", "done, sources disagree"),
    disordered=("完成但次序颠倒", "done out of order"),
    missing=("缺失：到期无记录", "missing: no record"),
    overdue=("逾期：已开始未完成", "overdue: unfinished"),
    unassigned=("责任未落实", "nobody assigned"),
    waiting=("受阻等待", "held up"),
    unknown=("未查", "nobody looked"),
    pending=("未到期", "not due yet"),
    optional=("可不办", "optional"),
    cancelled=("已取消", "cancelled"),
)
"""What the state of a step is called, as `graphkit/reports/step_status.sql` tells them apart."""

STEP_STATE = _words(
    done=("已完成", "done"),
    cancelled=("已取消", "cancelled"),
    open=("已开始，未完成", "begun, not done"),
    untouched=("没有办理记录", "no event"),
)
"""What has happened at a step, whatever gaps it has (the property state of :Step)."""

STATUS_SIGN = {
    "done": "✓", "late": "◷", "unsupported": "◌", "disputed": "≠", "disordered": "⇄", "missing": "✕", "overdue": "▲",
    "unassigned": "∅", "waiting": "…", "unknown": "?", "pending": "○", "optional": "–", "cancelled": "⊘",
}  # fmt: skip
"""One sign for each state, so that nothing depends on colour alone."""

STATUS_WORST_FIRST = (
    "unassigned", "missing", "overdue", "unknown", "waiting", "disordered", "disputed", "unsupported", "late",
    "pending", "optional", "done", "cancelled",
)  # fmt: skip
"""The order in which a place with many steps shows the state of its worst one."""

STATUS_DONE = ("done", "late", "unsupported", "disputed", "disordered")
"""The states of steps that are done, with doubt or without."""

STATUS_TONE = {
    "done": "good", "late": "doubt", "unsupported": "doubt", "disputed": "doubt", "disordered": "doubt",
    "missing": "broken", "unassigned": "broken", "overdue": "stuck", "waiting": "waiting", "unknown": "unknown",
    "pending": "quiet", "optional": "quiet", "cancelled": "quiet",
}  # fmt: skip
"""How a state is coloured (templates/tones.css)."""

STATE = _words(
    found=("尚无人处理", "no action yet"),
    reported=("已上报", "reported"),
    instructed=("已批示，待落实", "instructed"),
    recommended=("已提建议", "recommended"),
    accepted=("正在整改", "accepted, in progress"),
    rectified=("已报整改（待核）", "said to be rectified, not verified"),
    verified=("已核实销号", "verified, closed"),
    rejected=("核查未通过", "checked and rejected"),
    reopened=("重新挂号", "reopened"),
    waived=("不再要求整改", "waived"),
)
"""Where a finding stands (graphkit.model.followup)."""

THRESHOLD = {
    "retention_days": (
        Text(zh="资金到账后多少天未转出算滞留", en="days after receipt before unspent money counts as held up"),
        "days",
    ),
    "retention_min": (Text(zh="滞留金额低于此数不计", en="amount held up below which it is no gap"), "amount"),
    "coverage_min": (Text(zh="覆盖率低于此数算覆盖不足", en="share reached below which it is a shortfall"), "share"),
    "unaddressed_days": (Text(zh="发现问题后多少天无人处理算断点", en="days without any action on a finding"), "days"),
    "instruction_days": (
        Text(zh="批示（建议）未定期限时的落实期限", en="days to follow an instruction that sets no date"),
        "days",
    ),
    "verify_days": (Text(zh="整改后多少天未核实算难点", en="days before a rectification must be verified"), "days"),
}

UNIT = _words(days=("天", "days"), amount=("元", "currency units"), share=("（比例）", "(share)"))

TABLE = _words(
    regions=("区划", "regions"),
    agencies=("机构", "agencies"),
    beneficiary_groups=("受益群体", "beneficiary groups"),
    beneficiaries=("受益对象", "beneficiaries"),
    assignments=("分工", "assignments"),
    events=("办理记录", "events"),
    transfers=("资金划拨", "transfers"),
    deliveries=("发放记录", "deliveries"),
    findings=("问题", "findings"),
    actions=("后续处理", "actions"),
    reports=("报告", "reports"),
    documents=("文件", "documents"),
    coverage=("检查范围", "coverage"),
    supplies=("供应关系", "supplies"),
)


def kind_name(kind: str, known: Mapping[str, Rule] | None = None) -> Text:
    """Return what a kind of gap is called: the title of its rule among the `known`, or a case's own by its id."""
    rule = (known or rules()).get(kind)
    if rule is None:
        own = kind.removeprefix(OWN)
        return Text(zh=own, en=own)
    return Text(zh=rule.title.zh, en=rule.title.en)
