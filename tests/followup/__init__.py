"""The follow-up of findings: the states and moves, entering facts, and the ledger."""
