"""The tap's logger."""

from __future__ import annotations

import logging

LOGGER = logging.getLogger("tap-amazon-ads-entities")
"""The name singer-sdk gives a tap's logger, so that one level setting covers both."""
