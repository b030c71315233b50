"""Runs SQL over the fact tables."""
