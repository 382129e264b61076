"""A browser without a screen: opens the consent page, chooses a user, presses a button."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin

import urllib3

_HTTP = urllib3.PoolManager(retries=False, timeout=30)


class Form(HTMLParser):
    """The one form of a page: where it goes, its hidden fields, its choices and its buttons."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.users: list[str] = []
        self.buttons: dict[str, tuple[str, str]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = found["action"]
        elif tag == "input":
            self.fields[found["name"]] = found["value"]
        elif tag == "option":
            self.users.append(found["value"])
        elif tag == "button":
            self.buttons[found["id"]] = (found["name"], found["value"])


def press(url: str, *, user: str = "owner", button: str = "allow") -> str:
    """Open the page and press a button; where the browser is sent."""
    page = _HTTP.request("GET", url, redirect=False)
    if page.status == 303:
        return page.headers["Location"]
    assert page.status == 200, page.data
    form = Form(page.data.decode())
    assert user in form.users
    fields = dict([*form.fields.items(), form.buttons[button], ("user", user)])
    answer = _HTTP.request(
        "POST",
        urljoin(url, form.action),
        body=urlencode(fields),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        redirect=False,
    )
    assert answer.status == 303, answer.data
    return answer.headers["Location"]


def follow(url: str) -> tuple[int, str]:
    """Status and page of an address."""
    page = _HTTP.request("GET", url, redirect=False)
    return page.status, page.data.decode()
