from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from singer_sdk.exceptions import ConfigValidationError

from tap_amazon_ads_entities.settings import file
from tap_amazon_ads_entities.settings.model import ENV_PREFIX, PROPERTIES, SECRET_SETTINGS, Settings
from tap_amazon_ads_entities.settings.validation import problems
from tap_amazon_ads_entities.tap import TapAmazonAdsEntities

GOOD = {"client_id": "id", "client_secret": "hush", "refresh_token": "hush-hush"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"client_secret": None}, "Setting 'client_secret' is missing"),
        ({"client_secret": ""}, "Setting 'client_secret' is missing"),
        ({"refresh_token": 12345}, "Setting 'refresh_token' must be text"),
        ({"workers": "many"}, "Setting 'workers' must be a whole number, not text"),
        ({"workers": 0}, "Setting 'workers' must be at least 1"),
        ({"max_retries": True}, "Setting 'max_retries' must be a whole number, not true or false"),
        ({"regions": ["NA", "XX"]}, "Setting 'regions' holds 'XX', which is none of NA, EU, FE"),
        ({"entities": "adgroups"}, "Setting 'entities' holds 'adgroups'"),
        ({"profile_ids": ["12x"]}, "Setting 'profile_ids' holds '12x'"),
        ({"mode": "partial"}, "Setting 'mode' is 'partial', which is none of auto, full, incremental"),
        ({"lookback_hours": float("nan")}, "Setting 'lookback_hours' must be a number up to 100,000,000"),
        ({"read_timeout": float("inf")}, "Setting 'read_timeout' must be a number up to 100,000,000"),
        ({"initial_window_days": "1e300"}, "Setting 'initial_window_days' must be a number up to 100,000,000"),
        ({"workers": 10**30}, "Setting 'workers' must be a number up to 1,000."),
        ({"workers": Decimal("1.5")}, "Setting 'workers' must be a whole number, not a number."),
        ({"workers": {}}, "Setting 'workers' must be a whole number, not an object."),
        ({"connect_timeout": 0}, "Setting 'connect_timeout' must be more than 0."),
        ({"run_deadline": "0"}, "Setting 'run_deadline' must be more than 0."),
        ({"lookback_hours": -1}, "Setting 'lookback_hours' must be at least 0."),
        ({"start_date": "soon"}, "Setting 'start_date' is 'soon'"),
        ({"start_date": "2999-01-01"}, "Setting 'start_date' is '2999-01-01', which is still to come"),
        ({"start_date": "x" * 10_000}, f"Setting 'start_date' is '{'x' * 60}…', which is not"),
        ({"regions": []}, "Setting 'regions' names nothing: name what is wanted, or leave it out."),
        ({"entities": []}, "Setting 'entities' names nothing"),
        ({"ad_products": ","}, "Setting 'ad_products' names nothing"),
        ({"profile_ids": [""]}, "Setting 'profile_ids' names nothing"),
        ({"profile_ids": ["٤٧"]}, "Setting 'profile_ids' holds '٤٧', which is not a profile id"),
        ({"profile_ids": "1" * 21}, "which is not a profile id (up to 20 digits)"),
        ({"refresh_token": {"hush": "hush"}}, "Setting 'refresh_token' must be text, not an object."),
        ({"refresh_token": "hush\n"}, "Setting 'refresh_token' holds a space, an end of a line or a character that"),
        ({"client_secret": " hush"}, "Setting 'client_secret' holds a space, an end of a line"),
        ({"client_id": "hush\ud800"}, "Setting 'client_id' holds a space, an end of a line"),
        ({"run_id": "a\0b"}, "Setting 'run_id' holds an end of a line or another character that cannot be printed"),
        ({"loader_session": "\ud800"}, "Setting 'loader_session' holds an end of a line or another character"),
        ({"stream_maps": ["x"]}, "Setting 'stream_maps' must be an object, not a list."),
        ({"flattening_enabled": "true"}, "Setting 'flattening_enabled' must be true or false, not text."),
        ({"flattening_enabled": True}, "Setting 'flattening_max_depth' is missing"),
        ({"flattening_max_depth": -1}, "Setting 'flattening_max_depth' must be at least 0."),
        ({"api_url": "https://example.com/{reg}"}, "Setting 'api_url' holds braces other than those of {region}."),
        ({"api_url": "http://example.com"}, "Setting 'api_url' must use https"),
        ({"api_url": "https://user:pw@example.com"}, "Setting 'api_url' must not hold credentials"),
        ({"token_url": "ftp://example.com"}, "Setting 'token_url' must be an http(s) URL"),
        ({"batch_config": "files"}, "Setting 'batch_config' is wrong: it is to be an object, such as {"),
        ({"batch_config": {"encoding": {"format": "jsonl"}}}, "'batch_config' is wrong: storage is to be an object"),
        ({"batch_config": {"storage": {"root": "s3://x/y"}}}, "storage.root is to be the absolute path of a folder"),
        (
            {"batch_config": {"encoding": {"format": "parquet"}, "storage": {"root": "/x"}}},
            "encoding.format is 'parquet', and this tap writes jsonl",
        ),
        (
            {"batch_config": {"encoding": {"compression": "zip"}, "storage": {"root": "/x"}}},
            "encoding.compression is 'zip', which is none of none, gzip",
        ),
        (
            {"batch_config": {"batch_size": 0.5, "storage": {"root": "/x"}}},
            "batch_size is 0.5, which is no number of rows",
        ),
        ({"batch_files_mb": 0}, "Setting 'batch_files_mb' must be at least 1"),
        ({"reconcile_with": "lists"}, "are both 'lists': there is nothing to compare."),
        (
            {"source": "unified", "reconcile_with": "exports", "ad_products": ["ST"]},
            "'ad_products' names ST alone, which 'exports' does not have: there is nothing to compare with 'unified'.",
        ),
        (
            {"reconcile_with": "unified", "entities": ["ad_extensions"]},
            "'entities' names none of campaigns, ad_groups, ads, targets, which alone 'reconcile_with' compares.",
        ),
    ],
)
def test_a_wrong_setting_gets_one_sentence_that_names_it(change: dict[str, Any], words: str) -> None:
    TapAmazonAdsEntities(config=GOOD)  # the SDK has added its own settings
    found = problems({**GOOD, **change})
    assert len(found) == 1
    assert words in found[0]
    assert "hush" not in found[0]
    assert "12345" not in found[0]
    assert "pw" not in found[0]


