"""The checks: a function each, which reads a PageContext and returns an outcome."""
