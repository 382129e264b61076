"""What the end-to-end tests share: the real pipeline, and the account's ground truth beside the tables."""
