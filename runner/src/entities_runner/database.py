"""The database the data goes into: whether it answers, what it holds, what a run did, and its verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg
from psycopg import sql

from entities_runner import catalog, reasons
from entities_runner.account import UsageError
from entities_runner.checks import reports_schema, schema_of, tls

TABLES = (
    "entity_profiles",
    "entity_portfolios",
    "entity_campaigns",
    "entity_ad_groups",
    "entity_ads",
    "entity_targets",
    "entity_ad_extensions",
)
_HISTORY = ("entity_changes", *(f"{name}_versions" for name in TABLES))
_OWN = ("sync_slices", "sync_meta", "profile_access")
_NEEDED = (*TABLES, *_HISTORY, "change_events", "sync_differences", "sync_log", *_OWN)
_OPTIONS = "-c search_path=pg_catalog,pg_temp"
_ABSENT = (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName, psycopg.errors.UndefinedColumn)

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True)
class Slice:
    """One slice of a run."""

    profile_id: str | None
    entity_type: str
    status: str
    error: str | None
    request_id: str | None
    mode: str | None = None


class Database:
    """The database the data goes into, as the owner of its tables sees it.

    Args:
        variables: TARGET_POSTGRES_* as target-postgres takes them, AMAZON_ADS_OWNER_* where the loader owns nothing.
        session: application_name of the sessions.
        role: beginning of the variables that name the role; default: the owner's.
    """

    def __init__(self, variables: Mapping[str, str], session: str = "entities-sync", role: str = "") -> None:
        """Connect later."""
        self._host = variables["TARGET_POSTGRES_HOST"]
        self._port = variables.get("TARGET_POSTGRES_PORT") or "5432"
        self.name = variables.get("TARGET_POSTGRES_DATABASE") or ""
        self._role = role or ("AMAZON_ADS_OWNER_" if variables.get("AMAZON_ADS_OWNER_USER") else "TARGET_POSTGRES_")
        self.user = variables.get(f"{self._role}USER") or ""
        self._password = variables.get(f"{self._role}PASSWORD") or ""
        self._tls = {name.removeprefix("PG").lower(): value for name, value in tls(variables).items()}
        self._session = session
        self._options = _OPTIONS
        self._lock_timeout = f"{variables.get('AMAZON_ADS_LOCK_TIMEOUT') or 60}s"
        self._statement_timeout = f"{variables.get('AMAZON_ADS_STATEMENT_TIMEOUT') or 1800}s"
        self.schema = schema_of(variables)
        self._reports = reports_schema(variables)

    def open(self) -> Connection:
        """A session in which names mean what they mean in Postgres.

        Raises:
            psycopg.OperationalError: it cannot be had.
        """
        connection: Connection = psycopg.connect(
            host=self._host,
            port=self._port,
            dbname=self.name,
            user=self.user,
            password=self._password,
            connect_timeout=10,
            application_name=self._session,
            options=self._options,
            autocommit=True,
            **self._tls,  # type: ignore[arg-type]
        )
        return connection

    def check(self) -> None:
        """Make sure that it answers.

        Raises:
            UsageError: it does not.
        """
        try:
            self.open().close()
        except psycopg.OperationalError as error:
            if self._options and reasons.refuses_options(str(error)):
                # Some poolers take no options when a session begins.
                self._options = ""
                self.check()
                return
            raise UsageError(self._unreachable(error)) from error

    def _unreachable(self, error: Exception) -> str:
        reason = reasons.first_line(str(error)).rpartition("failed: ")[2] or "no answer"
        where = f"The database {self.name} at {self._host}:{self._port}"
        if reasons.refuses_role(str(error)):
            settings = f"{self._role}USER and {self._role}PASSWORD"
            return f"{where} refuses the role {self.user} ({reason}). Correct {settings} in .env."
        return (
            f"{where} cannot be reached ({reason}). "
            "Start it (`make up` starts the embedded one), or correct TARGET_POSTGRES_* in .env."
        )

    @property
    def address(self) -> str:
        """Where it is."""
        return f"{self._host}:{self._port}/{self.name}"

    @property
    def statement_seconds(self) -> float:
        """How long one statement may take."""
        return float(self._statement_timeout.removesuffix("s"))

    @property
    def takes_options(self) -> bool:
        """Whether sessions can begin with settings of their own."""
        return bool(self._options)

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """One session, for transactions of their own.

        Raises:
            UsageError: the database refuses; says why.
        """
        try:
            with self.open() as connection:
                yield connection
        except psycopg.errors.LockNotAvailable as error:
            raise UsageError(reasons.sentence(str(error), self.lock_holders())) from error
        except psycopg.Error as error:
            raise UsageError(reasons.of(error)) from error

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction, in a session of its own, whose waits have a bound.

        Raises:
            UsageError: the database refuses; says why.
        """
        with self.session() as connection, self.bounded(connection):
            yield connection

    @contextmanager
    def bounded(self, connection: Connection) -> Iterator[None]:
        """One transaction of a session, whose waits have a bound."""
        with connection.transaction():
            for name, value in (
                ("search_path", "pg_catalog, pg_temp"),
                ("lock_timeout", self._lock_timeout),
                ("statement_timeout", self._statement_timeout),
            ):
                connection.execute("select pg_catalog.set_config(%s, %s, true)", (name, value))
            yield

    def lock_holders(self) -> str:
        """Who keeps locks on our tables just now, in words."""
        statement = """
            select string_agg(distinct format('%%s (process %%s, %%s)', a.usename, a.pid,
                coalesce(nullif(a.application_name, ''), 'no application_name')), '; ')
            from pg_catalog.pg_stat_activity as a
            where a.pid <> pg_catalog.pg_backend_pid() and a.application_name <> %s and a.pid in (
                select l.pid
                from pg_catalog.pg_locks as l
                join pg_catalog.pg_class as c on c.oid = l.relation
                join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
                where l.granted and n.nspname in (%s, %s) and l.mode <> 'AccessShareLock'
            )
        """
        try:
            with self.open() as connection:
                row = connection.execute(statement, (self._session, self.schema, f"{self.schema}_fivetran")).fetchone()
        except psycopg.Error:
            return ""
        return str(row[0]) if row and row[0] else ""

    def table(self, name: str) -> sql.Composed:
        """A table of ours, in SQL."""
        return sql.SQL("{}").format(sql.Identifier(self.schema, name))

    def prepared(self, fingerprint: str) -> bool:
        """Whether `prepare` has nothing to do: all tables are there, made from these sources and settings."""
        statement = sql.SQL(
            "select (select value from {} where name = 'prepared'), (select count(*) from pg_class as c"
            " join pg_namespace as n on n.oid = c.relnamespace"
            " where n.nspname = %s and c.relname = any (%s) and c.relkind = 'r')"
        ).format(self.table("sync_meta"))
        try:
            with self.open() as connection:
                row = connection.execute(statement, (self.schema, list(_NEEDED))).fetchone()
        except (*_ABSENT, psycopg.errors.InsufficientPrivilege):
            return False
        return row == (fingerprint, len(_NEEDED))

    def announce(self, run_id: str, origin: str, keep_days: Mapping[str, int]) -> None:
        """Give earlier runs of this project their verdict, leave the row of this run, forget what is too old.

        Args:
            run_id: the run.
            origin: this copy of the project.
            keep_days: by the function that forgets.

        Raises:
            UsageError: the database refuses.
        """
        with self.transaction() as connection:
            self._call(connection, "announce_run", run_id, origin, self._session)
            for function, days in keep_days.items():
                connection.execute(sql.SQL("select {}(%s::integer)").format(self.table(function)), (days,))

    def bless(self, fingerprint: str, roles: Sequence[str], notes: str) -> None:
        """Remember what is there, as made from these sources and settings.

        Args:
            fingerprint: of sources and settings.
            roles: that are of concern beside the tables.
            notes: what is to be said each time while nothing changes.
        """
        statement = sql.SQL(
            "insert into {} (name, value) values ('catalog', %s), ('notes', %s)"
            " on conflict (name) do update set value = excluded.value"
        ).format(self.table("sync_meta"))
        with suppress(UsageError), self.transaction() as connection:
            connection.execute(statement, (f"{fingerprint} {self._catalog(connection, roles)}", notes))

    def _catalog(self, connection: Connection, roles: Sequence[str]) -> str:
        return catalog.of(connection, self.schema, roles, self._reports)

    def changed_by_others(self, fingerprint: str) -> bool:
        """Whether something was remembered for these sources and settings: what differs now, others have done."""
        statement = sql.SQL("select value from {} where name = 'catalog'").format(self.table("sync_meta"))
        try:
            with self.transaction() as connection:
                row = connection.execute(statement).fetchone()
        except UsageError:
            return False
        return row is not None and str(row[0]).startswith(f"{fingerprint} ")

    def unchanged(self, fingerprint: str, roles: Sequence[str]) -> str | None:
        """What is to be said where all is as it was when it was remembered; None where it is not."""
        statement = sql.SQL(
            "select (select value from {0} where name = 'catalog'), (select value from {0} where name = 'notes')"
        ).format(self.table("sync_meta"))
        try:
            with self.transaction() as connection:
                row = connection.execute(statement).fetchone()
                same = row is not None and row[0] == f"{fingerprint} {self._catalog(connection, roles)}"
        except UsageError:
            # Whoever prepares says what is wrong.
            return None
        return str(row[1] or "") if same and row else None

    def can_take_options(self) -> bool:
        """Whether sessions can begin with settings of their own; true where nobody answers who could tell."""
        try:
            self.check()
        except UsageError:
            return True
        return self.takes_options

    def say_why(self, run_id: str, reason: str) -> bool:
        """Keep why a run ended; false where that cannot be stored now."""
        statement = sql.SQL(
            "update {} set error = coalesce(error, %s::text), updated_at = now()"
            " where run_id = %s::text and profile_id = '*' and entity_type = 'run' and settled_at is null"
        ).format(self.table("sync_log"))
        try:
            with self.transaction() as connection:
                connection.execute(statement, (reason, run_id))
        except UsageError:
            return False
        return True

    def settle_own(self, run_id: str, origin: str) -> None:
        """Give a run whose loader has ended well its verdict, and others that are over theirs.

        Raises:
            UsageError: the database refuses.
        """
        with self.transaction() as connection:
            self._call(connection, "settle_runs", run_id, origin, "stored")

    def settle_stored(self, run_id: str, origin: str) -> None:
        """Give a run whose loader has ended well its verdict, which rests on what is stored now.

        Where that cannot be had, or there are none or open slices and somebody may still say why, it is given later.
        """
        slices = sql.SQL(
            "select count(*) > 0 and bool_and(status <> 'running') from {}"
            " where run_id = %s::text and entity_type <> 'run'"
        ).format(self.table("sync_log"))
        with suppress(UsageError), self.transaction() as connection:
            if connection.execute(slices, (run_id,)).fetchone() == (True,):
                self._call(connection, "settle_runs", run_id, origin, "stored")

    def settle(self, run_id: str, origin: str) -> str | None:
        """Give a run that has not ended well its verdict; the post-step gives it to the others.

        Returns:
            Why that cannot be done now; the next run does it then.
        """
        try:
            with self.transaction() as connection:
                self._call(connection, "settle_runs", run_id, origin, "failed")
        except UsageError as error:
            return str(error)
        return None

    def _call(self, connection: Connection, function: str, *arguments: str) -> None:
        types = sql.SQL(", ").join(sql.SQL("%s::text") for _ in arguments)
        connection.execute(sql.SQL("select {}({})").format(self.table(function), types), arguments)

    def rows(self) -> dict[str, int]:
        """Rows per table; tables that are not there are left out.

        Raises:
            UsageError: the database does not answer.
        """
        found: dict[str, int] = {}
        with self.transaction() as connection:
            for table in TABLES:
                if self._is_there(connection, table):
                    row = connection.execute(sql.SQL("select count(*) from {}").format(self.table(table))).fetchone()
                    found[table] = int(str(row[0])) if row else 0
        return found

    def _is_there(self, connection: Connection, name: str) -> bool:
        named = self.table(name).as_string(connection)
        return connection.execute("select to_regclass(%s) is not null", (named,)).fetchone() == (True,)

    def slices(self, run_id: str) -> list[Slice]:
        """What became of the slices of a run.

        Raises:
            UsageError: the database does not answer.
        """
        with self.transaction() as connection:
            for view in ("sync_runs", "sync_log"):
                if self._is_there(connection, view):
                    statement = sql.SQL(
                        "select profile_id, entity_type, status, error, request_id, mode from {}"
                        " where run_id = %s order by profile_id, entity_type"
                    ).format(self.table(view))
                    return [Slice(*row) for row in connection.execute(statement, (run_id,))]  # type: ignore[arg-type]
        return []
