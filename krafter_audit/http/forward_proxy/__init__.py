"""The forward proxy through which the browser reaches the network."""
