"""Events: the record of what happened, and the tallies kept from it."""
