"""The engine of scans: discover pages, run the checks of all four domains on each, report findings.

A scan has a part for each scanner. The worker that leases a part stores page after page; if it dies, the next worker
continues after the last finished page.
"""
