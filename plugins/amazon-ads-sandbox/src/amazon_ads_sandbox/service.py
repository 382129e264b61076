"""What is started for as long as a `with` block lasts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import TypeVar

_Service = TypeVar("_Service", bound="Service")


class Service(ABC):
    """Something that can be started and stopped."""

    @abstractmethod
    def start(self) -> Service:
        """Start it and wait until it answers."""

    @abstractmethod
    def stop(self) -> None:
        """Stop it."""

    def __enter__(self: _Service) -> _Service:  # noqa: PYI019 - typing.Self is newer than Python 3.10
        """Start it."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()
