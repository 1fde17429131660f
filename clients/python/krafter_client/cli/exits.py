"""The exit statuses of the command line."""

PASSED = 0
FAILED = 1  # problems that the gate does not let pass, or a verification that did not pass
USAGE = 2
ERROR = 3  # the API refused, a job failed or did not finish, or a URL could not be checked at all
INTERRUPTED = 130
