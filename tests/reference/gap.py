"""A gap as the reference gives it (CONTRACT.md sections 3 and 4), and what each kind is called."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

Identity = tuple[str, str | None, str | None, str | None, str | None, str | None]

STEP_KINDS = (
    "missing_step", "unobserved_step", "overdue_step", "blocked_step", "late_step", "out_of_order", "unassigned_step",
    "unsupported_step", "conflicting_evidence",
)  # fmt: skip
HOLDUP_KINDS = ("missing_step", "unobserved_step", "overdue_step", "unassigned_step")
MONEY_KINDS = ("funds_retained", "funds_untraced")
DELIVERY_KINDS = ("ineligible_delivery", "duplicate_delivery", "over_cap_delivery", "late_delivery")
FINDING_KINDS = (
    "unaddressed_finding", "instruction_not_followed", "overdue_rectification", "unverified_rectification",
    "recurring_finding", "reported_pain",
)  # fmt: skip
KINDS = (*STEP_KINDS, *MONEY_KINDS, "coverage_shortfall", *DELIVERY_KINDS, *FINDING_KINDS, "missed_report")

CATEGORIES = {
    "missing_step": "break",
    "unobserved_step": "unknown",
    "overdue_step": "blockage",
    "blocked_step": "consequence",
    "late_step": "blockage",
    "out_of_order": "break",
    "unassigned_step": "break",
    "unsupported_step": "difficulty",
    "conflicting_evidence": "difficulty",
    "funds_retained": "blockage",
    "funds_untraced": "break",
    "coverage_shortfall": "difficulty",
    "ineligible_delivery": "difficulty",
    "duplicate_delivery": "difficulty",
    "over_cap_delivery": "difficulty",
    "late_delivery": "blockage",
    "unaddressed_finding": "break",
    "instruction_not_followed": "break",
    "overdue_rectification": "blockage",
    "unverified_rectification": "difficulty",
    "recurring_finding": "pain",
    "missed_report": "break",
    "reported_pain": "pain",
}

_HIGH = {
    "missing_step", "overdue_step", "unassigned_step", "funds_retained", "funds_untraced", "ineligible_delivery",
    "coverage_shortfall", "instruction_not_followed",
}  # fmt: skip
_LOW = {"blocked_step", "unobserved_step", "late_step", "unsupported_step"}
SEVERITIES = {kind: "high" if kind in _HIGH else "low" if kind in _LOW else "medium" for kind in KINDS}


@dataclass(eq=False)
class Gap:
    """One gap; its identity is kind, policy, measure, stage, scope and subject. `days` is filled in last."""

    kind: str
    policy: str | None = None
    measure: str | None = None
    stage: str | None = None
    scope: str | None = None
    subject: str | None = None
    severity: str = ""
    since: date | None = None
    days: int | None = None
    responsible: list[str] = field(default_factory=list)
    supporting: list[str] = field(default_factory=list)
    blocked_steps: int = 0
    beneficiaries: int = 0
    count: int | None = None
    amount: dict[str, Decimal] | None = None
    findings: list[str] = field(default_factory=list)
    causes: list[Gap] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.severity = self.severity or SEVERITIES[self.kind]

    @property
    def identity(self) -> Identity:
        """What makes this gap the same gap in every run."""
        return (self.kind, self.policy, self.measure, self.stage, self.scope, self.subject)

    @property
    def id(self) -> str:
        """The id that graphkit gives this gap."""
        return gap_id(self.identity)

    @property
    def root(self) -> bool:
        """Whether no other gap explains this one; a blocked step is never root."""
        return not self.causes and self.kind != "blocked_step"


def gap_id(identity: Identity) -> str:
    """Return the id of the gap with this identity."""
    text = "\x1f".join(part or "" for part in identity)
    return "gap-" + hashlib.md5(text.encode()).hexdigest()[:16]
