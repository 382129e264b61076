"""The commands of the README, as people schedule them: the account and the database that .env names, or a sentence."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from harness.consent import follow, press
from harness.installation import EVERYTHING, Installation
from harness.person import Person
from harness.pipeline import BIN, TAP
from harness.warehouse import remembered

from amazon_ads_sandbox.places import free_port
from amazon_ads_sandbox.postgres import EmbeddedPostgres
from amazon_ads_sandbox.process import SandboxProcess
from amazon_ads_sandbox.tokens import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN

BARE = ("meltano", "run", "tap-amazon-ads-entities", "target-postgres")
ADS = 80
UNSETTLED = "select count(*) from amazon_ads.sync_log where settled_at is null"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    """The real account of these tests: not the project's made-up one."""
    with SandboxProcess(profiles=2, campaigns=20, portfolios=2, ad_groups=1, keywords=2, targets=1) as server:
        yield server


@pytest.fixture(scope="module")
def account(sandbox: SandboxProcess) -> dict[str, str]:
    return {
        f"{TAP}CLIENT_ID": CLIENT_ID,
        f"{TAP}CLIENT_SECRET": CLIENT_SECRET,
        f"{TAP}REFRESH_TOKEN": REFRESH_TOKEN,
        f"{TAP}API_URL": f"{sandbox.url}/{{region}}",
        f"{TAP}TOKEN_URL": f"{sandbox.url}/auth/o2/token",
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("plain") / "my projects, übung")
    yield made
    made.stop()


