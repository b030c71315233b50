"""Table mapping: any sheet to case tables by a small YAML, and a mapping proposed from a sheet's headers."""
