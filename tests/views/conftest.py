from tests.reports.conftest import hostile, made_up, small

__all__ = ["hostile", "made_up", "small"]
