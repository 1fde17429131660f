"""What can be done about tasks, verifications and policies."""
