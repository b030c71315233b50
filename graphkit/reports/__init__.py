"""Chain-gap reports: one model, a writer a format."""
