"""A sign-in leads back to the page it began from, and never to anybody else's."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.returning import ReturnToThePage, is_a_page
from tests.server.asked import get

PAGE = "/review?case=C-1010/routine/USD&as_of=2026-03-31"
HOST = "http://countback"


async def login(_: Request) -> Response:
    return RedirectResponse("https://id.example/authorize")


async def callback(request: Request) -> Response:
    """As Streamlit ends a sign-in: a cookie when somebody is signed in, and the start page."""
    answer = RedirectResponse("/", status_code=302)
    if "code" in request.query_params:
        answer.set_cookie("_streamlit_user", "somebody")
    return answer


async def page(_: Request) -> Response:
    return Response("a page")


APP = Starlette(
    routes=[
        Route("/auth/login", login),
        Route("/oauth2callback", callback),
        Route("/review", page),
    ],
    middleware=[Middleware(ReturnToThePage)],
)


def begun_from(referer: str) -> str:
    """The cookie that a sign-in begun there leaves in the browser."""
    told = get(APP, "/auth/login", referer=referer)
    assert told.headers["location"] == "https://id.example/authorize"
    assert "HttpOnly; SameSite=Lax" in told.headers["set-cookie"]
    return told.headers["set-cookie"].partition(";")[0]


def led_to(cookie: str, query: str = "?code=1") -> str:
    return get(APP, f"/oauth2callback{query}", cookie=cookie).headers["location"]


def test_it_leads_back_to_page_and_query_once() -> None:
    cookie = begun_from(HOST + PAGE)
    ends = get(APP, "/oauth2callback?code=1", cookie=cookie)
    assert ends.headers["location"] == PAGE
    assert "countback_asked=; Path=/; Max-Age=0" in ends.headers["set-cookie"]


def test_whoever_is_not_signed_in_by_it_is_led_nowhere() -> None:
    assert led_to(begun_from(HOST + PAGE), query="") == "/"


@pytest.mark.parametrize(
    "referer",
    [
        "",
        "https://evil.example/review",
        "http://countback.evil.example/review",
        "http://countback@evil.example/review",
        HOST,
        f"{HOST}//evil.example/review",
        f"{HOST}/\\evil.example",
        f"{HOST}/{'x' * 3000}",
        "http://[countback/review",
    ],
)
def test_a_sign_in_begun_elsewhere_ends_on_the_start_page(referer: str) -> None:
    assert led_to(begun_from(referer)) == "/"


@pytest.mark.parametrize(
    "cookie",
    [
        "countback_asked=https%3A%2F%2Fevil.example",
        "countback_asked=%2F%2Fevil.example",
        "countback_asked=%2F%5Cevil.example",
        "countback_asked=%2Freview%0D%0ASet-Cookie%3A%20a%3Db",
        "countback_asked=%2F%09%2Fevil.example",
        "countback_asked",
        "\x00=;;,",
    ],
)
def test_a_cookie_that_somebody_planted_leads_nowhere_else(cookie: str) -> None:
    assert led_to(cookie) == "/"


def test_other_answers_are_left_alone() -> None:
    told = get(APP, "/review", referer=HOST + PAGE, cookie="countback_asked=%2Fexports")
    assert (told.text, "set-cookie" in told.headers) == ("a page", False)


def test_a_page_is_a_path_of_ours() -> None:
    assert is_a_page(PAGE)
    for other in ("", "review", "//x", "/\\x", "/a b", "/ä", "https://x"):
        assert not is_a_page(other)
