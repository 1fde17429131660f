"""`./krafter bench`: compares this API with bare views over the same table, at several table sizes."""
