"""A local Amazon Ads account: the same paths, media types, limits, paging and errors, on generated data."""
