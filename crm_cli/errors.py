"""The few ways a command can fail, each with its exit code. `cli` turns them into one line on stderr."""


class CrmError(Exception):
    """A failure that the user can understand and mend: one sentence, and the exit code scripts see."""

    exit_code = 1


class InvalidError(CrmError):
    """Wrong usage, an invalid value, an unreadable file."""

    exit_code = 2


class NotFoundError(CrmError):
    """No record answers to the reference."""

    exit_code = 3


class ConflictError(CrmError):
    """Several records answer, or one like it exists, or a later change stands in the way."""

    exit_code = 4


class StoreError(CrmError):
    """The store is locked, corrupt, newer than this program, or not ours."""

    exit_code = 5
