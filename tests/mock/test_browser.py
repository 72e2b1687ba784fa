"""The pages in a real browser: they load, an operation is executed, a fault is set, offline."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import browser as machine
import pytest

from crmkit_mock import MockServer
from crmkit_mock.catalogue import CATALOGUE

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(bool(machine.missing()), reason=machine.missing()),
    # selenium leaves its own sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

#: Seconds that a large document may take on a busy machine.
PATIENCE = 90
WIDE, NARROW = (1280, 900), (390, 844)


@pytest.fixture
def driver(tmp_path: Path) -> Iterator[Any]:
    """A headless Chromium that can reach 127.0.0.1 and nothing else."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = machine.find(machine.BROWSERS) or ""
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        f"--user-data-dir={tmp_path}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    service = webdriver.ChromeService(machine.find(machine.DRIVERS))
    driver = webdriver.Chrome(options=options, service=service)
    driver.set_script_timeout(PATIENCE)
    try:
        yield driver
    finally:
        driver.quit()


def resize(driver: Any, size: tuple[int, int]) -> None:
    """Give the page a size; a narrow one is a phone."""
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def until(condition: Callable[[], Any]) -> Any:
    """Wait for a condition; return what it is then."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    pytest.fail("the page did not get there in time")


def open_document(driver: Any, mock: MockServer, name: str) -> None:
    """Open a CRM's document and wait until it is shown."""
    driver.get(f"{mock.url}/__mock__/docs/{name}")
    ready = "return document.getElementById('document').dataset.ready"
    until(lambda: driver.execute_script(ready))


def require_silence(driver: Any, mock: MockServer) -> None:
    """Check that no page fetched anything from elsewhere or wrote an error to the console."""
    assert [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"] == []
    requested = set()
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            url = urlsplit(message["params"]["request"]["url"])
            if url.scheme not in {"data", "chrome", "about"}:
                requested.add(f"{url.scheme}://{url.netloc}")
    assert requested == {mock.url}


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_pages_load_and_fit(driver: Any, server: MockServer, size: tuple[int, int]) -> None:
    """All pages show what they are for, without scrolling sideways, also on a phone."""
    resize(driver, size)
    paths = ["/", "/__mock__/", *(f"/__mock__/crms/{name}" for name in CATALOGUE)]
    paths.append("/__mock__/crms/relenta/records/contact")
    for path in paths:
        driver.get(f"{server.url}{path}")
        text = driver.execute_script("return document.body.innerText")
        assert "crmkit mock" in text
        assert driver.execute_script("return document.querySelectorAll('h1').length") == 1
        width = driver.execute_script("return document.documentElement.scrollWidth")
        assert width <= size[0], path
    require_silence(driver, server)


def test_sets_a_fault_by_the_form(driver: Any, server: MockServer) -> None:
    """A person lets Relenta fail, sees the fault, resets, and it is gone."""
    driver.get(f"{server.url}/__mock__/crms/relenta")
    for name, value in (("kind", "429"), ("retry_after", "2"), ("path", "/contact.*")):
        script = "document.querySelector(`.fail [name=${arguments[0]}]`).value = arguments[1]"
        driver.execute_script(script, name, value)
    driver.find_element("css selector", ".fail button").click()
    text = until(lambda: driver.find_element("css selector", ".faults").text)
    assert "status 429, Retry-After 2: 1 more, any method /contact.*" in text
    (fault,) = server.relenta.faults.waiting()
    assert (fault.status, fault.retry_after, fault.path) == (429, 2, "/contact.*")
    driver.find_element("css selector", ".buttons button").click()
    until(lambda: not driver.find_elements("css selector", ".faults"))
    assert server.relenta.faults.waiting() == []
    driver.find_element("css selector", "button.copy").click()
    until(lambda: driver.find_element("css selector", "button.copy").text in {"Copied", "Selected"})
    require_silence(driver, server)


@pytest.mark.parametrize(
    ("name", "operation", "inside"),
    [
        ("relenta", "contacts_list", "James Bond"),
        ("monica", "me", "Ada"),
        ("onepagecrm", "settings_user", "firstname"),
        ("espocrm", "me", "integrator"),
        ("autocrm", "me", "integrator"),
    ],
)
def test_executes_an_operation(
    driver: Any, server: MockServer, name: str, operation: str, inside: str
) -> None:
    """The document is read, and an operation tried out with the mock's credentials is answered."""
    resize(driver, WIDE)
    open_document(driver, server, name)
    blocks = "[id$='-" + operation + "']"
    if not driver.find_elements("css selector", blocks):
        # Tags are closed where a document is long.
        for tag in driver.find_elements("css selector", ".opblock-tag[data-is-open=false]"):
            driver.execute_script("arguments[0].click()", tag)
    block = until(lambda: driver.find_elements("css selector", blocks))[0]
    driver.execute_script("arguments[0].querySelector('.opblock-summary-control').click()", block)
    button = until(lambda: block.find_elements("css selector", "button.execute"))[0]
    driver.execute_script("arguments[0].click()", button)
    shown = until(lambda: block.find_elements("css selector", ".live-responses-table .response"))[0]
    assert until(lambda: shown.text).startswith("200")
    assert inside in driver.execute_script("return arguments[0].textContent", shown)
    exchange = server.crm(name).journal[-1]
    assert (exchange.operation, exchange.status) == (operation, 200)
    require_silence(driver, server)
