#!/usr/bin/env python3
"""Write a national case with planted gaps and a known answer.

    python benchmarks/generate.py OUT --policies 40 --counties 3000 --stages 5 --events-per-step 2.5 --seed 1
    python benchmarks/generate.py OUT --deliveries 100000000 --format parquet

OUT becomes a case folder as CONTRACT.md section 1 has it, with answer.json beside case.yaml: the counts of each kind
of gap, of roots, of blocked steps, and fingerprints of the planted gaps (casegen/answer.py says of what). The same
options give the same bytes. Nothing is kept in memory beyond one policy or one million deliveries.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml
from casegen.answer import Answer
from casegen.chains import Chain, Planner, last_day
from casegen.columns import as_date, constant, day
from casegen.deliveries import POLICY as AID
from casegen.deliveries import Deliveries, definition
from casegen.events import ASSIGNMENTS, EVENTS, Narrator, assignments
from casegen.findings import CADENCE_DAYS, write_findings, write_reports
from casegen.regions import CENTRE, Regions, country
from casegen.write import TableFile, write_table

_START = date(2020, 1, 1)
_YEAR_END = date(2020, 12, 31)


@dataclass(frozen=True)
class Size:
    """What to generate; `assigned_every`: every so many policies has assignments (0: none has)."""

    policies: int = 40
    counties: int = 3000
    stages: int = 5
    events_per_step: float = 2.5
    seed: int = 1
    deliveries: int = 0
    findings: int = 2000
    assigned_every: int = 4


def generate(out: Path, size: Size, kind: str = "csv") -> dict[str, Any]:
    """Write the case folder `out` with tables of the given kind (csv or parquet); return the answer."""
    tables = out / "tables"
    tables.mkdir(parents=True)
    (out / "policies").mkdir()
    regions = country(size.counties)
    start = day(_START)
    as_of = max(last_day(start, size.policies, size.stages), day(_YEAR_END))
    answer = Answer()
    rows = {"regions": write_table(tables, "regions", kind, regions.table())}
    rows["agencies"] = write_table(tables, "agencies", kind, regions.agencies())
    planner = Planner(regions, as_of, start, size.stages, size.assigned_every, size.seed)
    aid = Deliveries(regions, size.deliveries, as_of, size.seed) if size.deliveries else None
    if aid:
        rows |= aid.write(tables, kind)
        rows["transfers"] = write_table(tables, "transfers", kind, aid.transfers())
        aid.record(answer)
        _yaml(out / "policies" / f"{AID}.yaml", definition(as_of))
    rows |= _write_policies(out, size, kind, planner, aid, answer)
    if size.findings:
        rows |= write_findings(tables, kind, regions, size.findings, as_of, size.seed, answer)
    rows |= write_reports(tables, kind, start, as_of, size.seed, answer)
    _yaml(
        out / "case.yaml",
        {
            "id": "national", "title": {"zh": "合成全国案例", "en": "Generated national case (synthetic)"},
            "jurisdiction": CENTRE, "as_of": as_date(as_of),
            "report_cadence": [{"kind": "express", "every_days": CADENCE_DAYS, "start": _START}],
        },
    )  # fmt: skip
    upper = 1 + 2 * regions.count("province") + 2 * regions.count("city")
    steps = size.policies * (upper + size.stages * size.counties) + (3 * size.counties if aid else 0)
    head = {"case": "national", "as_of": as_date(as_of).isoformat(), "size": vars(size), "steps": steps, "rows": rows}
    return answer.write(out / "answer.json", head)


def _write_policies(
    out: Path, size: Size, kind: str, planner: Planner, aid: Deliveries | None, answer: Answer
) -> dict[str, int]:
    tables = out / "tables"
    narrator = Narrator(planner, size.events_per_step, size.seed)
    coverage_schema = pa.schema(
        [
            (name, pa.date32() if name == "until" else pa.string())
            for name in ("policy", "stage", "scope", "until", "source")
        ]
    )
    group_schema = pa.schema(
        [(name, pa.string()) for name in ("id", "name", "measure", "region")] + [("eligible_count", pa.int64())]
    )
    with (
        TableFile(tables, "events", EVENTS, kind) as events,
        TableFile(tables, "assignments", ASSIGNMENTS, kind) as assigned,
        TableFile(tables, "coverage", coverage_schema, kind) as coverage,
        TableFile(tables, "beneficiary_groups", group_schema, kind) as groups,
        TableFile(tables, "documents", pa.schema([("id", pa.string()), ("title", pa.string())]), kind) as documents,
    ):
        for chain in _chains(planner, size.policies):
            planner.record(chain, answer)
            events.write(narrator.events(chain))
            coverage.write(planner.coverage(chain))
            if (rows := assignments(planner, chain)) is not None:
                assigned.write(rows)
            if chain.measure:
                groups.write(_groups(planner.regions, chain, chain.measure))
            ids = pa.array([f"doc-{chain.policy}-1", f"doc-{chain.policy}-2"])
            documents.write({"id": ids, "title": ids})
            _yaml(out / "policies" / f"{chain.policy}.yaml", _policy(chain))
        if aid:
            events.write(aid.step_events())
            groups.write(aid.groups())
            coverage.write({"policy": constant(AID, 1), "scope": constant(CENTRE, 1)})
        files = {"events": events, "assignments": assigned, "coverage": coverage, "beneficiary_groups": groups}
        return {name: file.rows for name, file in files.items()} | {"documents": documents.rows}


def _chains(planner: Planner, policies: int) -> Iterator[Chain]:
    for number in range(policies):
        yield planner.plan(number)


def _groups(regions: Regions, chain: Chain, measure: str) -> dict[str, pa.Array]:
    county = regions.codes["county"]
    ids = pa.compute.binary_join_element_wise("g", chain.policy, county, "-")
    return {
        "id": ids,
        "name": ids,
        "measure": constant(measure, len(ids)),
        "region": county,
        "eligible_count": pa.array(chain.people),
    }


def _policy(chain: Chain) -> dict[str, Any]:
    stages = []
    for stage in chain.stages:
        one: dict[str, Any] = {"id": stage.id, "level": stage.level, "after": list(stage.after)}
        one |= {"within_days": stage.within, "evidence": stage.evidence, "measure": stage.measure}
        if stage.due_on is not None:
            one["due_on"] = as_date(stage.due_on)
        if stage.optional:
            one["optional"] = True
        stages.append({key: value for key, value in one.items() if value is not None})
    return {
        "id": chain.policy,
        "title": {"zh": f"合成政策{chain.number}", "en": f"Generated policy {chain.number}"},
        "effective": {"from": as_date(chain.start)},
        "measures": [{"id": chain.measure, "kind": "subsidy"}] if chain.measure else [],
        "stages": stages,
    }


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _yaml(path: Path, data: dict[str, Any]) -> None:
    path.write_text(yaml.dump(data, Dumper=_Plain, allow_unicode=True, sort_keys=False), encoding="utf-8")


def policies_for(steps: int, counties: int = 3000, stages: int = 5) -> int:
    """Return how many policies give about that many county steps."""
    return max(1, math.ceil(steps / (counties * stages)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the case folder to make; it must not be there yet")
    default = Size()
    for name, value in vars(default).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value, help=f"default: {value}")
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv", help="of the tables (default: csv)")
    given = parser.parse_args(arguments)
    if given.out.exists():
        parser.error(f"{given.out} is there already")
    answer = generate(given.out, Size(**{name: getattr(given, name) for name in vars(default)}), given.format)
    gaps = sum(answer["counts"].values())
    print(f"{given.out}: {answer['steps']:,} steps, {answer['rows']['events']:,} events, {gaps:,} gaps")
    return 0


if __name__ == "__main__":
    sys.exit(main())
