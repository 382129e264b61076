"""Pure functions from Amazon's JSON to rows of our tables, one module per entity.

No requests, no state, no settings: imports nothing of the tap but `errors`.
"""
