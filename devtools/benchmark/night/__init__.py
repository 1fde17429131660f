"""A simulation of 1,000 sites that are scanned in one night."""
