"""Tools for developers and for trying the system out: the script's commands, the local stack, the demo, benchmarks.

The product imports nothing of this package.
"""
