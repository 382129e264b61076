"""The README tried line by line in a fresh clone: whatever it tells to run is run as it stands, or listed with why not.

The clone holds what is committed. Its made-up account stands for the reader's own from the chapter on connecting on.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
import yaml
from harness.consent import follow, press
from harness.person import Person
from pages import blocks, commands, languages, statements

from amazon_ads_sandbox.places import free_port
from amazon_ads_sandbox.postgres import ACCOUNT_DATABASE, EmbeddedPostgres
from amazon_ads_sandbox.tokens import CLIENT_ID, CLIENT_SECRET

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]

NOT_RUN = {
    "git clone <this repository> && cd <its folder>": "the clone is this test's own",
    "make test": "it runs for an hour, and CI runs it",
    "make status": "it serves until it is stopped; tests/test_status.py reads it",
    "make bench": "it measures for an hour on a machine of its own",
}
SQL_NOT_RUN = {
    "auth.users": "a table of Supabase's",
    "_spend": "views that take AMAZON_ADS_REPORTS; tests/test_reports.py asks them",
}
OUTSIDE = (
    "TAP_AMAZON_ADS_ENTITIES_",
    "TARGET_",
    "AMAZON_ADS_",
    "MELTANO",
    "PG",
    "VIRTUAL_ENV",
    "PYTHON",
    "MODE",
    "MAKE",
    "MFLAGS",
)


@dataclass
class Reader:
    """Somebody who does what the README says, in one folder.

    Args:
        folder: the clone.
        ports: that keep it apart from other copies on this machine.
    """

    folder: Path
    ports: dict[str, str]
    done: set[str] = field(default_factory=set)

    def environment(self, **more: str) -> dict[str, str]:
        """A shell that knows nothing of this project."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith(OUTSIDE)}
        return {**plain, **self.ports, "NO_COLOR": "1", **more}

    def runs(self, line: str, typed: str = "", **more: str) -> str:
        """A line, as it stands; it must succeed."""
        activate = "if [ -f .venv/bin/activate ]; then source .venv/bin/activate; fi"
        done = subprocess.run(
            ["bash", "-c", f"{activate}\n{line}"],  # noqa: S607 - the first on the PATH
            cwd=self.folder,
            env=self.environment(**more),
            input=typed,
            capture_output=True,
            text=True,
            timeout=1500,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def does(self, line: str) -> None:
        """A line of the page, once for each account."""
        if line not in NOT_RUN and line not in self.done:
            self.done.add(line)
            FOLLOWED.get(line, Reader.runs)(self, line)

    def fills_in(self, line: str) -> None:
        """Step 2 of connecting, with the account as the page names it for trying."""
        self.runs("make up")
        self.runs(line)
        url = f"http://127.0.0.1:{self.ports['AMAZON_ADS_SANDBOX_PORT']}"
        shown = " ".join(README.read_text().split())
        for part in (CLIENT_ID, CLIENT_SECRET, "API_URL=http://127.0.0.1:8790/{region}", "8790/auth/o2/token"):
            assert part in shown
        self.sets(CLIENT_ID=CLIENT_ID, CLIENT_SECRET=CLIENT_SECRET)
        self.sets(API_URL=f"{url}/{{region}}", TOKEN_URL=f"{url}/auth/o2/token")
        self.done.clear()

    def sets(self, **settings: str) -> None:
        """Lines of .env."""
        path = self.folder / ".env"
        for name, value in settings.items():
            line = f"TAP_AMAZON_ADS_ENTITIES_{name}={value}"
            text = re.sub(rf"^TAP_AMAZON_ADS_ENTITIES_{name}=.*\n", "", path.read_text(), flags=re.MULTILINE)
            path.write_text(f"{text.rstrip()}\n{line}\n")
        assert path.stat().st_mode & 0o777 == 0o600

    def makes_a_key(self, line: str) -> None:
        """The output of the line goes into .env."""
        self.sets(ENCRYPTION_KEYS=self.runs(line).strip())

    def connects(self, line: str) -> None:
        """At a terminal and in a browser."""
        name = "loopback" if line == "make connect" else "pasted"
        with Person(["bash", "-c", line], self.environment(), self.folder) as person:
            person.waits_for("Name of the connection: ")
            person.types(name)
            person.waits_for(r"Regions to look in.*: ")
            person.types("")
            answer = press(person.waits_for(r"http://127\.0\.0\.1:\d+/ap/oa\?\S+"))
            if name == "loopback":
                assert follow(answer)[0] == 200
            else:
                person.waits_for("Paste the address")
                person.types(answer)
            person.waits_for("Profiles to read")
            person.types("")
            person.waits_for(f"{name} is connected")
            assert person.sees_the_end() == 0, person.shown

    def rotates(self, line: str) -> None:
        """Putting a new key before the old one."""
        old = re.findall(r"ENCRYPTION_KEYS=(.+)", (self.folder / ".env").read_text())[-1]
        self.sets(ENCRYPTION_KEYS=f"{self.runs('make connect ARGS=new-key').strip()},{old}")
        self.runs(line)

    def names_a_profile(self, line: str) -> None:
        """One that is there."""
        with self.database() as connection:
            found = connection.execute("select min(profile_id) from amazon_ads.entity_ads").fetchone()
        assert found is not None
        self.runs(line.replace("123", str(found[0])))

    def database(self) -> psycopg.Connection[tuple[object, ...]]:
        """Of the account, as its owner."""
        port = int(self.ports["AMAZON_ADS_SANDBOX_PG_PORT"])
        server = EmbeddedPostgres(self.folder / ".sandbox", port, ACCOUNT_DATABASE).start()
        return psycopg.connect(server.dsn)


FOLLOWED: dict[str, Callable[[Reader, str], object]] = {
    "cp .env.example .env && chmod 600 .env": Reader.fills_in,
    "make connect ARGS=new-key": Reader.makes_a_key,
    "make connect": Reader.connects,
    'make connect ARGS="add --redirect-uri=https://amazon.com"': Reader.connects,
    'make connect ARGS="remove NAME"': lambda reader, line: reader.runs(line.replace("NAME", "pasted"), "y\n"),
    "make connect ARGS=rotate": Reader.rotates,
    'make status ARGS="--html FILE"': lambda reader, line: reader.runs(line.replace("FILE", "page.html")),
    "TAP_AMAZON_ADS_ENTITIES_PROFILE_IDS='[\"123\"]' make sync": Reader.names_a_profile,
    "make alert-test": lambda reader, line: reader.runs(line, AMAZON_ADS_ALERT_COMMAND="cat > told.txt"),
}
"""Where the reader has to put something of their own, or the page tells to do more than the line."""

_STOPS = "make down"
"""Comes last: the made-up account forgets who has agreed to what when it is stopped."""


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder = tmp_path_factory.mktemp("readme") / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)  # noqa: S607
    ports = {name: str(free_port()) for name in ("AMAZON_ADS_SANDBOX_PORT", "AMAZON_ADS_SANDBOX_PG_PORT")}
    made = Reader(folder, ports)
    yield made
    made.runs("make down")
    shutil.rmtree(folder)


