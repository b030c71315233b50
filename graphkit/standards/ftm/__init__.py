"""FollowTheMoney entities into case tables, and back."""

from graphkit.standards.ftm.export import export_ftm
from graphkit.standards.ftm.importer import import_ftm

__all__ = ["export_ftm", "import_ftm"]
