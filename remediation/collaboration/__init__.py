"""Comments, labels and the history of tasks."""
