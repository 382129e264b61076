"""Shards: profiles cut into parts that are read side by side, each with a state id and a folder of its own."""
