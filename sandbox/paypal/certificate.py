"""The key that signs the webhooks, and the certificate that shows it."""

import base64
from datetime import UTC, datetime
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

NAME = "CERT-360caa42-fca2a594-5a29e601"
# Wide enough for any moment that the sandbox's clock may be moved to.
SINCE, UNTIL = datetime(2015, 1, 1, tzinfo=UTC), datetime(2049, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=1)
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@lru_cache(maxsize=1)
def certificate() -> bytes:
    """The certificate in PEM, signed by its own key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "messageverificationcerts.sandbox.paypal.com")])
    made = x509.CertificateBuilder(name, name, _key().public_key(), x509.random_serial_number(), SINCE, UNTIL)
    return made.sign(_key(), SHA256()).public_bytes(Encoding.PEM)


def sealed(message: bytes) -> str:
    """The signature of a message, as base64."""
    return base64.b64encode(_key().sign(message, padding.PKCS1v15(), SHA256())).decode()
