"""What Meltano starts in place of tap, loader and dbt: each learns of the account and the database here, then runs.

So `meltano run`, `meltano schedule run` and cron read the same account into the same database as `make sync`.
"""
