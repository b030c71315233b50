"""The pages in headless Chromium: they draw, say nothing on the console, and ask no other place for anything."""

from __future__ import annotations

import html
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from graphkit.gaps import Evaluation
from graphkit.reports.build import build_report
from graphkit.reports.html import report_html
from graphkit.reports.text import shown
from graphkit.views.chain import chain_page, gap_page
from tests.reports.small import HOSTILE

pytestmark = pytest.mark.browser

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps", "--enable-logging=stderr",
    "--virtual-time-budget=5000", "--dump-dom",
)  # fmt: skip


def _asked(log: Path) -> set[str]:
    """Return the addresses that the page asked for; what Chromium itself asks for has no origin."""
    text = log.read_text(encoding="utf-8").rstrip().rstrip(",")
    events = json.loads(text if text.endswith("}") else text + "]}")["events"]
    asked = [event["params"] for event in events if event.get("params", {}).get("initiator") == "null"]
    return {params["url"] for params in asked if "url" in params}


def _open(page: str, folder: Path) -> str:
    """Open a page; return its document as drawn. Fails on a console message or a request that leaves the file."""
    if _CHROMIUM is None:
        pytest.skip("no Chromium here")
    file, log = folder / "page.html", folder / "net.json"
    file.write_text(page, encoding="utf-8")
    done = subprocess.run(
        [_CHROMIUM, *_OPTIONS, f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}", file.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    assert _asked(log) == set()
    return done.stdout


def test_a_request_would_be_seen(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"localhost:1/picture|CONSOLE"):
        _open("<!DOCTYPE html><img src='http://localhost:1/picture.png'>", tmp_path)


@pytest.mark.parametrize("kind", ["chain", "missing_step", "funds_retained", "report"])
def test_a_hostile_case_is_shown_as_text(hostile: Evaluation, tmp_path: Path, kind: str) -> None:
    if kind == "chain":
        page = chain_page(hostile, "en")
    elif kind == "report":
        page = report_html(build_report(hostile), "en")
    else:
        page = gap_page(hostile, next(gap.id for gap in hostile.gaps() if gap.kind == kind), "en")
    drawn = _open(page, tmp_path)
    assert "<svg onload" not in drawn
    assert "<img" not in drawn
    seen = html.unescape(drawn)
    assert shown(HOSTILE["Province"]) in seen
    assert shown(HOSTILE["City One"]) in seen


def test_a_page_draws_its_parts(small: Evaluation, tmp_path: Path) -> None:
    drawn = _open(chain_page(small, "en"), tmp_path)
    assert "1 of 1 chains stop in " in drawn
    assert "✕ stops here: 1" in drawn
    assert drawn.count("<canvas") == 1
    assert "holds up" in drawn.lower()
