"""A client that nobody here wrote reads every list that it knows of those the sandbox serves."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from ad_api.base import Client

from amazon_ads_sandbox.endpoints import ENDPOINTS
from amazon_ads_sandbox.process import SandboxProcess
from amazon_ads_sandbox.tokens import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN

PACKAGES = ("ad_api.api", "ad_api.api.sp", "ad_api.api.sb", "ad_api.api.sd")


def operations() -> Iterator[tuple[str, str, type[Client], str]]:
    """Method, path, class and name of everything the client can ask for, as its decorators say it."""
    for package in PACKAGES:
        for module in pkgutil.iter_modules(import_module(package).__path__, f"{package}."):
            for _, kind in inspect.getmembers(import_module(module.name), inspect.isclass):
                if issubclass(kind, Client) and kind.__module__ == module.name:
                    for name, function in inspect.getmembers(kind, inspect.isfunction):
                        said = inspect.getclosurevars(function).nonlocals
                        if "path" in said:
                            yield said["method"], said["path"].lstrip("/"), kind, name


LISTS = {
    path: (kind, name)
    for method, path, kind, name in operations()
    if path == "v2/profiles" or (path in ENDPOINTS and ENDPOINTS[path].method == method)
    if name.startswith(("list", "get"))
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(profiles=1, campaigns=20) as server:
        yield server


@pytest.fixture
def client(sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> Callable[[type[Client]], Client]:
    tokens = "ad_api.auth.access_token_client.AccessTokenClient"
    monkeypatch.setattr(f"{tokens}.scheme", "http://")
    monkeypatch.setattr(f"{tokens}.host", sandbox.url.removeprefix("http://"))
    marketplace: Any = SimpleNamespace(endpoint=f"{sandbox.url}/na")
    credentials = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "refresh_token": REFRESH_TOKEN,
        "profile_id": sandbox.control.health()["profiles"][0],
    }
    return lambda kind: kind(marketplace=marketplace, credentials=credentials)


def test_it_knows_every_list_of_the_ad_products() -> None:
    assert {path for path in ENDPOINTS if path.endswith("/list") or path.startswith(("sb/", "sd/"))} <= LISTS.keys()
    assert "v2/profiles" in LISTS


@pytest.mark.parametrize("path", LISTS)
def test_it_reads_the_list(client: Callable[[type[Client]], Client], sandbox: SandboxProcess, path: str) -> None:
    kind, name = LISTS[path]
    method = getattr(client(kind), name)
    endpoint = ENDPOINTS.get(path)
    answer = method(body={}) if endpoint is not None and endpoint.method == "POST" else method()
    rows = answer.payload if endpoint is None or endpoint.envelope is None else answer.payload[endpoint.envelope]
    assert sandbox.control.requests()[-1]["endpoint"] == path
    assert rows
