"""Reading one list of one profile to its end: pages, next tokens, parts of long lists, lookups, reading ahead.

Ends where a page has arrived; what becomes of its items is up to whoever reads: imports nothing from `singer`.
"""
