"""Evidence that can be proved: its one form, its chain, its signatures, and the judge of a bundle.

Nothing in here needs more than Python and `cryptography`: what is proved on another machine is proved without
this system.
"""
