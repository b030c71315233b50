"""Case folders in: YAML, tables, checks, rejects (CONTRACT.md section 1)."""

from graphkit.case.load import LoadResult, load_case

__all__ = ["LoadResult", "load_case"]
