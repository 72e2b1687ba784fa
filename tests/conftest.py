"""Fixtures of every test: no network beyond loopback, no settings of the machine, no files left."""

from __future__ import annotations

import ipaddress
import os
import signal
import sys
import tempfile

import pytest
from hypothesis import HealthCheck, configuration, settings

# TinyCRM is complete only in a copy of the checkout: see test_contributing.py.
collect_ignore = ["tinycrm"]

# -- the network -------------------------------------------------------------------------------

# The audit events of the socket module that leave the machine, and the argument with the host.
_REACHING = {
    "socket.connect": lambda args: args[1],
    "socket.sendto": lambda args: args[1],
    "socket.getaddrinfo": lambda args: args[0],
    "socket.gethostbyname": lambda args: args[0],
}


def is_loopback(address: object) -> bool:
    """Return whether an address, as the socket module takes it, is of this machine."""
    host = address[0] if isinstance(address, tuple) else address
    if isinstance(host, bytes):
        host = host.decode("idna")
    if not isinstance(host, str) or host.startswith("/"):
        return True  # no host at all, or a Unix socket
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host in {"", "localhost"}


def _refuse_network(event: str, args: tuple[object, ...]) -> None:
    # At exit the hook outlives the globals of this module.
    if _REACHING is not None and event in _REACHING and not is_loopback(_REACHING[event](args)):
        # Not an OSError: a client would retry after that.
        pytest.fail(f"a test tried to use the network: {event} {_REACHING[event](args)!r}")


def pytest_configure(config: pytest.Config) -> None:
    """Guard the network, and keep hypothesis's files in a folder that is removed after the run."""
    # An audit hook sees all connections, whichever module makes them. It cannot be removed, but the
    # process ends with the tests.
    sys.addaudithook(_refuse_network)
    folder = tempfile.TemporaryDirectory(prefix="crmkit-hypothesis-")
    config.add_cleanup(folder.cleanup)
    configuration.set_hypothesis_home_dir(folder.name)


# -- the machine's settings --------------------------------------------------------------------

_SETTINGS = {
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("ssl_cert_file", "ssl_cert_dir", "sslkeylogfile", "requests_ca_bundle", "curl_ca_bundle"),
    "netrc",
}
_PREFIXES = ("relenta_", "autocrm_", "espocrm_", "onepagecrm_", "monica_", "crmkit_")


@pytest.fixture(scope="session", autouse=True)
def _machine_settings() -> None:
    """Hide the machine's proxies, certificates and credentials from the tests."""
    for name in list(os.environ):
        if name.lower() in _SETTINGS or name.lower().startswith(_PREFIXES):
            del os.environ[name]


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> None:
    """Let Ctrl-C reach the programs that tests start, as a shell's background jobs do not."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


# -- hypothesis --------------------------------------------------------------------------------

# The same examples on every run and machine, so that a failure can be reproduced. No deadline, and
# nothing is too slow, as machines differ in speed.
settings.register_profile(
    "same",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
# pytest --hypothesis-profile=explore tries other examples.
settings.register_profile("explore", database=None, deadline=None, max_examples=1000)
settings.load_profile("same")


# -- asyncio -----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run the tests that are coroutines on asyncio, the loop that httpx's users have."""
    return "asyncio"


# -- figures -----------------------------------------------------------------------------------


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests recorded as `record_property("figure", …)`, before the summary line."""
    figures = sorted(
        str(value)
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == "figure" and report.when == "call"
    )
    if figures:
        terminalreporter.section("figures")
        for figure in figures:
            terminalreporter.line(figure)
