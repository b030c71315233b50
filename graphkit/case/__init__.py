"""Case folders in: YAML, tables, checks, rejects (CONTRACT.md section 1)."""
