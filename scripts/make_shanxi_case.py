"""Write the bundled Shanxi cases: `python -m scripts.make_shanxi_case`. Running it again gives the same bytes.

What public sources say is written by hand in graphkit/data/cases/shanxi-2020-public (case.yaml, policies, documents,
findings, actions, reports, events, beneficiary groups, supplies). This script adds there what follows from it (regions,
agencies, assignments), and writes the whole of graphkit/data/cases/shanxi-2020: the same, with synthetic observations.
"""

from __future__ import annotations

from scripts.shanxi_case import mixed, public


def main() -> None:
    """Write both cases."""
    public.write()
    mixed.write()


if __name__ == "__main__":
    main()
