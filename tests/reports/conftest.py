from __future__ import annotations

from datetime import date

import pytest

from graphkit.gaps import Evaluation, evaluate
from graphkit.reports.build import Request, build_report
from graphkit.reports.model import Report
from tests.reports.small import HOSTILE, load_small


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    return evaluate(load_small(tmp_path_factory.mktemp("small")), "small")


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    return evaluate(load_small(tmp_path_factory.mktemp("hostile"), names=HOSTILE), "small")


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    return evaluate(load_small(tmp_path_factory.mktemp("made-up"), synthetic=True, coverage=False), "small")


@pytest.fixture(scope="session")
def report(small: Evaluation) -> Report:
    return build_report(small)


@pytest.fixture(scope="session")
def report_since(small: Evaluation) -> Report:
    """The report that also says what is new since 31 March."""
    before = evaluate(small.facts, "small", date(2020, 3, 31))
    return build_report(small, Request(last_period_end=date(2020, 3, 31)), before)


@pytest.fixture(scope="session")
def hostile_report(hostile: Evaluation) -> Report:
    return build_report(hostile)
