"""Names the repository in a package's metadata, where the build knows it."""

from __future__ import annotations

import os
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class RepositoryUrls(MetadataHookInterface):
    """The release workflow's own repository: a fork's packages never point at somebody else's."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Set `urls`; none where the build is not a workflow's."""
        server, name = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
        if not (server and name):
            metadata["urls"] = {}
            return
        home = f"{server}/{name}"
        metadata["urls"] = {
            "Homepage": home,
            "Documentation": f"{home}#readme",
            "Changelog": f"{home}/blob/main/CHANGELOG.md",
            "Issues": f"{home}/issues",
        }
