"""What `make sync` runs."""
