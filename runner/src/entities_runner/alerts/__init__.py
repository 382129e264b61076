"""Tells people, once, what has gone wrong with the data, and once when it is well again."""
