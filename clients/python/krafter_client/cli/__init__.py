"""The command line `krafter-audit`."""
