"""IATI, OCDS and FollowTheMoney, and any other table by a mapping: to and from case tables."""

from graphkit.standards.ftm import export_ftm, import_ftm
from graphkit.standards.iati import import_iati
from graphkit.standards.ocds import import_ocds
from graphkit.standards.result import ImportResult

__all__ = ["ImportResult", "export_ftm", "import_ftm", "import_iati", "import_ocds"]
