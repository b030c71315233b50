"""What a gap may wrongly say where rows of a table are not there: the kinds that tell an absence, by table.

CONTRACT.md section 1: bad input never loses good input. But what a rejected row would have said is lost until it is put
right, and until then a gap may rest on nothing else than that.
"""

from __future__ import annotations

ABSENCE_KINDS: dict[str, tuple[str, ...]] = {
    "beneficiary_groups": ("coverage_shortfall", "funds_retained"),
    "beneficiaries": ("ineligible_delivery",),
    "assignments": ("unassigned_step",),
    "events": ("missing_step", "unobserved_step", "overdue_step", "blocked_step", "out_of_order"),
    "transfers": ("funds_untraced", "funds_retained"),
    "deliveries": ("coverage_shortfall", "funds_retained"),
    "actions": (
        *("unaddressed_finding", "instruction_not_followed", "overdue_rectification"),
        "unverified_rectification",
    ),
    "reports": ("missed_report",),
    "coverage": ("unobserved_step",),
}
"""By table, the gap kinds (CONTRACT.md section 3) that hold because nothing is on record there."""
