"""The client that Search Console and Analytics share."""
