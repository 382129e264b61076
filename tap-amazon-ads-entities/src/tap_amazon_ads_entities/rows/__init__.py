"""Pure functions from Amazon's JSON to rows of our tables, one module per entity."""
