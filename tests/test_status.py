"""The status page, as people see it in a browser, monitors read it, and roles are shown it; on a sync with faults."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import urllib3
import yaml
from harness.chromium import REASON, Chromium, executable
from harness.pipeline import Pipeline
from harness.project import ROOT
from harness.roles import GROUP, Roles
from harness.status import AXE, CHANGES, HOSTILE, command, get, serving, trouble
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from amazon_ads_sandbox.process import SandboxProcess
from entities_status.pages import runs
from entities_status.questions import health
from entities_status.reader import Reader

needs_chromium = pytest.mark.skipif(executable() is None, reason=REASON)
VIEWS = ("/", "/runs", "/account", "/changes", "/throttling")
DASHBOARD: dict[str, Any] = json.loads((ROOT / "grafana/dashboard.json").read_text())
KEPT = ("health", "health-phone-dark", "runs", "slice", "account-dark", "changes", "throttling")
PICTURES = os.environ.get("PICTURES")
"""Where pictures of the page are kept, for the README: `make pictures`."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(profiles=6, campaigns=40) as server:
        yield server


@pytest.fixture(scope="module")
def account(pipeline: Pipeline) -> Iterator[Pipeline]:
    """A database that a sync with faults has filled, while another one is running."""
    living = trouble(pipeline)
    yield pipeline
    living.tap.kill()
    living.wait()


@pytest.fixture(scope="module")
def page(account: Pipeline) -> Iterator[str]:
    with serving(account) as address:
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(tmp_path_factory.mktemp("browser") / "profile") as opened:
        opened.listen()
        yield opened


@pytest.fixture(scope="module")
def analysts(account: Pipeline) -> Iterator[dict[str, tuple[str, dict[str, str]]]]:
    """By name: the profile that each was given, and how each connects."""
    roles = Roles(account)
    profiles = sorted(account.sandbox.control.counts()["entity_profiles"])
    found = {}
    for name, profile in zip(("ann", "ben"), profiles, strict=False):
        login = roles.create(name, GROUP)
        account.query_none(f"insert into amazon_ads.profile_access (member, profile_id) values ('{name}', '{profile}')")
        found[name] = (profile, login)
    yield found
    account.query_none("delete from amazon_ads.profile_access")
    roles.drop()


def complaints(browser: Chromium) -> list[str]:
    """What axe finds wrong on the page: contrast, names, roles, order, what a keyboard cannot reach."""
    browser.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = json.loads(
        browser.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify(r.violations))")
    )
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


def keep(browser: Chromium, picture: Path) -> None:
    """Keep a picture, and for the README those that it shows."""
    browser.picture(picture)
    assert picture.stat().st_size > 4_000
    if PICTURES and picture.stem in KEPT:
        (Path(PICTURES) / picture.name).write_bytes(picture.read_bytes())


def settled(browser: Chromium, url: str) -> None:
    """Open a page and wait for its parts."""
    browser.open(url)
    browser.waits_for("document.readyState === 'complete' && !document.querySelector('.loading')")


@needs_chromium
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_every_view_is_whole_and_for_everybody(
    account: Pipeline, page: str, browser: Chromium, tmp_path: Path, *, dark: bool, phone: bool
) -> None:
    first = min(account.sandbox.control.counts()["entity_profiles"])
    browser.events.clear()
    width = 390 if phone else 1280
    browser.look(width, 844 if phone else 900, dark=dark, phone=phone)
    for path in (*VIEWS, f"/slice/{first}/targets", "/account?text=a&asin=B0"):
        settled(browser, page + path)
        name = path.strip("/").split("/")[0].replace("?text=a&asin=B0", "-search") or "health"
        keep(browser, tmp_path / f"{name}{'-phone' if phone else ''}{'-dark' if dark else ''}.webp")
        assert complaints(browser) == [], path
        assert browser.evaluate("document.documentElement.scrollWidth") <= width, path
        assert browser.evaluate("document.title") != "taken"
    assert browser.troubles() == []
    assert {url for url in browser.requests() if not url.startswith((page, "data:"))} == set()


