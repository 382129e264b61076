"""What is wrong with the settings of database and project, found before anything is done."""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

SCHEMA = "AMAZON_ADS_SCHEMA"
TARGET = "TARGET_POSTGRES_"

ALERT_WEBHOOK = "AMAZON_ADS_ALERT_WEBHOOK"
ALERT_COMMAND = "AMAZON_ADS_ALERT_COMMAND"

LOADER = "AMAZON_ADS_LOADER"
REPORTS = "AMAZON_ADS_REPORTS"
_REPORTERS = ("airbyte", "fivetran", "posthog")
_TLS = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_CHOICES = {LOADER: ("copy", "stock"), f"{TARGET}SSL_MODE": _TLS, "PGSSLMODE": _TLS}
_PORTS = (f"{TARGET}PORT", "AMAZON_ADS_SANDBOX_PORT", "AMAZON_ADS_SANDBOX_PG_PORT")
_SERVER = re.compile(r"[^\s:/@?#='\"]+|/[^\s@?#='\"]*")

_WHOLE = re.compile("[1-9][0-9]{0,5}")
_USABLE_SCHEMA = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,49}")
_RESERVED_SCHEMAS = frozenset({"public", "private", "information_schema"})
_WHOLE_NUMBERS = (
    "AMAZON_ADS_LOCK_TIMEOUT",
    "AMAZON_ADS_STATEMENT_TIMEOUT",
    "AMAZON_ADS_LOG_RETENTION_DAYS",
    "AMAZON_ADS_HISTORY_RETENTION_DAYS",
    f"{TARGET}BATCH_SIZE_ROWS",
)
_SWITCHES = ("AMAZON_ADS_FIRST_LOAD_CREATED", f"{TARGET}SSL_ENABLE", f"{TARGET}SSL_CLIENT_CERTIFICATE_ENABLE")
_ADDRESS = (f"{TARGET}USER", f"{TARGET}DATABASE")
_SPELT = {
    TARGET: (
        "HOST",
        "PORT",
        "USER",
        "PASSWORD",
        "DATABASE",
        "SSL_ENABLE",
        "SSL_MODE",
        "SSL_CERTIFICATE_AUTHORITY",
        "BATCH_SIZE_ROWS",
    ),
    "AMAZON_ADS_": (
        "SCHEMA",
        "ANALYST_ROLE",
        "IDENTITY",
        "LOADER_ROLE",
        "OWNER_USER",
        "OWNER_PASSWORD",
        "LOG_RETENTION_DAYS",
        "HISTORY_RETENTION_DAYS",
        "FIRST_LOAD_CREATED",
        "LOCK_TIMEOUT",
        "STATEMENT_TIMEOUT",
        "LOADER",
        "ALERT_WEBHOOK",
        "ALERT_COMMAND",
        "REPORTS",
        "STATUS_USER",
        "STATUS_PASSWORD",
    ),
}
_ALIKE = {TARGET: 0.7, "AMAZON_ADS_": 0.85}
_LAST_PORT, _DIGITS = 65_535, 5


def schema_of(variables: Mapping[str, str]) -> str:
    """The schema the tables are in."""
    return variables.get(SCHEMA) or "amazon_ads"


def reports_schema(variables: Mapping[str, str]) -> str:
    """The schema of the reports that somebody else loads; empty where none is named."""
    return (variables.get(REPORTS) or "").partition(":")[2]


def tls(variables: Mapping[str, str]) -> dict[str, str]:
    """How libpq is told of the TLS that the loader's settings ask for, unless its own variables say something."""
    found = {name: value for name in ("PGSSLMODE", "PGSSLROOTCERT") if (value := variables.get(name))}
    if (variables.get(f"{TARGET}SSL_ENABLE") or "").lower() != "true":
        return found
    asked = {
        "PGSSLMODE": variables.get(f"{TARGET}SSL_MODE") or "verify-full",
        "PGSSLROOTCERT": variables.get(f"{TARGET}SSL_CERTIFICATE_AUTHORITY") or "",
    }
    return {**{name: value for name, value in asked.items() if value}, **found}


