"""`./krafter bench`: how fast this API is beside bare views over the same table, and whether size changes it."""
