"""What `make status` shows: a page on loopback, a file, JSON for monitors, metrics for Prometheus. It never writes.

cli.py        the command
source.py     which database, as whom
reader.py     read-only, bounded transactions; errors as sentences
questions/    every word of SQL
judgement.py  whether a slice is well: the worst of three facts
pages/        what a view shows, from answers to templates
web/          the server: routes, and who may ask
"""
