"""The checks of this installation: catalogue, queues and measured reliability."""
