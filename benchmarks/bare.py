"""The limit: a bare requests client with msgspec, the tap's row functions and output, one page after another."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import msgspec
import requests

from amazon_ads_sandbox.tokens import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN
from tap_amazon_ads_entities.endpoints import endpoints_of
from tap_amazon_ads_entities.rows.context import RowContext
from tap_amazon_ads_entities.rows.values import utc_text


def main(url: str, entity: str) -> None:
    """Write every Sponsored Products row of an entity, of all profiles."""
    session = requests.Session()
    form = {
        "grant_type": "refresh_token",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "refresh_token": REFRESH_TOKEN,
    }
    token = session.post(f"{url}/auth/o2/token", data=form, timeout=60).json()["access_token"]
    session.headers.update({"Authorization": f"Bearer {token}", "Amazon-Advertising-API-ClientId": CLIENT_ID})
    decoder = msgspec.json.Decoder(float_hook=Decimal)
    encoder = msgspec.json.Encoder(decimal_format="number")
    for region in ("na", "eu", "fe"):
        query = {"profileTypeFilter": "seller,vendor", "accessLevel": "view"}
        for profile in session.get(f"{url}/{region}/v2/profiles", params=query, timeout=60).json():
            profile_id = str(profile["profileId"])
            for endpoint in endpoints_of(entity, frozenset({"SP"})):
                headers = {
                    "Amazon-Advertising-API-Scope": profile_id,
                    "Accept": endpoint.accept,
                    "Content-Type": str(endpoint.content_type),
                }
                body: dict[str, Any] = {**endpoint.body, "maxResults": endpoint.max_page_size}
                while True:
                    answer = session.post(
                        f"{url}/{region}/{endpoint.path}",
                        data=msgspec.json.encode(body),
                        headers=headers,
                        timeout=60,
                    )
                    document = decoder.decode(answer.content)
                    fetched = utc_text(datetime.now(tz=timezone.utc))
                    context = RowContext(profile_id, fetched, profile["currencyCode"])
                    lines = [
                        {
                            "type": "RECORD",
                            "stream": f"entity_{entity}",
                            "record": endpoint.to_row(item, context),  # type: ignore[misc]
                            "time_extracted": fetched,
                        }
                        for item in document[endpoint.envelope]
                    ]
                    sys.stdout.buffer.write(encoder.encode_lines(lines))
                    if "nextToken" not in document:
                        break
                    body["nextToken"] = document["nextToken"]


if __name__ == "__main__":
    main(*sys.argv[1:])
