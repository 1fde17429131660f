"""Evidence that can be proved: its one form, its chain, its signatures, and the judge of a bundle.

Nothing in here needs more than Python, `cryptography` and `rfc8785`, so that evidence can be verified on a machine
without this system.
"""
