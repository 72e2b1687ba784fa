"""How long the mocks take to create and to list with few records and with many."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import crmkit
from crmkit_mock import MockCRMs
from crmkit_mock.catalogue import CATALOGUE

RECORDS = 5_000
SAMPLES = 60

Create = Callable[[Any, int], object]

#: How a client of each CRM creates a contact that no other is a duplicate of.
CREATE: dict[str, Create] = {
    "relenta": lambda crm, n: crm.contacts.save(full_name=f"Agent {n}", emails=[f"{n}@mi6.test"]),
    "autocrm": lambda crm, n: crm.contacts.create(first_name="Agent", last_name=f"No {n}"),
    "espocrm": lambda crm, n: crm.contacts.create(first_name="Agent", last_name=f"No {n}"),
    "monica": lambda crm, n: crm.contacts.create(
        first_name=f"Agent {n}",
        is_birthdate_known=False,
        is_deceased=False,
        is_deceased_date_known=False,
    ),
    "onepagecrm": lambda crm, n: crm.contacts.create(lastname=f"Agent {n}"),
}


class Timer:
    """Adds up the seconds that a mock spends on requests, without the client's own."""

    def __init__(self, mock: Any) -> None:
        exchange = mock.exchange
        self.seconds: list[float] = []

        def timed(request: Any) -> Any:
            started = time.perf_counter()
            outcome = exchange(request)
            self.seconds.append(time.perf_counter() - started)
            return outcome

        mock.exchange = timed

    def median(self, job: Callable[[int], object], numbers: range) -> float:
        """Run a job with each number and return the median milliseconds of its requests."""
        self.seconds.clear()
        for number in numbers:
            job(number)
        return statistics.median(self.seconds) * 1e3


def growth(name: str) -> dict[str, tuple[float, float]]:
    """Return the milliseconds of a create and a list, at no records and at `RECORDS`."""
    with MockCRMs(seed="empty") as mocks:
        mock = mocks.crm(name)
        client = getattr(crmkit, CATALOGUE[name].client)
        options = {"base_url": mock.base_url, "transport": mock.transport, "throttle": 0}
        with client(**options, **mock.credentials) as crm:
            timer = Timer(mock)

            def create(start: int) -> float:
                return timer.median(
                    lambda number: CREATE[name](crm, number), range(start, start + SAMPLES)
                )

            def read() -> float:
                return timer.median(lambda _: crm.contacts.list().first(), range(SAMPLES))

            create(0)  # to warm up
            read()
            few = create(100), read()
            for number in range(1_000, 1_000 + RECORDS):
                CREATE[name](crm, number)
            many = create(100_000), read()
            return {"create": (few[0], many[0]), "list": (few[1], many[1])}


def main(row: Callable[..., None]) -> None:
    """Print the rows."""
    for name in CREATE:
        for what, (few, many) in growth(name).items():
            row(
                f"mock of {name}: {what} with {RECORDS} contacts / with few",
                f"{many / few:.2f} ({many:.2f} ms)",
                "≤ 1.5",
                reference=f"{few:.2f} ms",
            )


if __name__ == "__main__":
    main(lambda *cells, reference="": print(*cells, reference, sep=" | ", flush=True))
