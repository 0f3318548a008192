"""Encryption of what must not be readable in a stolen database: MultiFernet, newest key first."""

import base64
import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class WrongKey(Exception):
    """Something was sealed with a key that is not among the keys given."""


class Vault:
    """Seals and opens short secrets. `keys` are the operator's words, newest first; any length."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Raises ValueError when there is no key."""
        if not keys:
            raise ValueError("SECRET_KEYS names no key")
        self._newest = Fernet(_fernet_key(keys[0]))
        self._fernet = MultiFernet([self._newest, *(Fernet(_fernet_key(key)) for key in keys[1:])])

    def seal(self, secret: str) -> str:
        """Encrypt `secret`; the empty string stays empty."""
        return self._fernet.encrypt(secret.encode()).decode() if secret else ""

    def open(self, sealed: str) -> str:
        """Decrypt what `seal` made. Raises WrongKey."""
        if not sealed:
            return ""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise WrongKey("a stored secret was sealed with a key that SECRET_KEYS does not name") from error

    def renewed(self, sealed: str) -> str:
        """The same secret under the newest key; what is sealed with it already stays as it is. Raises WrongKey."""
        try:
            self._newest.decrypt(sealed.encode())
        except InvalidToken:
            return self.seal(self.open(sealed))
        return sealed


def _fernet_key(word: str) -> bytes:
    # People write keys of any length; Fernet wants exactly 32 bytes.
    return base64.urlsafe_b64encode(hashlib.sha256(word.encode()).digest())
