from __future__ import annotations

import json
from pathlib import Path

import pytest

from entities_runner.account import TAP, UsageError
from entities_runner.checks import tls
from entities_runner.shards.cut import cut
from entities_runner.shards.folder import FOLDER, SHARD, STATE_ID_SUFFIX, own_folder

PROFILES = [(str(1000 + number), ("NA", "EU")[number % 2]) for number in range(200)]


def ids(shards: list[dict[str, str]]) -> dict[str, set[str]]:
    return {shard[SHARD]: set(json.loads(shard[f"{TAP}PROFILE_IDS"])) for shard in shards}


def test_every_profile_is_in_one_shard_of_its_region() -> None:
    shards = cut(PROFILES, 8)
    assert sorted(each for found in ids(shards).values() for each in found) == sorted(each for each, _ in PROFILES)
    assert len(shards) == 16
    for shard in shards:
        region = json.loads(shard[f"{TAP}REGIONS"])
        assert {region[0]} == {dict(PROFILES)[each] for each in ids([shard])[shard[SHARD]]}


def test_a_profile_stays_in_its_shard_when_others_come_and_go() -> None:
    some, all_of_them = ids(cut(PROFILES[::3], 8)), ids(cut(PROFILES, 8))
    assert all(found <= all_of_them[name] for name, found in some.items())


def test_without_a_shard_a_run_works_in_its_project(tmp_path: Path) -> None:
    assert own_folder(tmp_path, {"A": "b"}) == (tmp_path, {"A": "b"})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in (".meltano/extractors", ".meltano/run", "plugins", "transform/models", "transform/target"):
        (tmp_path / "project" / name).mkdir(parents=True)
    (tmp_path / "project/meltano.yml").write_text("one")
    return tmp_path / "project"


def test_a_shard_has_what_runs_read_and_shares_nothing_that_they_write(project: Path) -> None:
    folder, environment = own_folder(project, {SHARD: "eu-1-of-2"})
    assert folder == project / ".sandbox/shards/eu-1-of-2"
    assert environment[STATE_ID_SUFFIX] == "eu-1-of-2"
    assert (folder / "plugins").resolve() == project / "plugins"
    assert (folder / "transform/models").resolve() == project / "transform/models"
    for name in ("meltano.yml", ".meltano/run"):
        assert (folder / name).resolve() == folder / name
    assert not (folder / "transform/target").exists()
    (project / "meltano.yml").write_text("two")
    assert own_folder(project, {SHARD: "eu-1-of-2"})[0] == folder
    assert (folder / "meltano.yml").read_text() == "two"


def test_a_shards_folder_follows_a_project_that_was_moved(project: Path, tmp_path: Path) -> None:
    elsewhere = {SHARD: "a", FOLDER: str(tmp_path / "disk")}
    own_folder(project, elsewhere)
    moved = project.rename(tmp_path / "moved")
    folder, _ = own_folder(moved, elsewhere)
    assert (folder / "plugins").resolve() == moved / "plugins"


@pytest.mark.parametrize("name", ["../elsewhere", "EU", "a b", "-"])
def test_a_shard_without_a_usable_name_is_refused(project: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is no name for a folder"):
        own_folder(project, {SHARD: name})


def test_a_shards_folder_that_cannot_be_made_is_named(project: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=f"cannot be made .*{FOLDER} names another place"):
        own_folder(project, {SHARD: "a", FOLDER: str(tmp_path / "file")})


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({}, {}),
        ({"TARGET_POSTGRES_SSL_ENABLE": "true"}, {"PGSSLMODE": "verify-full"}),
        ({"TARGET_POSTGRES_SSL_ENABLE": "true", "TARGET_POSTGRES_SSL_MODE": "require"}, {"PGSSLMODE": "require"}),
        ({"PGSSLMODE": "verify-ca", "PGSSLROOTCERT": "ca.pem"}, {"PGSSLMODE": "verify-ca", "PGSSLROOTCERT": "ca.pem"}),
    ],
)
def test_tls_is_asked_for_as_the_loader_is_told(variables: dict[str, str], says: dict[str, str]) -> None:
    assert tls(variables) == says