@pytest.mark.parametrize(
    ("maps", "words"),
    [
        ({"entity_ads": {"name": "upper("}}, "is wrong: Failed to parse expression upper(."),
        ({"entity_ads": 5}, "is wrong: Unexpected stream definition type."),
        ({"entity_ads": {"__filter__": 5}}, "is wrong: TypeError: "),
        ({"entity_add": {"name": "name"}}, "names 'entity_add', which is none of change_events, "),
        ({"mine": {"__source__": "entity_add"}}, "names 'entity_add', which is none of"),
        ({"ads_*": None}, "names 'ads_*', which is none of"),
    ],
)
def test_stream_maps_that_cannot_work_or_would_do_nothing_are_refused(maps: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigValidationError) as caught:
        TapAmazonAdsEntities(config={**GOOD, "stream_maps": maps})
    assert f"Setting 'stream_maps' {words}" in caught.value.errors[0]
    TapAmazonAdsEntities(config={**GOOD, "stream_maps": {"entity_*": {"region": "region"}, "__else__": None}})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not JSON (line 1): JSON has double quotes, no comments"),
        (b'{\n// hush\n"a": 1}', "is not JSON (line 2)"),
        (b'{"a": "hush",}', "is not JSON (line 1)"),
        (b"[1]", "does not hold a JSON object"),
        (b'\xef\xbb\xbf{"a": 1}', "begins with a byte order mark: save it as UTF-8 without"),
        ('{"a": "hush"}'.encode("utf-16"), "is not text in UTF-8"),
        (b'{"regions": "hush", "regions": "NA"}', "names 'regions' twice"),
        (b'{"a": NaN}', "holds NaN, which is no number of JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "holds a number or brackets beyond all measure"),
        (b"[" * 100_000, "holds a number or brackets beyond all measure"),
    ],
)
def test_a_file_that_holds_no_settings_is_told_apart_from_every_other(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(content)
    with pytest.raises(file.ConfigFileError) as caught:
        file.read(path)
    assert str(caught.value).startswith(words)
    assert "hush" not in str(caught.value)


def test_numbers_of_a_file_are_numbers() -> None:
    config = {**GOOD, "read_timeout": Decimal("10.5"), "lookback_hours": Decimal(2)}
    assert problems(config) == []
    assert Settings.from_config(config).read_timeout == 10.5


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ()),
        ([123, "456"], ("123", "456")),
        ("123,456", ("123", "456")),
        ("[123, 456]", ("123", "456")),
        (123, ("123",)),
        (["123", 123], ("123",)),
    ],
)
def test_profile_ids_are_text_or_numbers_alike(value: Any, expected: tuple[str, ...]) -> None:
    config = {**GOOD, "profile_ids": value}
    assert problems(config) == []
    assert Settings.from_config(config).profile_ids == expected


def test_numbers_may_be_text_as_environment_variables_give_them() -> None:
    config = {**GOOD, "request_deadline": "60.5", "workers": "4"}
    assert problems(config) == []
    assert (Settings.from_config(config).request_deadline, Settings.from_config(config).workers) == (60.5, 4)


