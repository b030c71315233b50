"""Prints the JSON Schema of a report: `python -m graphkit.reports.schema > docs/report.schema.json`."""

from __future__ import annotations

import json
import sys

from graphkit.reports.model import Report


def report_schema() -> str:
    """Return the JSON Schema that every report in JSON keeps to."""
    return json.dumps(Report.model_json_schema(mode="serialization"), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    sys.stdout.write(report_schema())
