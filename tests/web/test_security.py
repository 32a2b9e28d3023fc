"""What the guard refuses: pages of other sites, rebound names, changes without a token."""

from pathlib import Path

import httpx
import pytest

from ovmr_index import Index
from ovmr_index.web.app import create_app
from ovmr_index.web.options import ServeOptions
from tests.support.asking import Asking

HERE = "http://127.0.0.1:8765"
TOKEN = "the-token-of-the-address"
OPTIONS = ServeOptions()


@pytest.fixture(scope="module")
def index(shared: Path) -> Index:
    return Index.open(shared, create=False)


@pytest.fixture
def client(index: Index) -> Asking:
    return Asking(create_app(index, OPTIONS), HERE)


@pytest.fixture
def elsewhere(index: Index) -> Asking:
    """Return a client of pages that other machines may ask for."""
    options = ServeOptions(host="192.0.2.7", token=TOKEN)
    return Asking(create_app(index, options), "http://192.0.2.7:8765")


def _change(client: Asking, **headers: str | bytes) -> httpx.Response:
    given = {"X-Ovmr-Token": OPTIONS.page_token, "Origin": HERE} | headers
    return client.ask("POST", "/nothing", json={}, headers=given)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:9000", "LOCALHOST", "[::1]:8765"])
def test_this_machine_is_known_by_its_names(client: Asking, host: str) -> None:
    assert client.get("/static/style.css", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 403),
        ("evil.example:8765", 403),
        ("127.0.0.1.evil.example", 403),
        ("localhost.evil.example", 403),
        ("192.0.2.7:8765", 403),
        ("0.0.0.0:8765", 403),
        ("user@127.0.0.1", 400),
        ("127.0.0.1:8765, evil.example", 400),
        ("localhost:port", 400),
        ("", 400),
    ],
)
def test_a_foreign_host_is_refused(client: Asking, host: str, status: int) -> None:
    """A name that was rebound to this machine stays the name of another."""
    for path in ("/", "/static/style.css", "/nothing"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == status
        assert OPTIONS.page_token not in answer.text


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:9000", "http://localhost:8765", ""]
)
def test_a_foreign_origin_is_refused(client: Asking, origin: str) -> None:
    assert _change(client, Origin=origin).status_code == 403
    assert client.get("/", headers={"Origin": origin}).status_code == 403


# The token is drawn, and every worker must know a test by the same name.
@pytest.mark.parametrize(
    "token",
    ["", "wrong", "ÿ", OPTIONS.page_token[:-1]],
    ids=["none", "wrong", "not ASCII", "cut"],
)
def test_a_change_needs_the_token_of_a_page(client: Asking, token: str) -> None:
    assert _change(client, **{"X-Ovmr-Token": token.encode()}).status_code == 403
    assert _change(client).status_code == 404


def test_a_change_may_not_be_endless(client: Asking) -> None:
    large = _change(client, **{"Content-Length": str(1 << 40)})
    assert large.status_code == 413


def test_nothing_is_changed_in_what_is_read_only(index: Index) -> None:
    client = Asking(create_app(index, ServeOptions(read_only=True)), HERE)
    refused = client.ask("POST", "/collate")
    assert (refused.status_code, "--read-only" in refused.text) == (403, True)
    assert "token" not in client.get("/").text


def test_every_answer_binds_the_browser(client: Asking) -> None:
    refused = {"Host": "evil.example"}
    for answer in (client.get("/"), client.get("/nothing"), client.get("/", headers=refused)):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_page_has_no_script_and_no_style_within(client: Asking) -> None:
    text = client.get("/").text
    assert "<style" not in text
    assert " style=" not in text
    assert text.count("<script") == text.count('<script src="/') + text.count(
        '<script type="module" src="/'
    )


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static//etc/passwd",
        "/static/%00",
        "/static/",
        "//evil.example",
    ],
)
def test_nothing_outside_is_served(client: Asking, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "text/html" in answer.headers["Content-Type"]


def test_head_is_answered(client: Asking) -> None:
    answer = client.ask("HEAD", "/")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_stranger_needs_the_token_of_the_address(elsewhere: Asking) -> None:
    assert elsewhere.get("/").status_code == 403
    assert elsewhere.get("/static/style.css").status_code == 403
    assert elsewhere.get("/?token=wrong").status_code == 403
    elsewhere.cookies.set("ovmr_token_8765", "wrong")
    assert elsewhere.get("/").status_code == 403


def test_the_token_becomes_a_cookie(elsewhere: Asking) -> None:
    entered = elsewhere.get(f"/?q=ball&token={TOKEN}")
    assert (entered.status_code, entered.headers["Location"]) == (303, "/?q=ball")
    assert "HttpOnly" in entered.headers["Set-Cookie"]
    assert "SameSite=lax" in entered.headers["Set-Cookie"]
    assert elsewhere.get("/").status_code == 200
    assert elsewhere.get("/", headers={"Host": "evil.example"}).status_code == 403


def test_the_token_leads_to_no_other_site(elsewhere: Asking) -> None:
    entered = elsewhere.get(f"//evil.example/?token={TOKEN}")
    assert entered.headers["Location"] == "/evil.example/"
