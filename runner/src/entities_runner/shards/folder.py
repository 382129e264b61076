"""The folder of a shard: the project's programs and sources, and everything a run writes for itself.

Two runs of one project folder break each other, because Meltano keeps what belongs to a run there.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from entities_runner.account import UsageError

SHARD = "AMAZON_ADS_SHARD"
FOLDER = "AMAZON_ADS_SHARDS_FOLDER"
STATE_ID_SUFFIX = "MELTANO_RUN_STATE_ID_SUFFIX"

_USABLE = re.compile("[a-z0-9][a-z0-9-]{0,49}")
_LINKED = (
    ".env",
    ".venv",
    ".meltano/extractors",
    ".meltano/loaders",
    ".meltano/utilities",
    "requirements",
    "plugins",
    "tap-amazon-ads-entities",
    "loader",
)
_WRITTEN = frozenset({"target", "logs", ".user.yml"})
"""What dbt writes beside its sources."""


def own_folder(project: Path, environment: Mapping[str, str]) -> tuple[Path, dict[str, str]]:
    """Where a run works: in the project, or in a folder of the shard that the environment names.

    Args:
        project: the folder that was set up.
        environment: of the run.

    Returns:
        The folder, made if need be, and the environment; a shard's STATE has an id of its own, and its services are
        the project's.

    Raises:
        UsageError: the shard has no usable name, or its folder cannot be made.
    """
    shard = environment.get(SHARD)
    if not shard:
        return project, dict(environment)
    if not _USABLE.fullmatch(shard):
        message = f"{SHARD} is {shard!r}, which is no name for a folder: use lower-case letters, digits and -."
        raise UsageError(message)
    folder = (Path(environment.get(FOLDER) or project / ".sandbox" / "shards") / shard).resolve()
    _make(project, folder)
    defaults = {STATE_ID_SUFFIX: shard, "AMAZON_ADS_SANDBOX_HOME": str(project / ".sandbox")}
    return folder, {**defaults, **environment}


def _make(project: Path, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in (".meltano", ".meltano/run", "transform"):
            (folder / name).mkdir(mode=0o700, exist_ok=True)
        sources = (f"transform/{each.name}" for each in (project / "transform").iterdir() if each.name not in _WRITTEN)
        for name in (*_LINKED, *sources):
            _link(project / name, folder / name)
        _copy(project / "meltano.yml", folder / "meltano.yml")
    except OSError as error:
        message = f"The shard's folder {folder} cannot be made ({error.strerror}); {FOLDER} names another place."
        raise UsageError(message) from error


def _link(target: Path, link: Path) -> None:
    # A project that was moved is linked anew; two runs of a shard that begin at once make the same links.
    if link.is_symlink() and link.readlink() != target:
        link.unlink(missing_ok=True)
    if target.exists():
        with contextlib.suppress(FileExistsError):
            link.symlink_to(target)


def _copy(source: Path, copy: Path) -> None:
    """Meltano takes no link for its file."""
    text = source.read_bytes()
    if copy.exists() and copy.read_bytes() == text:
        return
    with tempfile.NamedTemporaryFile(dir=copy.parent, delete=False) as file:
        file.write(text)
    Path(file.name).replace(copy)