class Databases:
    """Databases of one's own, by name."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server

    def create(self, name: str, template: str = "template1") -> dict[str, str]:
        """A new one, empty or the copy of another; what .env says of it."""
        with psycopg.connect(self._server.dsn, autocommit=True) as connection:
            connection.execute(f"drop database if exists {name}")  # type: ignore[call-overload]
            connection.execute(f"create database {name} template {template}")  # type: ignore[call-overload]
        return self.of(name)

    def prepared(self, name: str) -> dict[str, str]:
        """A new one with empty tables; what .env says of it."""
        return self.create(name, remembered(self._server))

    def of(self, name: str) -> dict[str, str]:
        """What .env says of one."""
        return {**self._server.environment(), "TARGET_POSTGRES_DATABASE": name}

    def session(self, name: str, **options: str) -> psycopg.Connection[tuple[object, ...]]:
        """Somebody else's session, with a transaction."""
        return psycopg.connect(self._server.dsn, dbname=name, **options)  # type: ignore[arg-type]

    def do(self, name: str, statement: str) -> None:
        """Change one."""
        with psycopg.connect(self._server.dsn, dbname=name, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def ask(self, name: str, statement: str) -> object:
        """One value."""
        with psycopg.connect(self._server.dsn, dbname=name) as connection:
            row = connection.execute(statement).fetchone()  # type: ignore[call-overload]
            assert row is not None
            return row[0]


@pytest.fixture(scope="module")
def databases(postgres: EmbeddedPostgres) -> Databases:
    return Databases(postgres)


def test_bookmarks_belong_to_the_database_they_were_written_for(
    project: Installation, account: dict[str, str], databases: Databases
) -> None:
    ads = "select count(*) from amazon_ads.entity_ads"
    modes = "select string_agg(distinct mode, ',') from amazon_ads.sync_log where entity_type = 'ads'"
    for name, what in (("one", "full"), ("one", "full,incremental"), ("two", "full")):
        project.env({**account, **(databases.prepared(name) if what == "full" else databases.of(name))})
        result = project.run(*BARE)
        assert result.code == 0, result.output
        assert databases.ask(name, ads) == ADS
        assert databases.ask(name, modes) == what
    assert result.lines("its bookmark was not written for what this database holds")
    assert databases.ask("two", UNSETTLED) == 0, "a verdict rests on what is stored when the loader ends"


def test_rows_that_are_lost_change_no_verdict_are_said_and_come_back(
    project: Installation, account: dict[str, str], databases: Databases
) -> None:
    project.env({**account, **databases.prepared("losing")})
    assert project.run(*BARE).code == 0
    databases.do("losing", "update amazon_ads.entity_ads set state = 'as in the backup'")
    databases.create("backup", template="losing")
    held = "select count(*) from amazon_ads.entity_{}"
    rows = {entity: databases.ask("losing", held.format(entity)) for entity in ("campaigns", "ads", "targets")}
    databases.do("losing", "truncate amazon_ads.entity_ads")
    databases.do("losing", "drop table amazon_ads.entity_campaigns cascade")
    databases.do(
        "losing",
        "delete from amazon_ads.entity_targets where target_id in"
        " (select min(target_id) from amazon_ads.entity_targets group by profile_id)",
    )
    refused = project.run(*BARE, **{f"{TAP}READ_TIMEOUT": "soon"})
    assert refused.code == 1
    assert refused.lines("Setting 'read_timeout' must be a number, not text"), refused.output
    assert "ValueError" not in refused.output
    verdicts = "select string_agg(distinct settled_status, ',') from amazon_ads.sync_log"
    assert databases.ask("losing", verdicts) == "success"
    state = "select string_agg(distinct entity_type, ',') from amazon_ads.sync_slices where {}"
    lost = (
        "last_success_at is null and last_error like 'lost rows: entity_' || entity_type || ' holds % of the % rows%'"
    )
    assert databases.ask("losing", state.format(lost)) == "ads,campaigns,targets"
    assert databases.ask("losing", state.format("last_success_at is null")) == "ads,campaigns,targets"
    made_good = project.run(*BARE)
    assert made_good.code == 0, made_good.output
    assert {entity: databases.ask("losing", held.format(entity)) for entity in rows} == rows
    assert databases.ask("losing", state.format("last_success_at is null or consecutive_errors > 0")) is None
    assert made_good.lines("6 slices are read in full, 4 incrementally"), made_good.output
    databases.create("losing", template="backup")
    restored = project.run(*BARE)
    assert restored.code == 0, restored.output
    assert restored.lines("its bookmark was not written for what this database holds"), restored.output
    assert databases.ask("losing", "select count(*) from amazon_ads.entity_ads where state = 'as in the backup'") == 0


def test_a_schedule_reads_the_account_of_env_into_the_database_of_make_sync(
    project: Installation, account: dict[str, str]
) -> None:
    project.env(account)
    result = project.run("meltano", "schedule", "run", "entities-full")
    assert result.code == 0, result.output
    assert len(result.lines("Running with dbt")) == 1, "what prepares compiles the checks, too"
    assert result.lines(r"(\d\d) of \1 checks found nothing")
    assert project.counts("amazon_ads")["ads"] == ADS
    assert project.query("select 1 from pg_namespace where nspname = 'amazon_ads'", "sandbox") == []
    again = project.sync()
    assert again.code == 0, again.output
    assert again.lines(r"10 slices are read in full|0 slices are read in full, 10 incrementally"), again.output
    assert again.lines(r"\(10 incremental\)"), "what Meltano itself has read is not read in full again"
    log = max((project.folder / ".sandbox" / "logs").glob("2*.log")).read_text()
    assert "nothing to prepare" in log, "nor is anything prepared anew because it was started another way"


def test_the_made_up_account_stays_in_its_own_database(
    project: Installation, account: dict[str, str], databases: Databases
) -> None:
    own = databases.create("untouched")
    schemas = "select count(*) from pg_namespace where nspname like 'amazon_ads%'"
    project.env(own)
    for command in (("entities-sync",), ("meltano", "run", "sync"), BARE):
        result = project.run(*command)
        assert result.code == 1
        assert result.lines("TARGET_POSTGRES_HOST names a Postgres, but no credentials are configured"), result.output
        assert "Traceback" not in result.output
        assert databases.ask("untouched", schemas) == 0
    project.env({**account, **own})
    result = project.run("meltano", "--environment=sandbox", "run", "tap-amazon-ads-entities", "target-postgres")
    assert result.code == 0, result.output
    assert project.counts() == EVERYTHING
    assert databases.ask("untouched", schemas) == 0


def test_a_database_that_refuses_is_a_sentence_where_people_look_and_the_next_run_heals(
    project: Installation, account: dict[str, str], databases: Databases
) -> None:
    project.env({**account, **databases.prepared("refusing"), "AMAZON_ADS_LOCK_TIMEOUT": "2"})
    assert project.run(*BARE).code == 0
    again = {f"{TAP}MODE": "full"}
    ads = "amazon_ads.entity_ads"

    databases.do(
        "refusing", f"alter table {ads} add extra int; alter table {ads} add check (extra is not null) not valid"
    )
    refused = project.run(*BARE, **again)
    assert refused.code == 1
    assert refused.lines("FAILED: The loader ended: the constraint entity_ads_extra_check refuses rows"), refused.output
    reason = "select max(error) from amazon_ads.sync_log where status = 'running' and entity_type = 'run'"
    assert "the constraint entity_ads_extra_check refuses rows" in str(databases.ask("refusing", reason))
    databases.do("refusing", f"alter table {ads} drop extra")

    with databases.session("refusing", application_name="a night job") as holder:
        holder.execute(f"lock table {ads} in share row exclusive mode")
        locked = project.run(*BARE, **again)
    assert locked.code == 1
    assert locked.lines(r"FAILED: .*another session keeps a lock on the tables: .*a night job"), locked.output

    databases.do("refusing", "alter database refusing set default_transaction_read_only = on")
    read_only = project.run(*BARE, **again)
    assert read_only.code == 1
    assert read_only.lines("FAILED: The database is read-only"), read_only.output
    databases.do("postgres", "alter database refusing reset default_transaction_read_only")

    for result in (refused, locked, read_only):
        assert "Traceback" not in result.output
    assert project.run(*BARE).code == 0
    assert databases.ask("refusing", f"select count(*) from {ads}") == ADS


@pytest.mark.parametrize("command", [BARE, ("meltano", "run", "sync"), ("entities-sync",)])
def test_a_database_that_does_not_answer_is_named_before_anything_is_done(
    project: Installation, account: dict[str, str], command: tuple[str, ...]
) -> None:
    nowhere = {"HOST": "127.0.0.1", "PORT": "9", "USER": "me", "DATABASE": "ads"}
    project.env({**account, **{f"TARGET_POSTGRES_{name}": value for name, value in nowhere.items()}})
    result = project.run(*command)
    assert result.code == 1
    assert result.lines(r"The database ads at 127\.0\.0\.1:9 cannot be reached \(Connection refused\)"), result.output
    assert result.lines(r"`make up`")
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({}, "The environment prod reads your account, but TAP_AMAZON_ADS_ENTITIES_CLIENT_ID"),
        ({f"{TAP}CLIENT_ID": "x"}, "CLIENT_SECRET, TAP_AMAZON_ADS_ENTITIES_REFRESH_TOKEN is missing"),
        ({"TARGET_POSTGRES_HOST": "db"}, "names a Postgres, but TARGET_POSTGRES_USER and TARGET_POSTGRES_DATABASE"),
        ({"AMAZON_ADS_SCHEMA": "public"}, "AMAZON_ADS_SCHEMA is 'public', which cannot be used"),
    ],
)
def test_a_wrong_env_is_a_sentence(project: Installation, variables: dict[str, str], says: str) -> None:
    project.env(variables)
    result = project.run("meltano", "--environment=prod", "run", "sync")
    assert result.code == 1
    assert says in result.output
    assert "Traceback" not in result.output


def test_stored_connections_are_read_from_the_database_of_make_sync(
    project: Installation, account: dict[str, str]
) -> None:
    key = project.run("entities-connect", "new-key").output.strip().splitlines()[-1]
    plain = {name: value for name, value in account.items() if not name.endswith("REFRESH_TOKEN")}
    project.env({**plain, f"{TAP}ENCRYPTION_KEYS": key})
    uri = f"http://127.0.0.1:{free_port()}/connected"
    options = ("add", "--label=a", f"--redirect-uri={uri}", "--yes", "--region=NA", "--region=EU", "--region=FE")
    with Person([str(BIN / "entities-connect"), *options], project.environment(), project.folder) as person:
        follow(press(person.waits_for(r"http://127\.0\.0\.1:\d+/ap/oa\?\S+"), user="owner"))
        assert person.sees_the_end() == 0, person.shown
    project.query("drop schema if exists amazon_ads cascade", "amazon_ads")
    result = project.run("meltano", "--environment=prod", "run", "sync")
    assert result.code == 0, result.output
    assert project.counts("amazon_ads")["ads"] == ADS
