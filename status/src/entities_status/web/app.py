"""The routes: whole pages, parts of them that are fetched when they are looked at, metrics, files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from entities_runner.account import UsageError
from entities_status import metrics, monitor
from entities_status.pages import account, changes, health, render, runs
from entities_status.pages.text import moment_of
from entities_status.questions import tree
from entities_status.questions.health import PROFILES
from entities_status.reader import Reader, Session
from entities_status.web.guard import middleware

View = Callable[[Session, Request], "dict[str, Any] | None"]
_TYPES = {".css": "text/css", ".js": "text/javascript"}
_DOWN, _MISSING, _REFUSED, _FOUND = 503, 404, 400, 200
_NUL = "\x00"


def make(reader: Reader) -> Starlette:
    """The application on one database."""
    pages = [
        _page(reader, path, f"{name}.html", name, view)
        for path, name, view in (
            ("/", "health", lambda session, _: {"grid": health.grid(session)}),
            ("/slice/{profile}/{entity}", "slice", _slice),
            ("/runs", "runs", _runs),
            ("/run/{run}", "run", lambda session, request: runs.one(session, request.path_params["run"])),
            ("/account", "account", _account),
            ("/changes", "changes", _changes),
            ("/throttling", "throttling", lambda session, request: runs.throttling(session, _days(request, 1))),
        )
    ]
    parts = [
        _page(reader, f"/part/{name}", f"parts/{name}.html", None, view)
        for name, view in (
            ("running", lambda session, _: runs.running(session)),
            ("recent", _runs),
            ("counts", lambda session, request: account.counts(session, _profile(request))),
            ("amounts", _amounts),
            ("asins", _asins),
            ("tree", _tree),
            ("search", _search),
        )
    ]

    def scrape(_: Request) -> Response:
        return Response(metrics.text(reader), media_type=metrics.MEDIA_TYPE)

    def status(_: Request) -> Response:
        report = monitor.report(reader)
        return JSONResponse(report, _FOUND if report["ok"] else _DOWN)

    return Starlette(
        routes=[
            *pages,
            *parts,
            Route("/metrics", scrape),
            Route("/status.json", status),
            Route("/static/{name:path}", _static),
        ],
        middleware=middleware(),
    )


def _page(reader: Reader, path: str, template: str, name: str | None, view: View) -> Route:
    """A route to what a template shows of a view; what keeps it from being shown is said in its place."""

    def answer(request: Request) -> Response:
        base: dict[str, Any] = {"view": name, "database": reader.address, "user": reader.user, "file": False}
        if _NUL in "".join([*request.path_params.values(), *request.query_params.values()]):
            return _html(_problem(base, "No text of a database holds the character NUL."), _REFUSED)
        try:
            with reader.session() as session:
                found = view(session, request)
        except UsageError as error:
            return _html(_problem(base, str(error)), _DOWN)
        if found is None:
            problem = "There is nothing of that name, or it is not shown to this role."
            return _html(_problem(base, problem), _MISSING)
        shown = {**base, **found, "left_out": session.left_out}
        above = "" if name else render.page("parts/left_out.html", **shown)
        return _html(above + render.page(template, **shown))

    return Route(path, answer)


def _problem(base: dict[str, Any], problem: str) -> str:
    template = "problem.html" if base["view"] else "parts/problem.html"
    return render.page(template, **base, problem=problem, left_out=[])


def _html(text: str, status: int = _FOUND) -> Response:
    return HTMLResponse(text, status, {"Cache-Control": "no-store"})


def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in {render.STYLE, *render.SCRIPTS}:
        return PlainTextResponse("There is no such file.", _MISSING)
    media = _TYPES[name[name.rindex(".") :]]
    return Response(render.static(name), media_type=media, headers={"Cache-Control": "max-age=31536000, immutable"})


def _profile(request: Request) -> str | None:
    return request.query_params.get("profile") or None


def _days(request: Request, default: int = 7) -> int:
    asked = request.query_params.get("days", "")
    return next((days for days in runs.DAYS if str(days) == asked), default)


def _runs(session: Session, request: Request) -> dict[str, Any]:
    before = moment_of(request.query_params.get("before"))
    return {**runs.recent(session, _days(request), before), "before": before}


def _slice(session: Session, request: Request) -> dict[str, Any] | None:
    return health.detail(session, request.path_params["profile"], request.path_params["entity"])


def _account(session: Session, request: Request) -> dict[str, Any]:
    return {
        "profile": _profile(request),
        "profiles": session.ask(PROFILES),
        "text": request.query_params.get("text", ""),
        "asin": request.query_params.get("asin", ""),
        "kinds": list(tree.SEARCH),
    }


def _changes(session: Session, request: Request) -> dict[str, Any]:
    return changes.recent(session, dict(request.query_params))


def _amounts(session: Session, request: Request) -> dict[str, Any]:
    return account.amounts(session, _profile(request), request.query_params.get("currency"))


def _asins(session: Session, request: Request) -> dict[str, Any]:
    asin = request.query_params.get("asin", "").strip() or None
    return {**account.asins(session, _profile(request), asin), "profile": _profile(request)}


def _tree(session: Session, request: Request) -> dict[str, Any] | None:
    asked = request.query_params
    kind = asked.get("kind", "root")
    if kind not in tree.CHILDREN:
        return None
    after = (asked["after"], asked["after_id"]) if "after_id" in asked else None
    return account.children(session, kind, _profile(request), asked.get("id"), after)


def _search(session: Session, request: Request) -> dict[str, Any] | None:
    kind, text = request.query_params.get("kind", ""), request.query_params.get("text", "").strip()
    if kind not in tree.SEARCH or not text:
        return None
    return account.search(session, text, kind, _profile(request))
