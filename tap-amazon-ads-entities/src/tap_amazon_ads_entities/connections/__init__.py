"""Connections to Amazon accounts: made by a person's consent, kept encrypted in Postgres, used by the tap.

Nothing here is imported by a run with plain settings, except what needs no further package.
"""
