"""`./krafter bench scan`: measures scans and verifications of the running system, from outside."""
