"""Singer tap for the structure of Amazon Ads accounts."""
