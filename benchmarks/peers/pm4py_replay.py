#!/usr/bin/env python3
"""pm4py on the same chains: token-based replay against the expected chain, and its temporal profile against the limits.

    python benchmarks/peers/pm4py_replay.py INPUT CHAINS

A case (trace) is one policy in one county; its activities are the county stages, each at the day on which graphkit
has the step as done, so that pm4py is spared the reading of states from events. Replay says which chains are not what
the policy expects (a stage missing or out of order); the temporal profile, with mean and deviation both half of the
limit and zeta 1, says which stages took longer than the limit allows. pm4py knows no region hierarchy, no due date of
a stage that did not happen, no cause, no coverage, no responsible agency. Reading the input and making the data frame
are not counted.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pandas as pd
import pm4py
from pm4py.objects.petri_net.obj import Marking, PetriNet
from pm4py.objects.petri_net.utils import petri_utils


def _chain(names: list[str]) -> tuple[PetriNet, Marking, Marking]:
    """Return the net start → names … → end."""
    net = PetriNet("chain")
    place = PetriNet.Place("start")
    net.places.add(place)
    first = place
    for name in names:
        transition = PetriNet.Transition(name, name)
        after = PetriNet.Place(f"after {name}")
        net.transitions.add(transition)
        net.places.add(after)
        petri_utils.add_arc_from_to(place, transition, net)
        petri_utils.add_arc_from_to(transition, after, net)
        place = after
    return net, Marking({first: 1}), Marking({place: 1})


def main(folder: Path, chains: int) -> dict[str, object]:
    """Replay the first `chains` chains; return seconds and how far the findings agree with graphkit's."""
    steps = pd.read_parquet(folder / "steps.parquet")
    stages = pd.read_parquet(folder / "stages.parquet")
    gaps = pd.read_parquet(folder / "gaps.parquet")
    steps = steps[(steps.level == "county") & steps.stage.str.match(r"s\d+$")]
    steps = steps.assign(chain=steps.policy + "/" + steps.scope)
    kept = steps.chain.drop_duplicates().sort_values().head(chains)
    steps = steps[steps.chain.isin(kept)]
    names = sorted(steps.stage.unique(), key=lambda name: int(name[1:]))
    done = steps[steps.state == "done"]
    log = pd.DataFrame(
        {
            "case:concept:name": done.chain,
            "concept:name": done.stage,
            "time:timestamp": pd.to_datetime(done.done_on, utc=True),
        }
    ).sort_values(["case:concept:name", "time:timestamp"], ignore_index=True)
    net, initial, final = _chain(names)
    stages = stages[(stages.level == "county")]
    limits = {policy: rows.set_index("id").within_days for policy, rows in stages.groupby("policy")}
    profiles: dict[str, list[str]] = {}
    for policy in sorted(steps.policy.unique()):
        own = [limits[policy].get(name) for name in names]
        key = json.dumps([None if pd.isna(days) else int(days) for days in own])
        profiles.setdefault(key, []).append(policy)
    own_policy = log["case:concept:name"].str.split("/").str[0]
    parts = []
    for key, policies in profiles.items():
        within = json.loads(key)
        profile = {
            (before, name): (days * 43200.0, days * 43200.0)
            for before, name, days in zip(names, names[1:], within[1:], strict=False)
            if days is not None
        }
        parts.append((log[own_policy.isin(policies)].reset_index(drop=True), profile))

    begin = time.perf_counter()
    replayed = pm4py.conformance_diagnostics_token_based_replay(log, net, initial, final)
    replay_s = time.perf_counter() - begin
    begin = time.perf_counter()
    timed = [pm4py.conformance_temporal_profile(part, profile, zeta=1.0) for part, profile in parts]
    profile_s = time.perf_counter() - begin

    traces = log["case:concept:name"].unique()
    unfit = {chain for chain, result in zip(traces, replayed, strict=True) if not result["trace_is_fit"]}
    unfit |= set(kept) - set(traces)
    slow = set()
    for (part, _), results in zip(parts, timed, strict=True):
        for chain, deviations in zip(part["case:concept:name"].unique(), results, strict=True):
            slow |= {(chain, deviation[1]) for deviation in deviations}
    # A cancelled step counts as not there; pm4py cannot be told so, and such chains are left out of the comparison.
    cancelled = set(steps[steps.state == "cancelled"].chain)
    found = gaps.merge(steps[["step", "chain", "stage"]], on="step")
    broken = set(steps[steps.state.isin(["open", "untouched"])].chain) | set(found[found.kind == "out_of_order"].chain)
    late = {
        (row.chain, row.stage)
        for row in found[(found.kind == "late_step") & (found.stage != names[0])].itertuples()
        if row.chain not in cancelled
    }
    slow = {one for one in slow if one[0] not in cancelled}
    return {
        "seconds": replay_s + profile_s,
        "work": len(kept),
        "unit": "chains",
        "found": {
            "chains not as expected": len(unfit - cancelled),
            "of these in graphkit": len((unfit - cancelled) & (broken - cancelled)),
            "in graphkit": len(broken - cancelled),
            "stages beyond their limit": len(slow),
            "of these late in graphkit": len(slow & late),
            "late in graphkit": len(late),
        },
        "detail": {"token replay": round(replay_s, 3), "temporal profile": round(profile_s, 3)},
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
