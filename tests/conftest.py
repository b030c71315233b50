"""Where all that tests need must be there (GRAPHKIT_TEST_ALL, set by .ci/run), a skip of such a test is a failure."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

NEEDY = ("neo4j", "browser", "spark", "s3")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: pytest.TestReport = yield
    if report.skipped and os.environ.get("GRAPHKIT_TEST_ALL") and any(item.get_closest_marker(name) for name in NEEDY):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, but GRAPHKIT_TEST_ALL asks for it: {report.longrepr}"
    return report