def test_environment_variables_are_read_as_text_and_judged_like_any_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**GOOD, "workers": "four", "profile_ids": '["123", "456"]', "stream_maps": "{}"}.items():
        monkeypatch.setenv(f"TAP_AMAZON_ADS_ENTITIES_{name.upper()}", str(value))
    with pytest.raises(ConfigValidationError) as caught:
        TapAmazonAdsEntities(parse_env_config=True)
    assert caught.value.errors == ["Setting 'workers' must be a whole number, not text."]
    monkeypatch.setenv("TAP_AMAZON_ADS_ENTITIES_WORKERS", "4")
    tap = TapAmazonAdsEntities(parse_env_config=True)
    assert (tap.settings.workers, tap.settings.profile_ids) == (4, ("123", "456"))
    assert tap.config["stream_maps"] == {}
    monkeypatch.setenv("TAP_AMAZON_ADS_ENTITIES_STREAM_MAPS", "{broken")
    monkeypatch.setenv("TAP_AMAZON_ADS_ENTITIES_FLATTENING_MAX_DEPTH", "deep")
    with pytest.raises(ConfigValidationError) as caught:
        TapAmazonAdsEntities(parse_env_config=True)
    assert caught.value.errors == [
        "Setting 'stream_maps' must be an object, not text.",
        "Setting 'flattening_max_depth' must be a whole number, not text.",
    ]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("profil_ids", "profile_ids"),
        ("profile-ids", "profile_ids"),
        ("Mode", "mode"),
        ("ad_product", "ad_products"),
        ("refresh_tokens", "refresh_token"),
        ("stream_map", "stream_maps"),
        ("flattening_enable", "flattening_enabled"),
        ("TAP_AMAZON_ADS_ENTITIES_MODE", "mode"),
        ("TAP_AMAZON_ADS_ENTITIES_MODES", "TAP_AMAZON_ADS_ENTITIES_MODE"),
    ],
)
def test_an_unknown_setting_is_named_with_the_one_that_was_meant(name: str, meant: str) -> None:
    TapAmazonAdsEntities(config=GOOD)  # the SDK has added its own settings
    assert problems({**GOOD, name: "hush"}) == [f"Setting '{name}' is not known; did you mean '{meant}'?"]


@pytest.mark.parametrize("value", ["x", 0, False, [], {"a": 1}])
def test_an_unknown_setting_is_refused_whatever_it_says(value: Any) -> None:
    found = problems({**GOOD, "on_conflict": value})
    assert found == ["Setting 'on_conflict' is not known; tap-amazon-ads-entities --about lists those there are."]


def test_a_misspelt_setting_is_not_also_reported_as_missing() -> None:
    config = {"cliend_id": "id", "client_secret": "hush", "refresh_token": "hush-hush"}
    assert problems(config) == ["Setting 'cliend_id' is not known; did you mean 'client_id'?"]


def test_the_name_of_an_unknown_setting_cannot_flood_or_forge_a_line() -> None:
    (sentence,) = problems({**GOOD, f"a\nERROR {'b' * 10_000}": "hush"})
    assert "\n" not in sentence
    assert len(sentence) < 200


@pytest.mark.parametrize("name", ["_catalog", "_select", "_metadata", "_load_schema", "__anything"])
def test_what_meltano_keeps_for_itself_is_no_mistake(name: str) -> None:
    assert problems({**GOOD, name: "x"}) == []


@pytest.mark.parametrize("value", [None, ""])
def test_an_unknown_setting_without_a_value_says_nothing(value: Any) -> None:
    assert problems({**GOOD, "profil_ids": value}) == []


