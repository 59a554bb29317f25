"""The `canary` tool: one command line over all rooms."""
