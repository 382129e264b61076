"""Where the connections to Amazon accounts of a run come from: plain settings, or the encrypted store in Postgres.

The store is imported only where it is used: it needs packages of an extra. Imports nothing but `settings`.
"""