@needs_chromium
def test_a_keyboard_reaches_a_slice_its_error_and_its_request_id(page: str, browser: Chromium) -> None:
    browser.look(1280, 900)
    settled(browser, page)
    browser.press("Tab")
    assert browser.evaluate("document.activeElement.className") == "skip"
    for _ in range(40):
        browser.press("Tab")
        if browser.evaluate("document.activeElement.closest('.cell.error') !== null"):
            break
    assert browser.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    browser.press("Enter")
    browser.waits_for("document.querySelector('.trouble') !== null")
    text = browser.text()
    assert "rows are missing" in text or "gave up: HTTP 500" in text


@needs_chromium
def test_the_tree_opens_by_keyboard_down_to_targets_and_search_finds_them(
    account: Pipeline, page: str, browser: Chromium
) -> None:
    profile, ad_group, campaign = account.query(
        "select profile_id, ad_group_id, campaign_id from amazon_ads.entity_targets"
        " join amazon_ads.entity_campaigns using (profile_id, campaign_id)"
        " where portfolio_id is null and ad_group_id is not null limit 1"
    )[0]
    browser.look(1280, 900)
    settled(browser, f"{page}/account?profile={profile}")
    for kind, within in (("no_portfolio", ""), ("campaign", campaign), ("ad_group", ad_group)):
        node = f"details[data-src*='kind={kind}&'][data-src*='id={within}']"
        browser.waits_for(f'document.querySelector("{node} > summary") !== null')
        browser.evaluate(f'document.querySelector("{node} > summary").focus()')
        browser.press("Enter")
    browser.waits_for("[...document.querySelectorAll('.leaf .kind')].some(each => each.textContent === 'target')")
    assert browser.troubles() == []
    settled(browser, f"{page}/account?text={campaign}")
    browser.waits_for(f"document.querySelector(\".tree section details[data-src*='id={campaign}']\") !== null")


@needs_chromium
def test_what_is_running_is_shown_and_a_dead_run_is_marked(page: str, browser: Chromium) -> None:
    settled(browser, f"{page}/runs")
    browser.waits_for("document.querySelector('.now progress') !== null")
    assert "slices have been read" in browser.text()
    outcomes = set(browser.evaluate("[...document.querySelectorAll('td .badge')].map(each => each.innerText.trim())"))
    assert outcomes == {"success", "failed", "aborted", "running"}


