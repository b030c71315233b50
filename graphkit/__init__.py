"""graphkit shows where a policy's implementation chain breaks, why, for whom, and who must act."""

__version__ = "0.1.0"
