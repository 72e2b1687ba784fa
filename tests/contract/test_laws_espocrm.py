"""Laws of EspoCRM that need its secrets, in the two forms that it takes."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from crmkit_mock import MockCRMs

_FORMS: dict[str, Callable[[hmac.HMAC], bytes]] = {
    "hexadecimal": lambda digest: digest.hexdigest().encode(),
    "raw": lambda digest: digest.digest(),
}


@pytest.fixture
def espocrm() -> Iterator[Any]:
    """An installation of EspoCRM."""
    with MockCRMs() as mocks:
        yield mocks.espocrm


class Signer:
    """Asks an installation with signed requests.

    Args:
        espocrm: The installation.
        form: How signatures are written.
    """

    def __init__(self, espocrm: Any, form: str) -> None:
        keys = espocrm.users["signer"]
        self.key, self.secret = keys["api_key"], keys["secret_key"].encode()
        self._form = _FORMS[form]
        self._http = httpx.Client(base_url=espocrm.base_url, transport=espocrm.transport)

    def signature(self, signed: str) -> bytes:
        """Return the signature of a method and a path."""
        return self._form(hmac.new(self.secret, signed.encode(), hashlib.sha256))

    def status(self, signature: bytes, key: str = "") -> int:
        """Return the status of a reply to `GET /Account`."""
        header = base64.b64encode(f"{key or self.key}:".encode() + signature).decode()
        headers = {"X-Hmac-Authorization": header}
        return self._http.get("/Account?maxSize=1", headers=headers).status_code


@pytest.mark.parametrize("form", _FORMS)
def test_takes_the_signature_of_the_request_only(espocrm: Any, form: str) -> None:
    """A signature holds for one method and path, with each of its bytes."""
    signer = Signer(espocrm, form)
    valid = signer.signature("GET /Account")

    assert signer.status(valid) == 200
    for other in ("POST /Account", "GET /account", "GET /Account/", "GET /Accoun", "GET Account",
                  "GET /Account?maxSize=1", "get /Account", ""):  # fmt: skip
        assert signer.status(signer.signature(other)) == 401, other
    for place in range(len(valid)):
        altered = bytes([*valid[:place], valid[place] ^ 1, *valid[place + 1 :]])
        assert signer.status(altered) == 401, place
    for altered in (b"", valid[:-1], valid[1:], valid + b"0", valid + valid):
        assert signer.status(altered) == 401, altered
    for key in (signer.key.upper(), signer.key[:-1], signer.key + "0",
                espocrm.credentials["api_key"]):  # fmt: skip
        assert signer.status(valid, key) == 401, key
