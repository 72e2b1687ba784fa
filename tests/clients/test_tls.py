"""Certificates: private authorities, self-signed ones, and none at all, over real TLS."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from crmkit import TransportError
from crmkit.core import _httpx
from tests.clients.harness import Driver, both
from tests.clients.raw_server import Connection, RawServer

SAVED = b'{"status": true, "code": 200, "data": {"id": 5}}'


def answer(connection: Connection) -> None:
    """Answer requests as a save does."""
    while connection.request():
        connection.reply(SAVED)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """An authority that no machine knows."""
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    """The authority's certificate as a file."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture
def server(authority: trustme.CA) -> Iterator[RawServer]:
    """A server with a certificate of the authority."""
    with RawServer(answer, server_context(authority, "127.0.0.1")) as server:
        yield server


@pytest.fixture(autouse=True)
def _read_the_environment_again() -> Iterator[None]:
    _httpx._tls_context.cache_clear()
    yield
    _httpx._tls_context.cache_clear()


def server_context(authority: trustme.CA, host: str) -> ssl.SSLContext:
    """Return a server's context with a certificate for a host."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


def outcome(asynchronous: bool, url: str, **settings: Any) -> Any:
    """Return what a save gives, or its error."""
    driver = Driver(asynchronous, base_url=url, max_retries=0, **settings)
    try:
        return driver(lambda crm: crm.contacts.save(full_name="x"))
    except TransportError as error:
        return error
    finally:
        driver.end()


@both
def test_private_authority_is_trusted_when_it_is_passed(
    asynchronous: bool, server: RawServer, ca_file: Path, authority: trustme.CA
) -> None:
    """A private authority is trusted by file, path or context, and not otherwise."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    for verify in (str(ca_file), ca_file, context, False):
        assert outcome(asynchronous, server.url, verify=verify) == 5

    other = trustme.CA(key_type=trustme.KeyType.ECDSA)
    other.cert_pem.write_to_path(ca_file)
    for settings in ({}, {"verify": True}, {"verify": str(ca_file)}):
        error = outcome(asynchronous, server.url, **settings)
        assert "certificate not trusted" in str(error)
        assert not error.maybe_processed


@both
def test_private_authority_of_the_environment_is_trusted(
    asynchronous: bool, server: RawServer, ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`SSL_CERT_FILE` names the authorities, for loopback too, and its proxies are not used."""
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert outcome(asynchronous, server.url) == 5


@both
def test_certificate_of_another_host_is_refused(
    asynchronous: bool, authority: trustme.CA, ca_file: Path
) -> None:
    """A certificate for another host is refused, unless nothing is checked."""
    with RawServer(answer, server_context(authority, "crm.example")) as server:
        error = outcome(asynchronous, server.url, verify=ca_file)
        assert "certificate not trusted" in str(error)
        assert outcome(asynchronous, server.url, verify=False) == 5


@both
def test_self_signed_certificate_is_its_own_authority(asynchronous: bool, tmp_path: Path) -> None:
    """A self-signed certificate is trusted where it is passed itself."""
    certificate, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with RawServer(answer, context) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        assert "not trusted" in str(outcome(asynchronous, url))
        assert outcome(asynchronous, url, verify=certificate) == 5


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Write a self-signed certificate for localhost and its key."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "own.pem").write_bytes(built.public_bytes(encoding))
    secret = key.private_bytes(encoding, form, serialization.NoEncryption())
    (folder / "own.key").write_bytes(secret)
    return folder / "own.pem", folder / "own.key"
