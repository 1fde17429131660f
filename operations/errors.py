"""Errors of operations, each a sentence for an operator."""


class OperationFailed(Exception):
    """A backup, a restoration or a drill failed; the text names the cause and discloses no secret."""
