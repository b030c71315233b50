"""What can go wrong, as people are told it: each error carries the exit status of CONTRACT.md section 5."""


class GraphkitError(Exception):
    """Base of every error that a user is meant to read; its text is one line: what is wrong, where, what to do."""

    exit_status = 1


class InputError(GraphkitError):
    """The input is wrong (a case, a document, a rule): exit status 1."""


class UsageError(GraphkitError):
    """It was asked for wrongly: exit status 2. `field` names the one of what was asked that is wrong, where one is.

    The message holds for a command, a request and a page alike: it names no option of the command line.
    """

    exit_status = 2

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class StoreError(GraphkitError):
    """The workspace or the graph store cannot be reached, read or locked: exit status 3."""

    exit_status = 3


class RefusedError(GraphkitError):
    """What was asked for is not allowed (a write in a read-only console, a file access …): exit status 4."""

    exit_status = 4