def problems(variables: Mapping[str, str]) -> Iterator[str]:
    """Every problem of the settings in force, in words."""
    schema = schema_of(variables)
    if schema in _RESERVED_SCHEMAS or not _USABLE_SCHEMA.fullmatch(schema):
        yield (
            f"{SCHEMA} is {schema!r}, which cannot be used: it takes a lower-case letter or _, then up to 49 lower-"
            "case letters, digits and _, and is neither public, private nor reserved."
        )
    if variables.get(f"{TARGET}SQLALCHEMY_URL"):
        yield (
            f"{TARGET}SQLALCHEMY_URL is read by the loader alone: name the database with {TARGET}HOST, "
            "_PORT, _USER, _PASSWORD and _DATABASE instead."
        )
    if (host := variables.get(f"{TARGET}HOST")) and not (_SERVER.fullmatch(host) or _is_address(host)):
        # An address of a database has a password in it.
        yield (
            f"{TARGET}HOST is not the name or the address of a server (its value is not shown): name the server alone, "
            f"and the rest in {TARGET}PORT, _USER, _PASSWORD and _DATABASE."
        )
    if variables.get(f"{TARGET}HOST") and (lacking := [name for name in _ADDRESS if not variables.get(name)]):
        yield f"{TARGET}HOST names a Postgres, but {' and '.join(lacking)} is missing: set it in .env."
    yield from _wrong_values(variables)
    yield from alert_problems(variables)
    for role in ("AMAZON_ADS_OWNER_", "AMAZON_ADS_STATUS_"):
        if variables.get(f"{role}PASSWORD") and not variables.get(f"{role}USER"):
            yield f"{role}PASSWORD is set, but {role}USER is not: name the role it is for, or remove it."
    reports = variables.get(REPORTS) or f"{_REPORTERS[0]}:schema"
    if reports.partition(":")[0] not in _REPORTERS or not reports_schema({REPORTS: reports}):
        forms = ", ".join(f"{name}:SCHEMA" for name in _REPORTERS)
        yield f"{REPORTS} is {reports!r}, which is none of {forms}."
    for name in _PORTS:
        port = variables.get(name) or "1"
        if not (port.isascii() and port.isdigit() and len(port) <= _DIGITS and 0 < int(port) <= _LAST_PORT):
            yield f"{name} is {port!r}, which is not a port number."


def _wrong_values(variables: Mapping[str, str]) -> Iterator[str]:
    """Numbers, switches, and settings that are one of a few words."""
    for name in _WHOLE_NUMBERS:
        value = variables.get(name) or "1"
        if not _WHOLE.fullmatch(value):
            yield f"{name} is {value!r}, which is not a whole number from 1 to 999999."
    for name in _SWITCHES:
        value = variables.get(name) or "false"
        if value.lower() not in {"true", "false"}:
            yield f"{name} is {value!r}, which is neither true nor false."
    for name, choices in _CHOICES.items():
        value = variables.get(name) or choices[0]
        if value not in choices:
            yield f"{name} is {value!r}, which is none of {', '.join(choices)}."


def alert_problems(variables: Mapping[str, str]) -> list[str]:
    """What is wrong with those who are to be told."""
    command = variables.get(ALERT_COMMAND)
    blank = [f"{ALERT_COMMAND} is blank: name a command, or remove it."] if command and not command.strip() else []
    return [*webhook_problem(variables), *blank]


def webhook_problem(variables: Mapping[str, str]) -> list[str]:
    """What is wrong with the address of the webhook, which is a secret and therefore not repeated."""
    value = variables.get(ALERT_WEBHOOK) or ""
    try:
        url = urlsplit(value)
        fine = (
            url.port != 0
            and bool(url.hostname)
            and (url.scheme == "https" or (url.scheme == "http" and _here(url.hostname or "")))
        )
    except ValueError:
        fine = False
    if not value or (fine and value.isascii() and value.isprintable() and " " not in value):
        return []
    return [
        f"{ALERT_WEBHOOK} is neither an https address nor an http address of this machine (its value is not shown)."
    ]


def _here(host: str) -> bool:
    """Whether it is a loopback address."""
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def hostless(variables: Mapping[str, str]) -> str | None:
    """A database that is named without the server it is on: its rows would go elsewhere."""
    named = [name for name in _ADDRESS if variables.get(name)]
    if variables.get(f"{TARGET}HOST") or not named:
        return None
    return (
        f"{' and '.join(named)} {'is' if len(named) == 1 else 'are'} set, but {TARGET}HOST is not: name the server of "
        f"your Postgres, or remove {'it' if len(named) == 1 else 'them'} to use the embedded one."
    )


def misspelt(names: Iterable[str]) -> Iterator[str]:
    """Names in .env that nothing reads and that look like one of ours."""
    for name in names:
        for prefix, known in _SPELT.items():
            rest = name.removeprefix(prefix)
            if rest == name or rest in known:
                continue
            if alike := difflib.get_close_matches(rest, known, n=1, cutoff=_ALIKE[prefix]):
                yield f".env sets {name}, which is no setting: is it {prefix}{alike[0]}?"
