"""Planted cases: for every gap kind of CONTRACT.md section 3 tiny cases with their gaps written out by hand."""

from tests.planted import deliveries, findings, impact, money, places, steps, time
from tests.planted.build import Planted, differences

CASES: list[Planted] = [
    *steps.CASES,
    *places.CASES,
    *time.CASES,
    *money.CASES,
    *deliveries.CASES,
    *findings.CASES,
    *impact.CASES,
]

__all__ = ["CASES", "Planted", "differences"]
