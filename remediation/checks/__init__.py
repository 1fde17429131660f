"""The checks of this installation: their catalogue, their queues and their measured reliability."""
