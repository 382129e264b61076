"""Keys for ads to which Amazon gave no id."""

from __future__ import annotations

import json
from hashlib import blake2b

from tap_amazon_ads_entities.errors import RefusedItemError
from tap_amazon_ads_entities.rows.context import Item, RowContext
from tap_amazon_ads_entities.rows.values import identifier, part, without

_CHANGING = frozenset({"adId", "adGroupId", "state", "extendedData"})
_DIGEST_BYTES = 12

GROUP_SURROGATE = "sb-legacy-"
"""What the key of an ad without an id begins with; its ad group follows, or a digest."""


def surrogate(item: Item, context: RowContext) -> str:
    """The same key for an ad in every run, and never one for two ads.

    Ads made by Sponsored Brands' old v3 call have neither adId nor name, and are alone in their ad group: that is their
    key. Where the ad group is missing too, it is a digest of what tells the ad from others.

    Raises:
        RefusedItemError: nothing does, or another ad of the list has the key already.
    """
    content = without(item, _CHANGING)
    facts = {**content, "created": part(item, "extendedData").get("creationDate")}
    text = json.dumps(facts, sort_keys=True, default=str)
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=_DIGEST_BYTES).hexdigest()
    group = identifier(item.get("adGroupId"))
    if isinstance(group, str):
        key = f"{GROUP_SURROGATE}{group}"
    elif content.keys() - {"campaignId"}:
        key = f"{GROUP_SURROGATE}{digest}"
    else:
        raise RefusedItemError(field="adId", reason="is missing, and nothing else tells the ad from others")
    if context.notes.surrogates.setdefault(key, digest) != digest:
        reason = f"is missing, and another ad without one has its ad group {group}"
        raise RefusedItemError(field="adId", reason=reason)
    return key
