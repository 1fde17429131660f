"""The engine of scans: discover pages, run the checks of all four domains on each, report findings.

A scan has a part for each scanner, whose pages are leased by workers (page_runner.py).
"""
