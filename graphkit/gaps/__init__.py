"""Gap rules (one SQL file a kind), their evaluation, causes and impact (CONTRACT.md section 3)."""
