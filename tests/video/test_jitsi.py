"""Jitsi tokens against the vendors' examples, and the set-ups that cannot work."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from hypothesis import given
from hypothesis import strategies as st

from video.errors import NotConfigured
from video.jitsi import Jitsi, JitsiKeys
from video.provider import Participant, Role

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECRET = "jitsi_app_secret_dev_0123456789abcdef"
OWN = JitsiKeys("meet.example.com", "my_app", app_secret=SECRET)
APP = "vpaas-magic-cookie-dev"
ALICE = Participant("u1", "Alice", Role.HOST)
BOB = Participant("u2", "Bob", Role.GUEST, "de")

HS256_VECTOR = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJteV9hcHAiLCJhdWQiOiJqaXRzaSIsInN1YiI6Im1lZXQuZXhhbXBsZS5jb20iLCJyb29t"
    "Ijoib3JkZXItN2YzYSIsImlhdCI6MTc2NzIyNTYwMCwibmJmIjoxNzY3MjI1NTkwLCJleHAiOjE3NjcyMjkyMDAsImNvbnRleHQiOnsidXNlciI6eyJp"
    "ZCI6InUxIiwibmFtZSI6IkFsaWNlIiwiYWZmaWxpYXRpb24iOiJvd25lciJ9LCJmZWF0dXJlcyI6eyJyZWNvcmRpbmciOmZhbHNlfX19"
    ".1-3W2bJKgqqabmaOVO5bftUy297dPZDAdcUQdsKeR1U"
)
RS256_VECTOR = (
    "eyJhbGciOiJSUzI1NiIsImtpZCI6InZwYWFzLW1hZ2ljLWNvb2tpZS1kZXYvMGExYjJjIiwidHlwIjoiSldUIn0.eyJhdWQiOiJqaXRzaSIsImlzcyI6"
    "ImNoYXQiLCJzdWIiOiJ2cGFhcy1tYWdpYy1jb29raWUtZGV2Iiwicm9vbSI6Im9yZGVyLTdmM2EiLCJuYmYiOjE3NjcyMjU1OTAsImV4cCI6MTc2NzIz"
    "MjgwMCwiY29udGV4dCI6eyJ1c2VyIjp7ImlkIjoidTEiLCJuYW1lIjoiQWxpY2UiLCJtb2RlcmF0b3IiOiJ0cnVlIn0sImZlYXR1cmVzIjp7ImxpdmVz"
    "dHJlYW1pbmciOiJmYWxzZSIsInJlY29yZGluZyI6ImZhbHNlIn19fQ.od-rwOZIB8ICBX3gNtXsUwiXO6uUVHQ1cHcdrfh_ydxl_jFwjT3AyIQ72Y_Aj"
    "FKe_EGkh4YE0nC0oqGd6tXKpYj0tNQcFeZrK4ujgzdHDtFTXFsyH7Uc1gZ57KxXTtxvBwwT29ghAcARMs6VtGwUCX0s2y4m8HP5XdtUMwb2N3XWUV9EM"
    "StE4o9n-l7ablcfwq_paIcobSTcbgFravru92XwH7FIz9c-U9V8o3nbtbZ_tjwCN_0z0igTD2Tq6Xg0j3ewb8XjFUOt3eWayhAP3gJ0aZlAuefMXbkhB"
    "yjVJbt0gTv7ttjq3T5h_N37Ls7p3enBQuX1arPYuhDxXFyaOA"
)
JAAS_PUBLIC_KEY = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEApipheBS8iH3oK7wuRqZ1
YcTx3Bmzb3Z0llQFsbr9u2TLp8GEFZkUURXP3WDD7ZyY49IUDHnFHo4XdCkrLeMx
Uf/nPxggRiLCKBlFFRMVOQhd5VlU8z7Fp8DqBsz42oVVHQjGiHvNbn1sB9k7Z38e
wlXEsRUTP7vkApekbNlYkBfrJo1/0ageQNOoe1DQr3RS6Lgrjl9UxACvV3M1tVy4
kzoeArRUGmZ9FnCjHj/JKC2ceriTxRqHKJyxHSobTl1aaqjcdRwujkNxs+Y2ClZo
lms8L1zgzXhdPjiz1+AJ5ZsciUpN7652CkXar4UT98PnTQEzMJdTZzPG4oUeL22o
JwIDAQAB
-----END PUBLIC KEY-----
"""
Claims = dict[str, object]