@needs_chromium
def test_the_file_is_the_page_and_needs_nothing_else(account: Pipeline, browser: Chromium, tmp_path: Path) -> None:
    file = tmp_path / "status.html"
    done = command(account, "--html", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    browser.events.clear()
    browser.look(1280, 900)
    settled(browser, file.as_uri())
    assert complaints(browser) == []
    assert browser.troubles() == []
    assert {url for url in browser.requests() if not url.startswith((file.as_uri(), "data:"))} == set()
    for words in ("slices are well", "Runs of the last 7 days", "Sponsored Products", "What went wrong"):
        assert words in browser.text()
    assert browser.evaluate("document.querySelectorAll('figure.chart canvas').length") > 3


@needs_chromium
def test_changes_are_shown_by_day_and_kind_newest_first_and_filtered(
    account: Pipeline, page: str, browser: Chromium, tmp_path: Path
) -> None:
    kept = account.query("select to_regclass('amazon_ads.entity_changes') is not null")[0][0]
    if not kept:
        assert "keeps no history" in get(f"{page}/changes")[1]
    account.query_none(CHANGES)
    try:
        browser.events.clear()
        browser.look(1280, 900)
        settled(browser, f"{page}/changes?days=90")
        keep(browser, tmp_path / "changes.webp")
        assert complaints(browser) == []
        assert browser.troubles() == []
        first = browser.evaluate("document.querySelector('main tbody td.when').innerText")
        browser.click("a[href^='/changes?before']")
        browser.waits_for("location.search.includes('before')")
        browser.waits_for("document.readyState === 'complete'")
        assert browser.evaluate("document.querySelector('main tbody td.when').innerText") <= first
        text = get(f"{page}/changes?days=90&kind=archived")[1]
        assert "&lt;b&gt;" in text
        assert "\u202e" not in text
        assert '<span class="state">created</span>' not in text
        assert get(f"{page}/changes?days=90&campaign=no-such-campaign")[1].count("that matches") == 1
        assert get(f"{page}/changes?days=x&before=y&place=z&profile=%27")[0] == 200
    finally:
        undo = "delete from amazon_ads.entity_changes where path = 'made up'"
        account.query_none(undo if kept else "drop table amazon_ads.entity_changes")


def test_hostile_names_are_text(page: str) -> None:
    status, text = get(f"{page}/part/search?kind=campaign&text=script")
    assert status == 200
    assert "&lt;script&gt;" in text
    assert "<script>" not in text
    turned = get(f"{page}/part/search?kind=campaign&text=right-to-left")[1]
    assert "\u202e" not in turned
    assert "\\u202egnp.exe" in turned
    long = get(f"{page}/part/search?kind=campaign&text=MMMMMMMMMM")[1]
    assert "MMMMMMMMMM" in long
    assert len(long) < 20_000
    assert "{{ 7 * 7 }}" in get(f"{page}/part/search?kind=campaign&text=include")[1]
    assert len(HOSTILE[-1]) == 1_000_000


def test_each_analyst_s_page_shows_the_analyst_s_profiles(
    account: Pipeline, analysts: dict[str, tuple[str, dict[str, str]]]
) -> None:
    everything = sorted(account.sandbox.control.counts()["entity_profiles"])
    for profile, login in analysts.values():
        with serving(account, **login) as address:
            text = "".join(get(address + path)[1] for path in (*VIEWS, "/part/tree", "/part/counts", "/metrics"))
            assert profile in text
            for other in set(everything) - {profile}:
                assert other not in text
                assert get(f"{address}/slice/{other}/campaigns")[0] == 404
    # The owner may serve a page for somebody else.
    profile, login = analysts["ann"]
    names = {"AMAZON_ADS_STATUS_USER": "ann", "AMAZON_ADS_STATUS_PASSWORD": login["TARGET_POSTGRES_PASSWORD"]}
    report = json.loads(command(account, "--json", **names).stdout)
    assert {each["profile_id"] for each in report["slices"]} <= {profile}


def test_a_run_that_failed_beside_all_slices_is_not_well(account: Pipeline, page: str) -> None:
    before = json.loads(command(account, "--json").stdout)
    # That of the run that was killed.
    assert [run["error"].partition(":")[0] for run in before["runs"]] == ["aborted"]
    account.query_none(
        "insert into amazon_ads.sync_log (run_id, profile_id, entity_type, status, error, started_at, finished_at)"
        " values ('listing', '*', 'profiles', 'error', 'region EU: HTTP 403', now(), now())"
    )
    try:
        report = json.loads(command(account, "--json").stdout)
        assert (report["ok"], report["runs"][0]["error"]) == (False, "region EU: HTTP 403")
        assert report["counts"] == before["counts"]
        assert "Profiles could not be listed" in get(page)[1]
        assert "amazon_ads_runs_failed 1.0" in get(f"{page}/metrics")[1]
    finally:
        account.query_none("delete from amazon_ads.sync_log where run_id = 'listing'")


def test_a_run_that_came_to_no_slice_is_not_well_until_a_later_one_does(account: Pipeline) -> None:
    def failed() -> list[str]:
        return [run["run_id"] for run in json.loads(command(account, "--json").stdout)["runs"]]

    insert = (
        "insert into amazon_ads.sync_log (run_id, profile_id, entity_type, status, error, started_at, finished_at)"
        " values ('{}', '*', '{}', '{}', {}, now(), now())"
    )
    try:
        account.query_none(insert.format("unprepared", "run", "error", "'aborted: no table could be made'"))
        assert "unprepared" in failed()
        account.query_none(insert.format("later", "profiles", "success", "null"))
        assert "unprepared" not in failed()
    finally:
        account.query_none("delete from amazon_ads.sync_log where run_id in ('unprepared', 'later')")


def test_monitors_are_told_what_is_not_well(account: Pipeline, page: str) -> None:
    done = command(account, "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["ok"]) == (1, False)
    words = [fact["words"] for each in report["slices"] for fact in each["facts"].values()]
    assert any("50 of" in each and "rows are missing" in each for each in words)
    status, text = get(f"{page}/status.json")
    assert (status, json.loads(text)["counts"]) == (503, report["counts"])


def test_prometheus_reads_the_same(account: Pipeline, page: str) -> None:
    status, text = get(f"{page}/metrics")
    assert status == 200
    families = {family.name: family.samples for family in text_string_to_metric_families(text)}
    assert families["amazon_ads_up"][0].value == 1
    levels = [sample.value for sample in families["amazon_ads_slice_level"]]
    assert len(levels) == 5 * len(account.sandbox.control.counts()["entity_profiles"])
    assert {0.0, 3.0} <= set(levels)
    assert max(sample.value for sample in families["amazon_ads_slice_shortfall_rows"]) == 50


def test_only_loopback_s_own_names_are_answered_and_nothing_is_shared(page: str) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "[::1]", ""):
        assert get(page, Host=host)[0] == 400
    port = page.rpartition(":")[2]
    assert get(page, Host=f"localhost:{port}", Origin="https://evil.example")[0] == 200
    answer = urllib3.request("GET", page, headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert urllib3.request("POST", page).status == 405
    assert get(f"{page}/static/../app.py")[0] == 404


def as_owner(account: Pipeline) -> Reader:
    return Reader(account.postgres.environment())


def test_every_refusal_is_counted_where_it_happened(account: Pipeline) -> None:
    with as_owner(account).session() as session:
        totals = runs.throttling(session, 1)["totals"]
    assert sum(region["refused"] for region in totals.values()) == 3
    assert {"NA", "EU", "FE"} <= set(totals)
    assert all(region["requests"] > 0 for region in totals.values())


def test_each_slice_s_newest_run_is_found_without_the_slices_of_all_others(account: Pipeline) -> None:
    with psycopg.connect(account.postgres.dsn) as connection:
        connection.execute(
            """
            insert into amazon_ads.sync_log
                (run_id, profile_id, entity_type, mode, status, started_at, updated_at, created_at)
            select 'many', profile::text, entity, 'full', 'running', now(), now(), now()
            from generate_series(1, 2000) as profile,
                unnest(array['portfolios', 'campaigns', 'ad_groups', 'ads', 'targets']) as entity
            """
        )
        connection.execute("analyze amazon_ads.sync_log")
        asked = health.SLICES.format(schema="amazon_ads")
        plan = connection.execute(f"explain {asked}", {"profile": None, "entity": None}).fetchall()
        connection.rollback()
    assert "Index Scan Backward using sync_log_slice_idx" in "\n".join(line for (line,) in plan)


def test_the_page_cannot_write(account: Pipeline) -> None:
    with as_owner(account).session() as session:
        with pytest.raises(Exception, match="read-only"):
            session.ask("delete from {schema}.entity_ads returning 1")
        assert session.ask("select count(*) > 0 as kept from {schema}.entity_ads") == [{"kept": True}]


def test_a_database_that_cannot_be_shown_is_a_sentence(account: Pipeline, page: str) -> None:
    def said(**settings: str) -> str:
        done = command(account, "--json", **settings)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        return str(json.loads(done.stdout)["problem"]) if done.stdout else done.stderr

    assert "holds no tables of a sync yet" in said(AMAZON_ADS_SCHEMA="elsewhere")
    assert "cannot be reached" in said(TARGET_POSTGRES_PORT="9")
    wrong = said(AMAZON_ADS_STATUS_USER="nobody", AMAZON_ADS_STATUS_PASSWORD="wrong")
    assert "refuses the role nobody" in wrong
    assert "Correct AMAZON_ADS_STATUS_USER and AMAZON_ADS_STATUS_PASSWORD in .env." in wrong
    assert "is no setting" in said(AMAZON_ADS_SCHEMA="private") or "cannot be used" in said(AMAZON_ADS_SCHEMA="private")
    account.query_none("alter view amazon_ads.sync_state rename to away")
    try:
        status, text = get(page)
        assert status == 503
        assert "are those of another version, or half made (sync_state)" in text
    finally:
        account.query_none("alter view amazon_ads.away rename to sync_state")
    account.postgres.environment()
    with psycopg.connect(account.postgres.dsn, autocommit=True) as connection:
        connection.execute("drop role if exists nobody_at_all; create role nobody_at_all login password 'x'")
    login = {"TARGET_POSTGRES_USER": "nobody_at_all", "TARGET_POSTGRES_PASSWORD": "x"}
    assert "The role nobody_at_all may not read" in said(**login)
    account.query_none("drop role nobody_at_all")


def test_grafana_s_dashboard_is_what_grafana_knows() -> None:
    reason = "Grafana's own models need Python 3.11"
    models = pytest.importorskip("grafana_foundation_sdk.models.dashboard", reason=reason)
    plugins = pytest.importorskip("grafana_foundation_sdk.cog.plugins", reason=reason)
    encoder = pytest.importorskip("grafana_foundation_sdk.cog.encoder", reason=reason)
    plugins.register_default_plugins()
    read = models.Dashboard.from_json(DASHBOARD)
    assert contained(DASHBOARD, json.loads(json.dumps(read, cls=encoder.JSONEncoder)))
    source = yaml.safe_load((ROOT / "grafana/datasource.yml").read_text())["datasources"][0]
    used = {(panel["datasource"]["type"], panel["datasource"]["uid"]) for panel in DASHBOARD["panels"]}
    assert used == {(source["type"], source["uid"])}


def contained(written: Any, read: Any) -> bool:
    """Whether everything that is written was read: what the models do not know they leave out."""
    if isinstance(written, dict):
        return all(name in read and contained(value, read[name]) for name, value in written.items())
    if isinstance(written, list):
        return len(written) == len(read) and all(map(contained, written, read))
    return bool(written == read)


@contextmanager
def changed(account: Pipeline, change: str, undo: str) -> Iterator[None]:
    """The database after a statement, as it was before afterwards."""
    account.query_none(change)
    try:
        yield
    finally:
        account.query_none(undo)


def test_what_no_page_can_show_is_named_and_costs_nothing_else(account: Pipeline, page: str) -> None:
    profile = min(account.sandbox.control.counts()["entity_profiles"])
    where = f"where profile_id = '{profile}' and entity_type = 'campaigns'"
    account.query_none(f"create table amazon_ads.kept as select * from amazon_ads.sync_slices {where}")
    account.query_none(f"create table amazon_ads.kept_log as select * from amazon_ads.sync_log {where}")
    change = (
        "update amazon_ads.sync_slices set last_full_sync_at = 'infinity', last_success_at = 'infinity',"
        f" high_watermark = '-infinity' {where};"
        " update amazon_ads.sync_log set finished_at = 'infinity', throttled_seconds = 'NaN',"
        ' details = jsonb_set(details, \'{endpoints}\', \'{"sp/campaigns/list": {"rows": "many", "shortfall": {}}}\')'
        f" {where}"
    )
    undo = (
        f"delete from amazon_ads.sync_slices {where}; insert into amazon_ads.sync_slices select * from amazon_ads.kept;"
        f"delete from amazon_ads.sync_log {where}; insert into amazon_ads.sync_log select * from amazon_ads.kept_log;"
        "drop table amazon_ads.kept, amazon_ads.kept_log"
    )
    with changed(account, change, undo):
        text = get(page)[1]
        assert f"profile_id {profile}, entity_type campaigns: last_full_sync_at is infinity" in text
        for path in (*VIEWS, f"/slice/{profile}/campaigns", "/part/running", "/part/recent", "/metrics"):
            assert get(page + path)[0] == 200, path
        report = json.loads(get(f"{page}/status.json")[1])
        (tampered,) = (
            each for each in report["slices"] if (each["profile_id"], each["entity_type"]) == (profile, "campaigns")
        )
        assert tampered["facts"]["completeness"]["level"] == "unknown"
        assert any("infinity" in each for each in report["left_out"])
    assert "cannot be shown" not in get(page)[1]


def test_a_profile_that_is_no_longer_listed_is_gone_and_no_error(account: Pipeline, page: str) -> None:
    profile = max(account.sandbox.control.counts()["entity_profiles"])
    change = (
        f"update amazon_ads.entity_profiles set synced_at = now() - interval '3 days' where profile_id = '{profile}';"
        "insert into amazon_ads.sync_log (run_id, profile_id, entity_type, mode, status, started_at, finished_at,"
        " settled_at, settled_status, details) values ('gone', '*', 'profiles', 'full', 'success', now(), now(), now(),"
        f' \'success\', \'{{"no_longer_visible": {{"profiles": 1, "first": ["{profile}"]}}}}\')'
    )
    undo = (
        "delete from amazon_ads.sync_log where run_id = 'gone';"
        f"update amazon_ads.entity_profiles set synced_at = now() where profile_id = '{profile}'"
    )
    with changed(account, change, undo):
        text = get(page)[1]
        assert "no longer lists" in text
        assert "3 d ago" in text
        assert "no longer lists this profile" in get(f"{page}/slice/{profile}/campaigns")[1]
        report = json.loads(get(f"{page}/status.json")[1])
        assert [each["profile_id"] for each in report["gone"]] == [profile]
        assert profile not in {each["profile_id"] for each in report["slices"]}
        assert "amazon_ads_profiles_gone 1.0" in get(f"{page}/metrics")[1]
    assert json.loads(get(f"{page}/status.json")[1])["gone"] == []


def test_a_text_that_no_database_holds_is_refused(page: str) -> None:
    for path in ("/slice/%00/ads", "/run/%00", "/part/search?kind=campaign&text=a%00b", "/changes?campaign=%00"):
        status, text = get(page + path)
        assert (status, "the character NUL" in text) == (400, True), path


@pytest.mark.parametrize(
    ("change", "undo", "paths"),
    [
        (
            "alter view {}sync_runs rename pages_fetched to p",
            "alter view {}sync_runs rename p to pages_fetched",
            ("/", "/runs"),
        ),
        ("alter table {}entity_ads rename asin to a", "alter table {}entity_ads rename a to asin", ("/account",)),
        (
            "alter table {}entity_campaigns rename daily_budget_micros to d",
            "alter table {}entity_campaigns rename d to daily_budget_micros",
            ("/part/amounts",),
        ),
    ],
)
def test_tables_that_are_half_migrated_are_a_sentence(
    account: Pipeline, page: str, change: str, undo: str, paths: tuple[str, ...]
) -> None:
    with changed(account, change.replace("{}", "amazon_ads."), undo.replace("{}", "amazon_ads.")):
        for path in paths:
            status, text = get(page + path)
            assert (status, "of another version, or half made" in text) == (503, True), text[-500:]


def test_older_runs_are_a_page_away(account: Pipeline, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "_RUNS", 1)
    with as_owner(account).session() as session:
        newest = runs.recent(session, 30)
        older = runs.recent(session, 30, newest["following"])
    assert len(newest["runs"]) == len(older["runs"]) == 1
    assert older["runs"][0]["started_at"] < newest["runs"][0]["started_at"]
    assert "Runs before" in get(f"{page}/runs?days=30&before={newest['following']:%Y-%m-%dT%H:%M:%S}")[1]


@needs_chromium
def test_hostile_texts_of_every_kind_run_nothing_in_the_file(
    account: Pipeline, browser: Chromium, tmp_path: Path
) -> None:
    evil = "</script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
    here, quoted = "http://127.0.0.1:9/x.png", evil.replace("'", "''")
    link = f"{quoted}<link rel=stylesheet href={here}><img src={here}>"
    details = json.dumps(
        {"endpoints": {f"{evil}<img src={here}>": {"rows": evil, "problem": evil, "unreadable": {evil: {}}}}}
    )
    change = (
        f"insert into amazon_ads.entity_profiles (profile_id, account_name, country_code, synced_at)"
        f" values ('\"><script>', '{link}', '{quoted}', now());"
        "insert into amazon_ads.sync_log (run_id, profile_id, entity_type, mode, status, started_at, finished_at,"
        " error, request_id, settled_at, settled_status, details) values"
        f" ('{quoted}', '\"><script>', 'ads', '{quoted}', 'error', now(), now(), '{link}', '{quoted}', now(), 'error',"
        f" '{details.replace(chr(39), chr(39) * 2)}');"
        "insert into amazon_ads.sync_slices (profile_id, entity_type, last_error, consecutive_errors)"
        f" values ('\"><script>', 'ads', '{link}', 1);"
        "insert into amazon_ads.entity_ads (profile_id, ad_id, asin, ad_product, synced_at)"
        f" values ('\"><script>', 'evil', '{link}', 'sp', now())"
    )
    undo = "; ".join(
        f"delete from amazon_ads.{table} where profile_id = '\"><script>'"
        for table in ("sync_log", "sync_slices", "entity_ads", "entity_profiles")
    )
    file = tmp_path / "hostile.html"
    with changed(account, change, undo):
        assert command(account, "--html", str(file)).returncode == 0
    assert "onerror=&#34;" in file.read_text()
    browser.events.clear()
    browser.look(1280, 900)
    settled(browser, file.as_uri())
    assert browser.evaluate("document.title") == "Status · Amazon Ads entities"
    assert (
        browser.evaluate("document.querySelectorAll('img, link[rel=stylesheet], main script:not([type])').length") == 0
    )
    assert browser.troubles() == []
    assert {url for url in browser.requests() if not url.startswith((file.as_uri(), "data:"))} == set()


def test_every_panel_is_answered_and_shows_an_analyst_the_analyst_s_profile(
    account: Pipeline, analysts: dict[str, tuple[str, dict[str, str]]]
) -> None:
    profile, login = analysts["ann"]
    names = {"user": "ann", "password": login["TARGET_POSTGRES_PASSWORD"], "autocommit": True}
    variable = DASHBOARD["templating"]["list"][0]
    with psycopg.connect(account.postgres.dsn, **names) as ann:
        chosen = [row[1] for row in ann.execute(variable["query"])]
        assert chosen == [profile]
        for panel in DASHBOARD["panels"]:
            statement = panel["targets"][0]["rawSql"]
            statement = re.sub(
                r"\$__timeFilter\(([^)]+)\)", r"\1 between now() - interval '7 days' and now()", statement
            )
            statement = re.sub(r"\$__timeGroup\(([^,]+), '1h'\)", r"date_trunc('hour', \1)", statement)
            rows = ann.execute(statement.replace("$profile", f"'{profile}'")).fetchall()
            assert rows, panel["title"]


def test_pictures_of_the_readme_are_there() -> None:
    readme = (ROOT / "README.md").read_text()
    page = (ROOT / "docs/status.md").read_text()
    for name in KEPT:
        assert f"docs/pictures/{name}.webp" in readme or f"pictures/{name}.webp" in page
        assert (ROOT / f"docs/pictures/{name}.webp").stat().st_size < 120_000