def test_settings_of_the_sdk_are_known() -> None:
    config = {
        "stream_maps": {"entity_ads": {"name": "name"}},
        "stream_map_config": {"hash_seed": "x"},
        "faker_config": {"seed": 1},
        "flattening_enabled": False,
        "flattening_max_depth": 1,
        "flattening_separator": "__",
    }
    assert TapAmazonAdsEntities(config={**GOOD, **config}).config["stream_map_config"] == {"hash_seed": "x"}


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("PROFIL_IDS", "PROFILE_IDS"),
        ("REFRESH_TOKENS", "REFRESH_TOKEN"),
        ("Mode", "MODE"),
        ("STREAM_MAP", "STREAM_MAPS"),
    ],
)
def test_an_unknown_variable_is_refused_like_an_unknown_setting(
    variable: str, meant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(f"{ENV_PREFIX}{name.upper()}", value)
    monkeypatch.setenv(f"{ENV_PREFIX}{variable}", "hush")
    with pytest.raises(ConfigValidationError) as caught:
        TapAmazonAdsEntities(parse_env_config=True)
    assert caught.value.errors == [
        f"Setting '{ENV_PREFIX}{variable}' is not known; did you mean '{ENV_PREFIX}{meant}'?"
    ]
    # Only a run that reads its settings from the environment minds it.
    assert TapAmazonAdsEntities(config=dict(GOOD)).settings.mode == "auto"


@pytest.mark.parametrize(
    "variable",
    [
        "_CATALOG",
        "_LOAD_SCHEMA",
        "_SELECT",
        "_SELECT_FILTER",
        "_METADATA_ENTITY_ADS_NAME_SELECTED",
        "_USE_CACHED_CATALOG",
        "LOGLEVEL",
        "STREAM_MAPS_ENTITY_ADS___ALIAS__",
    ],
)
def test_what_meltano_and_the_sdk_put_into_the_environment_is_no_mistake(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(f"{ENV_PREFIX}{name.upper()}", value)
    monkeypatch.setenv(f"{ENV_PREFIX}{variable}", "INFO")
    monkeypatch.setenv(f"{ENV_PREFIX}PROFIL_IDS", "")
    assert TapAmazonAdsEntities(parse_env_config=True).settings.client_id == "id"


@pytest.mark.parametrize(
    ("change", "full", "incremental"),
    [
        ({}, False, False),
        ({"source": "unified"}, True, False),
        ({"source": "exports"}, False, False),
        ({"source": "unified", "confirm_reads": "false"}, False, False),
        ({"source": "unified", "confirm_reads": True}, True, True),
        ({"confirm_reads": True}, True, True),
    ],
)
def test_full_reads_without_a_total_are_confirmed_unless_told_otherwise(
    change: dict[str, Any], *, full: bool, incremental: bool
) -> None:
    settings = Settings.from_config({**GOOD, **change})
    assert (settings.confirms("full"), settings.confirms("incremental")) == (full, incremental)


def test_defaults() -> None:
    settings = Settings.from_config(GOOD)
    assert settings.regions == ("NA", "EU", "FE")
    assert settings.entities == {"campaigns", "ad_groups", "ads", "targets", "ad_extensions"}
    assert settings.mode == "auto"
    assert PROPERTIES["mode"]["default"] == "auto"
    assert settings.lookback.total_seconds() == 25 * 3600
    assert settings.initial_window.days == 30


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/{region}",
        "http://localhost:1/t",
        "HTTP://LOCALHOST/t",
        "http://[::1]:1/",
        "https://example.com/",
    ],
)
def test_loopback_may_be_plain_http(url: str) -> None:
    assert problems({**GOOD, "api_url": url, "token_url": url}) == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1.evil.com/", "must use https"),
        ("http://localhost.evil.com/", "must use https"),
        ("http://{region}.evil.com/", "must use https"),
        ("http://2130706433/", "must use https"),
        ("http://[::2]/", "must use https"),
        ("HTTP://EXAMPLE.COM/", "must use https"),
        ("http://localhost@evil.com/", "must not hold credentials"),
        ("http://localhost:80@evil.com/", "must not hold credentials"),
        ("http://@evil.com/", "must use https"),
        ("http://evil.com#@localhost/", "printable ASCII"),
        ("http://localhost\\@evil.com/", "printable ASCII"),
        ("http://evil.com\\.localhost/", "printable ASCII"),
        ("http://evil.com\t@localhost/", "printable ASCII"),
        ("http://local\nhost/", "printable ASCII"),
        (" http://localhost/", "printable ASCII"),
        ("https://example.com/?key=value", "printable ASCII"),
        ("http://ⓛocalhost/", "printable ASCII"),
        ("https://аmazon.com/", "printable ASCII"),
        ("http://localhost:port/", "is not a URL"),
        ("http://[::1/", "is not a URL"),
        ("//localhost/", "must be an http(s) URL"),
        ("file:///etc/passwd", "must be an http(s) URL"),
        ("javascript:alert(1)", "must be an http(s) URL"),
    ],
)
def test_secrets_travel_in_the_clear_to_nobody(url: str, words: str) -> None:
    for name in ("api_url", "token_url"):
        found = problems({**GOOD, name: url})
        assert len(found) == 1
        assert f"Setting '{name}'" in found[0]
        assert words in found[0]


def test_what_goes_into_a_header_is_one_line() -> None:
    assert "'user_agent' goes into a header" in problems({**GOOD, "user_agent": "a\r\nX-Other: b"})[0]


def test_secrets_are_marked_and_everything_is_described() -> None:
    assert {"client_secret", "refresh_token", "connections_url", "encryption_keys"} == SECRET_SETTINGS
    assert all(schema["description"] for schema in PROPERTIES.values())


def test_every_property_of_every_stream_is_described() -> None:
    tap = TapAmazonAdsEntities(config=GOOD)
    for stream in tap.streams.values():
        for name, schema in stream.schema["properties"].items():
            assert schema["description"], f"{stream.name}.{name}"
