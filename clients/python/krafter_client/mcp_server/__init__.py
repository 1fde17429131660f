"""A server of the Model Context Protocol (MCP), by which assistants use the API: `krafter-audit mcp`."""
