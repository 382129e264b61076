"""Every error the tap raises on purpose, grouped by what the caller does about it."""

from __future__ import annotations


class TapError(Exception):
    """Base of all of them; the message is a sentence for people, without secrets."""


# --- The whole run ends: nothing more can be read -----------------------------------


class RunEndingError(TapError):
    """No slice can go on."""


class CredentialsError(RunEndingError):
    """Login with Amazon rejected the credentials, or there are none; retrying cannot help.

    Args:
        message: what happened, for people.
        code: OAuth's error code, if there was one.
    """

    def __init__(self, message: str, *, code: str | None = None) -> None:
        """Keep what a check wants to know."""
        super().__init__(message)
        self.code = code


class TokenUnavailableError(RunEndingError):
    """Login with Amazon could not be reached, or kept failing."""


class ProxyError(RunEndingError):
    """The proxy that the environment names cannot be used, or refuses us."""


class ConnectionStoreError(RunEndingError):
    """The database of the connections cannot be used."""


class StoppedError(RunEndingError):
    """The run was told to stop (a signal, a closed stdout, a lost parent)."""


class StateError(RunEndingError):
    """The STATE handed to the tap cannot be understood."""


# --- One slice ends as an error; the others go on -----------------------------------


class SliceError(TapError):
    """A slice (profile and entity) could not be read to its end.

    Args:
        message: what happened, for people.
        status: HTTP status of the response that decided it, if there was one.
        request_id: Amazon's id of that request, to send to their support.
    """

    def __init__(self, message: str, *, status: int | None = None, request_id: str | None = None) -> None:
        """Keep what the run log wants to know."""
        super().__init__(message)
        self.status = status
        self.request_id = request_id


class CancelledError(SliceError):
    """The chain was given up because its slice had already failed."""


class UnmappableError(SliceError):
    """What the stream maps say cannot be done to a row."""


class ConnectionFailedError(SliceError):
    """One of several connections gives no token any more; the profiles of the others go on."""


# --- One item is left out, the others of its slice go on, and the slice ends as an error --


class RefusedItemError(TapError):
    """An item of a list cannot become a row.

    Args:
        field: Amazon's name of the field that decided it.
        reason: what is wrong with it, for people.
    """

    def __init__(self, field: str, reason: str) -> None:
        """Keep which field it was."""
        super().__init__(f"{field} {reason}")
        self.field = field


# --- One request is tried again ------------------------------------------------------


class RetryableError(TapError):
    """The response, or the lack of one, says nothing about the data: ask again."""


class TransportError(RetryableError):
    """No complete response: refused, reset, timed out, cut short."""


class BadBodyError(RetryableError):
    """A 200 whose body is not the page it should be: empty, HTML, cut, null."""


class InvalidPageTokenError(SliceError):
    """Amazon refused a page, probably because it no longer knows the next token: the list has to start again."""
