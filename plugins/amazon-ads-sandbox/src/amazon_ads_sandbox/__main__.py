"""Run the command line as `python -m amazon_ads_sandbox`."""

from __future__ import annotations

from amazon_ads_sandbox.cli import main

if __name__ == "__main__":
    main()