def claims_of(token: str, key: str | bytes, algorithm: str) -> Claims:
    """The claims of a rightly signed token, whatever the time."""
    unclocked = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
    return dict(jwt.decode(token, key, [algorithm], options=unclocked))  # type: ignore[arg-type]


@cache
def rsa_pem(bits: int = 2048) -> str:
    key = generate_private_key(65537, bits)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@cache
def public_pem(private: str) -> bytes:
    key = load_pem_private_key(private.encode(), None).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def jaas_keys(**changes: str) -> JitsiKeys:
    values = {"domain": "8x8.vc", "app_id": APP, "key_id": "0a1b2c", "private_key": rsa_pem()} | changes
    return JitsiKeys(**values)


@cache
def jaas() -> Jitsi:
    return Jitsi(jaas_keys())


def own_claims(who: Participant) -> Claims:
    token = Jitsi(OWN).ticket("order-7f3a", who, now=NOW, lasts=timedelta(hours=1)).token
    return claims_of(token, SECRET, "HS256")


def jaas_claims(who: Participant, *, hours: int = 2) -> Claims:
    token = jaas().ticket("order-7f3a", who, now=NOW, lasts=timedelta(hours=hours)).token
    return claims_of(token, public_pem(rsa_pem()), "RS256")


def part(claims: Claims, *path: str) -> Claims:
    for name in path:
        inner = claims[name]
        assert isinstance(inner, dict)
        claims = inner
    return claims


def test_an_own_servers_token_says_all_that_jitsis_example_says() -> None:
    ours, theirs = own_claims(ALICE), claims_of(HS256_VECTOR, SECRET, "HS256")
    assert {k: v for k, v in ours.items() if k != "context"} == {k: v for k, v in theirs.items() if k != "context"}
    assert part(theirs, "context", "user").items() <= part(ours, "context", "user").items()
    assert part(theirs, "context", "features").items() <= part(ours, "context", "features").items()


def test_a_jaas_token_says_all_that_the_vendors_example_says() -> None:
    ours, theirs = jaas_claims(ALICE), claims_of(RS256_VECTOR, JAAS_PUBLIC_KEY, "RS256")
    assert {k: v for k, v in ours.items() if k not in ("context", "iat")} == {
        k: v for k, v in theirs.items() if k != "context"
    }
    assert part(ours, "context", "user") == part(theirs, "context", "user")
    assert part(theirs, "context", "features").items() <= part(ours, "context", "features").items()


@pytest.mark.parametrize("key_id", ["0a1b2c", f"{APP}/0a1b2c"])
def test_a_jaas_header_names_app_and_key(key_id: str) -> None:
    ticket = Jitsi(jaas_keys(key_id=key_id)).ticket("order-7f3a", ALICE, now=NOW, lasts=timedelta(hours=1))
    assert jwt.get_unverified_header(ticket.token) == jwt.get_unverified_header(RS256_VECTOR)


def test_a_jaas_ticket_lives_under_its_app() -> None:
    ticket = Jitsi(jaas_keys()).ticket("order-7f3a", ALICE, now=NOW, lasts=timedelta(hours=1))
    assert (ticket.domain, ticket.room) == ("8x8.vc", f"{APP}/order-7f3a")
    assert ticket.script_url == f"https://8x8.vc/{APP}/external_api.js"


def test_an_own_servers_ticket_names_its_script_and_room() -> None:
    ticket = Jitsi(OWN).ticket("order-7f3a", BOB, now=NOW, lasts=timedelta(hours=1))
    assert (ticket.kind, ticket.domain, ticket.room) == ("jitsi", "meet.example.com", "order-7f3a")
    assert ticket.script_url == "https://meet.example.com/external_api.js"
    assert ticket.options["lang"] == "de"
    assert ticket.options["userInfo"] == {"displayName": "Bob"}


