"""The engine of a scan: find the pages, look at each of them in all four domains side by side, tell what failed.

A scan has a part for each kind of worker. Whoever holds a part's lease writes page after page down; when it dies,
the next worker goes on after the last page that was done.
"""
