"""Commands that start, stop and query the services."""