def test_every_command_of_the_readme_does_what_it_says(reader: Reader) -> None:
    told = list(commands(README))
    unknown = (set(NOT_RUN) | set(FOLLOWED)).difference(told)
    assert not unknown, "what is listed here is in the README"
    for line in told:
        if line != _STOPS:
            reader.does(line)
    reader.does(_STOPS)
    reader.runs("make up")
    assert (reader.folder / "page.html").read_text().startswith("<!")
    assert (reader.folder / "told.txt").read_text()
    with reader.database() as connection:
        assert connection.execute("select count(*) > 0 from amazon_ads.entity_targets").fetchone() == (True,)
        assert connection.execute("select label from private.amazon_ads_connections").fetchall() == [("loopback",)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_of_sql_is_answered(reader: Reader, page: Path) -> None:
    for block in statements(page):
        if any(table in block for table in SQL_NOT_RUN):
            continue
        with reader.database() as connection:
            connection.execute("create role dashboard")  # whom a page takes for granted
            connection.execute(block)  # type: ignore[call-overload]
            connection.rollback()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_other_blocks_are_what_they_say(page: Path) -> None:
    assert languages(page) <= {"sh", "sql", "json", "yaml", "mermaid"}, (
        "a block of another kind is neither tried nor listed"
    )
    for block in blocks(page, "json"):
        json.loads(block)
    for block in blocks(page, "yaml"):
        yaml.safe_load(block)
