"""IATI activity files (1.01 to 2.03) into case tables."""

from graphkit.standards.iati.importer import import_iati

__all__ = ["import_iati"]
