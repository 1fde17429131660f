class OperationFailed(Exception):
    """The text names the cause and discloses no secret."""
