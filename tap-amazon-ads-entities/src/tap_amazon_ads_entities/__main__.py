"""Run the tap as `python -m tap_amazon_ads_entities`."""

from __future__ import annotations

from tap_amazon_ads_entities.tap import TapAmazonAdsEntities

if __name__ == "__main__":
    TapAmazonAdsEntities.cli()
