"""Sealed tokens, keys, and the answer to a question of consent."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tap_amazon_ads_entities.connect.consent import Consent, ConsentError, consent_page
from tap_amazon_ads_entities.connections.cipher import Cipher
from tap_amazon_ads_entities.connections.model import is_label
from tap_amazon_ads_entities.errors import CredentialsError
from tap_amazon_ads_entities.process.redaction import printable
from tap_amazon_ads_entities.settings import keys
from tap_amazon_ads_entities.settings.validation import problems

TOKEN = "Atzr|the-token"
OLD, NEW = keys.new(), keys.new()
CONSENT = Consent("https://www.amazon.com/ap/oa", "client", "https://amazon.com")


def cipher(*texts: str) -> Cipher:
    return Cipher(keys.parse(",".join(texts)))


def test_a_sealed_token_opens_and_holds_nothing_of_the_token() -> None:
    first, second = cipher(NEW).seal("me", TOKEN), cipher(NEW).seal("me", TOKEN)
    assert cipher(NEW).open("me", first, cipher(NEW).key_id) == TOKEN
    assert first != second
    assert b"Atzr" not in first


def test_any_single_flipped_bit_is_noticed() -> None:
    box, sealed = cipher(NEW), cipher(NEW).seal("me", TOKEN)
    for place in range(len(sealed) * 8):
        altered = bytearray(sealed)
        altered[place // 8] ^= 1 << place % 8
        with pytest.raises(CredentialsError, match="connection 'me': its stored token was altered"):
            box.open("me", bytes(altered), box.key_id)


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" * 20])
def test_a_token_that_was_cut_short_is_noticed(sealed: bytes) -> None:
    with pytest.raises(CredentialsError, match="was altered"):
        cipher(NEW).open("me", sealed, cipher(NEW).key_id)


def test_a_token_of_another_connection_is_refused() -> None:
    box = cipher(NEW)
    with pytest.raises(CredentialsError, match=r"connection 'you': .* belongs to another connection"):
        box.open("you", box.seal("me", TOKEN), box.key_id)


def test_the_wrong_key_is_named_by_its_fingerprint_and_never_shown() -> None:
    sealed, key_id = cipher(OLD).seal("me", TOKEN), cipher(OLD).key_id
    with pytest.raises(CredentialsError) as caught:
        cipher(NEW).open("me", sealed, key_id)
    assert f"connection 'me': its token was encrypted with the key {key_id}" in str(caught.value)
    assert OLD not in str(caught.value)
    assert NEW not in str(caught.value)


def test_the_old_key_still_opens_and_the_newest_seals() -> None:
    sealed = cipher(OLD).seal("me", TOKEN)
    both = cipher(NEW, OLD)
    assert both.open("me", sealed, cipher(OLD).key_id) == TOKEN
    assert both.key_id == cipher(NEW).key_id
    assert cipher(NEW).open("me", both.seal("me", TOKEN), both.key_id) == TOKEN


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not a key", "at place 1"),
        (f"{NEW},c2hvcnQ=", "at place 2"),
        (" , ", "holds no key"),
        (f"{NEW}\u00e9", "at place 1"),
    ],
    ids=["no key", "a short one", "nothing", "a key and more"],
)
def test_a_malformed_key_is_named_by_its_place(text: str, words: str) -> None:
    config = {"client_id": "i", "client_secret": "s", "connections_url": "host=x", "encryption_keys": text}
    found = problems(config)
    assert len(found) == 1
    assert found[0].startswith("Setting 'encryption_keys' holds ")
    assert words in found[0]
    assert NEW not in found[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"refresh_token": "r"}, "Settings 'refresh_token' and 'connections_url' are both set"),
        ({"encryption_keys": None}, "Setting 'encryption_keys' is missing"),
        ({"connections_url": None}, "Setting 'refresh_token' is missing"),
        ({"connections_url": None, "refresh_token": "r", "connections": "a"}, "connections_url is not set"),
    ],
)
def test_settings_of_stored_connections_that_do_not_fit_together_are_said_in_one_sentence(
    change: dict[str, str],
    words: str,
) -> None:
    good = {"client_id": "i", "client_secret": "s", "connections_url": "host=x", "encryption_keys": NEW}
    assert problems(good) == []
    found = problems({**good, **change})
    assert len(found) == 1
    assert words in found[0]


def test_the_address_for_the_browser_holds_state_and_challenge_but_not_the_verifier() -> None:
    query = {name: values[0] for name, values in parse_qs(urlsplit(CONSENT.url).query).items()}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(CONSENT.verifier.encode()).digest()).decode().rstrip("=")
    assert query == {
        "client_id": "client",
        "scope": "advertising::campaign_management",
        "response_type": "code",
        "redirect_uri": "https://amazon.com",
        "state": CONSENT.state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    assert CONSENT.verifier not in CONSENT.url


def test_every_question_has_its_own_state_and_verifier() -> None:
    other = Consent(CONSENT.page, CONSENT.client_id, CONSENT.redirect_uri)
    assert {other.state, other.verifier}.isdisjoint({CONSENT.state, CONSENT.verifier})
    assert 43 <= len(CONSENT.verifier) <= 128


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"code": "c", "state": "another"}, "belongs to another question"),
        ({"code": "c"}, "belongs to another question"),
        ({"code": "c", "state": "\u00e9"}, "belongs to another question"),
        ({"state": CONSENT.state}, "holds no code"),
        ({"error": "access_denied", "state": CONSENT.state}, "the consent was declined"),
        ({"error": "invalid_scope", "state": CONSENT.state}, "not approved for the Amazon Ads API"),
        ({"error": "new", "error_description": "so\x1b[2Jo", "state": CONSENT.state}, r"new: so\x1b[2Jo"),
    ],
)
def test_an_answer_without_a_code_for_this_question_says_why(fields: dict[str, str], words: str) -> None:
    with pytest.raises(ConsentError) as caught:
        CONSENT.code(f"https://amazon.com/?{urlencode(fields)}")
    assert words in str(caught.value)


def test_the_code_of_the_right_answer_is_read() -> None:
    answer = f" https://amazon.com/?code=abc&scope=x&state={CONSENT.state}\n"
    assert CONSENT.code(answer) == "abc"


def test_each_region_has_its_consent_page_and_a_sandbox_its_own() -> None:
    token_url = "https://api.amazon.com/auth/o2/token"
    assert consent_page("EU", token_url) == "https://eu.account.amazon.com/ap/oa"
    assert consent_page("EU", "http://127.0.0.1:1/auth/o2/token") == "http://127.0.0.1:1/ap/oa"


@pytest.mark.parametrize(
    ("text", "good"),
    [("Müller & Söhne", True), ("a@b.example", True), ("", False), (" a", False), ("a,b", False), ("a\x1b", False)],
)
def test_labels_can_be_listed_in_a_setting_and_shown(text: str, *, good: bool) -> None:
    assert is_label(text) is good


def test_text_from_outside_cannot_move_the_cursor_or_turn_around() -> None:
    assert printable("株式会社 🚀 O'Brien") == "株式会社 🚀 O'Brien"
    assert printable("a\x1b]0;x\x07\r\n\u202eb") == r"a\x1b]0;x\x07\r\n\u202eb"
