"""OCDS 1.0 and 1.1 releases, records and packages into case tables."""

from graphkit.standards.ocds.importer import import_ocds

__all__ = ["import_ocds"]
