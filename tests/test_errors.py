"""What a person sees when something is wrong: a line that says what to do, and nothing that a rerun does not heal."""

from __future__ import annotations

from harness.pipeline import Pipeline
from harness.truth import all_differences
from harness.warehouse import renew

SECRET = "not-the-secret-4711"
RUN = ("run", "tap-amazon-ads-entities", "target-postgres")


def heals(pipeline: Pipeline) -> None:
    assert pipeline.direct(mode="full").code == 0
    assert all_differences(pipeline) == []


def test_a_wrong_client_secret(pipeline: Pipeline) -> None:
    result = pipeline.meltano(*RUN, mode="full", client_secret=SECRET)
    assert result.code == 1
    assert result.lines(r"rejected the credentials \(invalid_client\): client_id or client_secret is wrong")
    assert SECRET not in result.output
    assert "Traceback" not in result.output
    assert pipeline.query("select status, error from amazon_ads.sync_log where entity_type <> 'run'") == [
        ("error", "Login with Amazon rejected the credentials (invalid_client): client_id or client_secret is wrong."),
    ]
    heals(pipeline)


def test_an_unreachable_api(pipeline: Pipeline) -> None:
    result = pipeline.meltano(*RUN, api_url="http://127.0.0.1:9/{region}", max_retries=1)
    assert result.code == 1
    assert result.lines(r"region NA: v2/profiles: gave up: the connection was refused .* after 2 tries")
    assert "Traceback" not in result.output
    heals(pipeline)


def test_an_unknown_profile_is_named_with_the_regions_and_the_others_go_on(pipeline: Pipeline) -> None:
    renew(pipeline)
    known = sorted(pipeline.sandbox.control.counts()["entity_profiles"])
    result = pipeline.meltano(*RUN, mode="full", profile_ids=[*known, "4711"])
    assert result.code == 1
    assert result.lines(r"profile 4711 is not visible to this user in NA, EU, FE")
    assert "Traceback" not in result.output
    assert all_differences(pipeline) == []


def test_a_database_that_is_down(pipeline: Pipeline) -> None:
    pipeline.postgres.stop()
    try:
        result = pipeline.meltano("run", "sync", mode="full")
    finally:
        pipeline.postgres.start()
    assert result.code == 1
    assert result.lines(r"The database sandbox at 127\.0\.0\.1:\d+ cannot be reached \(Connection refused\)")
    heals(pipeline)


def test_a_missing_setting(pipeline: Pipeline) -> None:
    result = pipeline.meltano(*RUN, refresh_token="")
    assert result.code == 1
    assert "Traceback" not in result.output
