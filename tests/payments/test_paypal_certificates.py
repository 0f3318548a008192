"""Where a certificate may come from: anybody can write an address into a header."""

import pytest

from payments.paypal.certificates import may_serve

LIVE, SANDBOX = "https://api-m.paypal.com", "https://api-m.sandbox.paypal.com"


@pytest.mark.parametrize("host", ["api.paypal.com", "api-m.paypal.com", "api.sandbox.paypal.com"])
@pytest.mark.parametrize("root", [LIVE, SANDBOX, f"{LIVE}/"])
def test_paypals_own_addresses_may_serve_certificates(host: str, root: str) -> None:
    assert may_serve(f"https://{host}/v1/notifications/certs/CERT-360caa42-fca2a594-90621ecd", root)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1",
        "https://evil.example/v1/notifications/certs/CERT-1",
        "https://www.paypal.com/v1/notifications/certs/CERT-1",
        "https://paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com:8443/v1/notifications/certs/CERT-1",
        "https://api.paypal.com:443/v1/notifications/certs/CERT-1",
        "https://user@api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1",
        "https://api.paypal.com/v1/notifications/certs/../../../redirect",
        "https://api.paypal.com/v1/notifications/certs/..%2f..%2fredirect",
        "https://api.paypal.com/v1/notifications/certs/CERT-1?next=https://evil.example",
        "https://api.paypal.com/v1/notifications/certs/CERT-1#x",
        "https://api.paypal.com/v1/notifications/certs/CERT-1\n",
        "https://api.paypal.com/v1/notifications/certs/",
        "https://api.paypal.com/v1/oauth2/token",
        "https://api.paypal.com\\@evil.example/v1/notifications/certs/CERT-1",
        "http://127.0.0.1:8001/paypal/v1/notifications/certs/CERT-1",
    ],
)
@pytest.mark.parametrize("root", [LIVE, SANDBOX])
def test_nobody_else_may(url: str, root: str) -> None:
    assert not may_serve(url, root)


def test_a_stand_in_serves_its_own_and_no_others_do() -> None:
    root = "http://127.0.0.1:8001/paypal"
    assert may_serve(f"{root}/v1/notifications/certs/CERT-1", root)
    for url in (
        "https://api.paypal.com/v1/notifications/certs/CERT-1",
        "http://127.0.0.1:8002/paypal/v1/notifications/certs/CERT-1",
        "http://127.0.0.1:8001/v1/notifications/certs/CERT-1",
        f"{root}.evil/v1/notifications/certs/CERT-1",
    ):
        assert not may_serve(url, root)
