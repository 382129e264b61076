"""Account and database: which .env names which, in every environment of Meltano."""

from __future__ import annotations

from pathlib import Path

import pytest

from amazon_ads_sandbox.tokens import CLIENT_ID
from entities_runner.account import CREDENTIALS, UsageError, choose, settings
from entities_runner.checks import schema_of
from entities_runner.run import Run

ALL = dict.fromkeys(CREDENTIALS, "mine")
OWN = {"TARGET_POSTGRES_HOST": "db", "TARGET_POSTGRES_USER": "me", "TARGET_POSTGRES_DATABASE": "ads"}


@pytest.mark.parametrize(
    ("variables", "environment", "account", "embedded"),
    [
        ({}, "auto", "sandbox", True),
        (ALL, "auto", "prod", True),
        ({**ALL, **OWN}, "auto", "prod", False),
        ({**ALL, **OWN}, "prod", "prod", False),
        ({**ALL, **OWN}, "sandbox", "sandbox", True),
        (OWN, "sandbox", "sandbox", True),
    ],
)
def test_which_account_goes_into_which_database(
    variables: dict[str, str], environment: str, account: str, *, embedded: bool
) -> None:
    choice = choose(variables, environment)
    assert (choice.environment, choice.embedded_database) == (account, embedded)


@pytest.mark.parametrize(
    ("variables", "environment", "says"),
    [
        (OWN, "auto", "the made-up account's rows never go into a database of yours"),
        ({}, "prod", "The environment prod reads your account"),
        ({"TARGET_POSTGRES_HOST": "db"}, "auto", "TARGET_POSTGRES_USER and TARGET_POSTGRES_DATABASE is missing"),
        ({**OWN, "TARGET_POSTGRES_PORT": "many"}, "auto", "TARGET_POSTGRES_PORT is 'many', which is not a port"),
        ({**OWN, "TARGET_POSTGRES_PORT": "65536"}, "auto", "which is not a port"),
        ({"AMAZON_ADS_LOADER": "fast"}, "auto", "AMAZON_ADS_LOADER is 'fast', which is none of copy, stock"),
        *(
            ({"AMAZON_ADS_REPORTS": value}, "auto", "which is none of airbyte:SCHEMA, fivetran:SCHEMA, posthog:SCHEMA")
            for value in ("airbyte", "airbyte:", "stitch:raw")
        ),
        *(
            ({**OWN, "TARGET_POSTGRES_HOST": host}, "auto", "is not the name or the address of a server .its value is")
            for host in ("postgresql://me:hush@db/ads", "db:5432", "local host", "me@db", "host=db", '"db"')
        ),
        ({"AMAZON_ADS_ALERT_COMMAND": " "}, "auto", "AMAZON_ADS_ALERT_COMMAND is blank"),
        ({"AMAZON_ADS_OWNER_PASSWORD": "hush"}, "auto", "AMAZON_ADS_OWNER_PASSWORD is set, but AMAZON_ADS_OWNER_USER"),
        ({"AMAZON_ADS_STATUS_PASSWORD": "hush"}, "auto", "but AMAZON_ADS_STATUS_USER is not"),
        ({"PGSSLMODE": "Require"}, "auto", "PGSSLMODE is 'Require', which is none of disable, allow"),
        ({"AMAZON_ADS_SANDBOX_PORT": "abc"}, "auto", "AMAZON_ADS_SANDBOX_PORT is 'abc', which is not a port number"),
        ({"AMAZON_ADS_SANDBOX_PG_PORT": "9" * 5000}, "auto", "which is not a port number"),
        ({"TARGET_POSTGRES_SSL_MODE": "on"}, "auto", "SSL_MODE is 'on', which is none of disable, .*, verify-full"),
        ({"TARGET_POSTGRES_BATCH_SIZE_ROWS": "1e4"}, "auto", "TARGET_POSTGRES_BATCH_SIZE_ROWS is '1e4'"),
        (
            {**OWN, "TARGET_POSTGRES_SSL_ENABLE": "ture"},
            "auto",
            "_SSL_ENABLE is 'ture', which is neither",
        ),
        (
            {"TARGET_POSTGRES_DATABASE": "ads"},
            "auto",
            "TARGET_POSTGRES_DATABASE is set, but TARGET_POSTGRES_HOST is not",
        ),
        ({**ALL, "TARGET_POSTGRES_USER": "me"}, "prod", "TARGET_POSTGRES_USER is set, but TARGET_POSTGRES_HOST is not"),
        ({"AMAZON_ADS_LOCK_TIMEOUT": "1000000"}, "auto", "not a whole number from 1 to 999999"),
        ({"AMAZON_ADS_LOG_RETENTION_DAYS": "-1"}, "auto", "AMAZON_ADS_LOG_RETENTION_DAYS is '-1'"),
        ({"TARGET_POSTGRES_SQLALCHEMY_URL": "x"}, "auto", "TARGET_POSTGRES_SQLALCHEMY_URL is read by the loader alone"),
        *(({"AMAZON_ADS_SCHEMA": name}, "auto", "cannot be used") for name in ("Ads", "pg_ads", "public", "a b", "ä")),
    ],
)
def test_what_cannot_be_right_is_a_sentence(variables: dict[str, str], environment: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        choose(variables, environment)


@pytest.mark.parametrize(
    "host", ["db", "db-1.example.com", "10.0.0.1", "::1", "dätenbank.example", "/var/run/postgresql"]
)
def test_a_server_may_be_named_in_any_way_that_has_one(host: str) -> None:
    assert not choose({**ALL, **OWN, "TARGET_POSTGRES_HOST": host}).embedded_database


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("TARGET_POSTGRES_HSOT", "TARGET_POSTGRES_HOST"),
        ("TARGET_POSTGRES_DATABSE", "TARGET_POSTGRES_DATABASE"),
        ("TARGET_POSTGRES_DBNAME", None),
        ("TARGET_POSTGRES_SSL_STORAGE_DIRECTORY", None),
        ("TARGET_POSTGRES_USE_COPY", None),
        ("AMAZON_ADS_SCHEMAA", "AMAZON_ADS_SCHEMA"),
        ("AMAZON_ADS_SANDBOX_PORT", None),
        ("AMAZON_ADS_PASSWORD", None),
    ],
)
def test_a_misspelt_name_in_env_is_not_ignored(tmp_path: Path, name: str, meant: str | None) -> None:
    (tmp_path / ".env").write_text(f"{name}=x\n")
    if meant is None:
        assert settings(tmp_path, {}) == {name: "x"}
        return
    with pytest.raises(UsageError, match=f"sets {name}, which is no setting: is it {meant}\\?"):
        settings(tmp_path, {})


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"# mine\n\nTARGET_POSTGRES_PASSWORD='hush\n", "Line 3 of .env cannot be read: write NAME=value, and close"),
        (b"A=1\nTARGET_POSTGRES_HOST: hush\n", "Line 2 of .env cannot be read"),
        (b"A=1\r\n\r\nTARGET_POSTGRES_HOST\r\n", "Line 3 of .env names TARGET_POSTGRES_HOST without a value"),
        (b"TARGET_POSTGRES_HOST=a\nTARGET_POSTGRES_HOST=hush\n", "sets TARGET_POSTGRES_HOST twice.* in line 2: keep"),
        ("A='hush'".encode("utf-16"), ".env is not text in UTF-8"),
        ("AMAZON_ADS_ANALYST_ROLE=hüsh".encode("latin-1"), ".env is not text in UTF-8"),
        (b"AMAZON_ADS_ANALYST_ROLE=a\0b\n", ".env holds a character with the number 0"),
    ],
)
def test_what_env_would_leave_out_without_a_word_is_refused_without_its_value(
    tmp_path: Path, content: bytes, says: str
) -> None:
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(UsageError, match=says) as caught:
        settings(tmp_path, {})
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"\xef\xbb\xbfAMAZON_ADS_X=a b # c\r\n", "a b"),
        (b"AMAZON_ADS_X='a #b$c'\nAMAZON_ADS_X='a #b$c'\n", "a #b$c"),
        ("AMAZON_ADS_X = 'ü'\nB\nAMAZON_ADS_Y=\n".encode(), "ü"),
    ],
)
def test_what_an_editor_makes_of_env_is_read_as_it_is_meant(tmp_path: Path, content: bytes, value: str) -> None:
    (tmp_path / ".env").write_bytes(content)
    assert settings(tmp_path, {}) == {"AMAZON_ADS_X": value}


