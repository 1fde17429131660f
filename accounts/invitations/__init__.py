"""Invitations of new members by e-mail."""
