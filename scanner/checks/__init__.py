"""The checks: one function each over what was fetched, a registry of them, and the engine that runs them."""
