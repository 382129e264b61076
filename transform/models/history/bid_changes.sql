-- Bids of targets and default bids of ad groups that have changed.
{{ changes_with_names(amounts('bid'), "c.column_name in ('bid_micros', 'default_bid_micros')") }}