def test_the_schema_is_a_setting() -> None:
    assert schema_of({}) == "amazon_ads"
    assert schema_of({"AMAZON_ADS_SCHEMA": "ads_eu"}) == "ads_eu"


def test_all_parts_of_a_run_agree_on_its_id_and_its_session(tmp_path: Path) -> None:
    first, second = (Run.of(tmp_path, {}) for _ in range(2))
    assert first.run_id == second.run_id
    assert first.session.endswith(first.run_id)
    assert len(first.session) < 64, "Postgres cuts longer names"
    assert Run.of(tmp_path, {"MELTANO_RUN_ID": "chosen"}).run_id == "chosen"


def test_nothing_of_a_real_account_reaches_the_made_up_one(tmp_path: Path) -> None:
    variables = {**ALL, **OWN, "TAP_AMAZON_ADS_ENTITIES_ENCRYPTION_KEYS": "key", "MELTANO_ENVIRONMENT": "sandbox"}
    variables["TAP_AMAZON_ADS_ENTITIES_REFRESH_TOKEN"] = ""
    environment = Run.of(tmp_path, variables).environment({"TARGET_POSTGRES_HOST": "127.0.0.1"})
    assert environment["TAP_AMAZON_ADS_ENTITIES_CLIENT_ID"] == CLIENT_ID
    assert environment["TAP_AMAZON_ADS_ENTITIES_ENCRYPTION_KEYS"] == ""
    assert environment["TARGET_POSTGRES_HOST"] == "127.0.0.1"


def test_a_user_without_a_home_gets_one_in_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run.of(tmp_path, {})
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    assert run.environment({})["HOME"] == str(tmp_path / ".tools" / "home")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "HOME" not in run.environment({})