def test_a_server_on_another_port_keeps_it_everywhere_but_in_the_subject() -> None:
    keys = JitsiKeys("http://127.0.0.1:8001/", "my_app", app_secret=SECRET)
    ticket = Jitsi(keys).ticket("order-7f3a", BOB, now=NOW, lasts=timedelta(hours=1))
    assert ticket.domain == "127.0.0.1:8001"
    assert ticket.script_url == "http://127.0.0.1:8001/external_api.js"
    assert ticket.origins == ("http://127.0.0.1:8001",)
    assert claims_of(ticket.token, SECRET, "HS256")["sub"] == "127.0.0.1"


names = st.text(st.characters(codec="utf-8"), max_size=40)


@given(person=names, name=names, language=names)
def test_a_customer_is_never_moderator_whatever_they_are_called(person: str, name: str, language: str) -> None:
    guest = Participant(person, name, Role.GUEST, language)
    own, jaas = part(own_claims(guest), "context"), part(jaas_claims(guest), "context")
    assert (part(own, "user")["affiliation"], part(own, "user")["moderator"]) == ("member", False)
    assert part(jaas, "user")["moderator"] == "false"
    assert "features" not in jaas
    assert not any(part(own, "features").values())


@given(person=names, name=names)
def test_no_claim_is_ever_null_or_empty(person: str, name: str) -> None:
    text = json.dumps([own_claims(Participant(person, name, role)) for role in Role])
    assert "null" not in text.replace(json.dumps(name), "").replace(json.dumps(person), "")
    assert '"id": ""' not in text
    assert '"name": ""' not in text


def test_nobody_gets_recording_or_streaming_by_default() -> None:
    assert not any(part(own_claims(ALICE), "context", "features").values())
    assert set(part(jaas_claims(ALICE), "context", "features").values()) == {"false"}


@pytest.mark.parametrize("room", ["Order-7F3A", "../admin1", "room with space", "*", "short", "", "x" * 129])
def test_a_room_name_the_server_would_change_or_share_is_refused(room: str) -> None:
    with pytest.raises(ValueError, match="room name"):
        Jitsi(OWN).ticket(room, ALICE, now=NOW, lasts=timedelta(hours=1))


def ec_pem() -> str:
    return generate_ec_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (JitsiKeys("meet.example.com", "my_app", "x" * 31), "31 bytes; HS256 needs at least 32"),
        (JitsiKeys("meet.example.com", "my_app"), "secret is missing"),
        (JitsiKeys("meet.example.com", "", SECRET), "app id is missing"),
        (JitsiKeys("meet.jit.si", "my_app", SECRET), "does not accept tokens"),
        (JitsiKeys("", "my_app", SECRET), "must be a host"),
        (JitsiKeys("https://meet.example.com/tenant", "my_app", SECRET), "must be a host"),
        (JitsiKeys("ftp://meet.example.com", "my_app", SECRET), "must be a host"),
        (JitsiKeys("https://[meet", "my_app", SECRET), "must be a host"),
        (JitsiKeys("meet.example.com:many", "my_app", SECRET), "must be a host"),
        (JitsiKeys("8x8.vc", APP, SECRET), "not an app secret"),
        (jaas_keys(private_key="-----BEGIN NOTHING-----"), "not a readable RSA key"),
        (jaas_keys(private_key=ec_pem()), "not a readable RSA key"),
        (jaas_keys(private_key=rsa_pem(1024)), "1024 bits"),
        (jaas_keys(key_id="vpaas-magic-cookie-other/0a1b2c"), "another app id"),
    ],
)
def test_what_cannot_work_is_said_in_a_sentence_and_refused(keys: JitsiKeys, sentence: str) -> None:
    provider = Jitsi(keys)
    assert sentence in (provider.check() or "")
    with pytest.raises(NotConfigured, match=sentence):
        provider.ticket("order-7f3a", ALICE, now=NOW, lasts=timedelta(hours=1))


def test_secrets_do_not_show_in_a_representation() -> None:
    shown = repr(OWN) + repr(jaas_keys())
    assert SECRET not in shown
    assert "PRIVATE KEY" not in shown


def test_a_key_may_be_written_on_one_line() -> None:
    assert Jitsi(jaas_keys(private_key=rsa_pem().replace("\n", "\\n"))).check() is None
