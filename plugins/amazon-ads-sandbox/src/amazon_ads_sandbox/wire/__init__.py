"""Entities as Amazon's JSON, one module per dialect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from amazon_ads_sandbox.model.entity import Entity
from amazon_ads_sandbox.model.profiles import Profile

Render = Callable[[Entity, Profile], dict[str, Any]]
