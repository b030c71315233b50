"""The parts that write the bundled Shanxi cases; run by scripts/make_shanxi_case.py."""
