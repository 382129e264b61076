"""Stream maps and flattening, which are the SDK's: what is wrong with them becomes a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from typing import Any

from tap_amazon_ads_entities.settings.shown import shown
from tap_amazon_ads_entities.singer.expressions import in_words
from tap_amazon_ads_entities.singer.seams.tap import JudgingTap, unusable

_SOURCE = "__source__"
_ELSE = "__else__"


class MappedTap(JudgingTap):
    """A tap that refuses stream maps which cannot work, and such as would do nothing."""

    def setup_mapper(self) -> None:
        """Take the stream maps.

        Raises:
            ConfigValidationError: they are wrong, or are about a stream that there is not.
        """
        try:
            super().setup_mapper()
        except Exception as error:
            sentence = f"Setting 'stream_maps' is wrong: {in_words(error)}."
            raise unusable(sentence) from error
        streams = list(self.streams)
        for name in _sources(self.config.get("stream_maps") or {}):
            if not any(fnmatch(stream, name) for stream in streams):
                sentence = f"Setting 'stream_maps' names {shown(name)}, which is none of {', '.join(streams)}."
                raise unusable(sentence)


def _sources(maps: Mapping[str, Any]) -> Iterator[str]:
    """The streams, or patterns of them, that the maps are about."""
    for name, definition in maps.items():
        if name != _ELSE:
            yield str(definition[_SOURCE]) if isinstance(definition, Mapping) and _SOURCE in definition else name
