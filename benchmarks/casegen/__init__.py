"""Generated national cases with planted gaps and a known answer; see benchmarks/generate.py."""
