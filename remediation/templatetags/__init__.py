"""What the pages of the admin need of their own."""
