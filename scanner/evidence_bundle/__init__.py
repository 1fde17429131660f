"""Evidence bundles: format, chain, signatures, and verification.

Needs only Python, `cryptography` and `rfc8785`, so that evidence can be verified on a machine without this system.
"""
