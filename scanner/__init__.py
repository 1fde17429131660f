"""The audit engine: checks of a web page over HTTP, TLS and in a browser. Imports no Django."""
