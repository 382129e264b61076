"""Which database the page shows, and as whom: the one of `make sync`, as its owner or as any other role."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from entities_runner import checks
from entities_runner.account import AUTO, DATABASE, UsageError, choose, settings
from entities_runner.services import start_database
from entities_status.reader import Reader

_ROLE = "AMAZON_ADS_STATUS_"


@contextmanager
def reader(project: Path, environment: Mapping[str, str]) -> Iterator[Reader]:
    """The database of a project; an embedded one is started where it does not run, and stopped by the last who uses it.

    Args:
        project: its folder.
        environment: overrides its .env.

    Raises:
        UsageError: a setting is wrong, or the embedded database cannot be started.
    """
    variables = settings(project, environment)
    for problem in checks.problems(variables):
        raise UsageError(problem)
    with ExitStack() as stack:
        # Whoever only looks needs no credentials of Amazon.
        if not variables.get(DATABASE):
            variables |= _embedded(project, variables, stack)
        yield Reader(variables, _ROLE if variables.get(f"{_ROLE}USER") else "")


def _embedded(project: Path, variables: Mapping[str, str], stack: ExitStack) -> dict[str, str]:
    choice = choose(variables, variables.get("MELTANO_ENVIRONMENT") or AUTO)
    home = Path(variables.get("AMAZON_ADS_SANDBOX_HOME") or project / ".sandbox")
    return start_database(choice, home, stack)
