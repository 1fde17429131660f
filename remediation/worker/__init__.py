"""The engine of a verification: run the checks of its finding again and store what they return."""
