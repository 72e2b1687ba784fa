"""Laws of Monica that need more than its API, such as its site and its clock; recorded facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from crmkit.contract.monica.resources import CONTACT
from crmkit_mock import MockCRMs

_START = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
_A_MINUTE = 60


class Installation:
    """A mock of Monica, asked as its two users and as nobody.

    Args:
        mocks: The mocks.
    """

    def __init__(self, mocks: MockCRMs) -> None:
        self.mock = mocks.monica
        self.mock.clock.set(_START)
        headers = {
            name: {"Authorization": f"Bearer {keywords['token']}"}
            for name, keywords in self.mock.accounts.items()
        }
        self.users = {
            name: httpx.Client(
                base_url=self.mock.base_url,
                headers={"Accept": "application/json", **sent},
                transport=self.mock.transport,
            )
            for name, sent in {**headers, "nobody": {}}.items()
        }

    def ask(self, method: str, path: str, body: Any = None, user: str = "ada") -> httpx.Response:
        """Send a request."""
        return self.users[user].request(method, path, json=body)

    def ids(self, path: str) -> list[int]:
        """Return the ids that a list shows."""
        return [row["id"] for row in self.ask("GET", path).json()["data"]]

    def create(self, path: str, body: Any) -> int:
        """Create a record and return its id."""
        reply = self.ask("POST", path, body)
        assert reply.status_code in {200, 201}, reply.text
        id: int = reply.json()["data"]["id"]
        return id


@pytest.fixture
def monica() -> Iterator[Installation]:
    """An installation that does not limit how often it is asked."""
    with MockCRMs() as mocks:
        yield Installation(mocks)


@pytest.fixture
def limited() -> Iterator[Installation]:
    """An installation that takes 60 requests a minute."""
    with MockCRMs(rate_limits=True) as mocks:
        yield Installation(mocks)


# -- the limit of requests -------------------------------------------------------------------------


def test_sixty_requests_a_minute_are_taken(limited: Installation) -> None:
    """Each of 60 requests says how many are left, errors too; the 61st says when to come again."""
    paths = ("/me", "/contacts/999999", "/contacts?limit=101")
    replies = [limited.ask("GET", paths[number % 3]) for number in range(_A_MINUTE)]

    left = [int(reply.headers["X-RateLimit-Remaining"]) for reply in replies]
    assert left == [*range(_A_MINUTE - 1, -1, -1)]
    assert {reply.headers["X-RateLimit-Limit"] for reply in replies} == {str(_A_MINUTE)}
    assert {reply.status_code for reply in replies} == {200, 404, 400}

    refused = limited.ask("GET", "/me")
    assert refused.status_code == 429
    assert refused.json()["error"]["error_code"] == 34
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    seconds = int(refused.headers["Retry-After"])
    assert 0 < seconds <= _A_MINUTE
    assert int(refused.headers["X-RateLimit-Reset"]) == int(_START.timestamp()) + seconds


def test_a_window_lasts_a_minute_from_its_first_request(limited: Installation) -> None:
    """Requests are refused until 60 seconds have passed since the first, however they came."""
    limited.ask("GET", "/me")
    limited.mock.clock.set(_START + timedelta(seconds=50))
    for _ in range(_A_MINUTE - 1):
        assert limited.ask("GET", "/me").status_code == 200
    for seconds in (50, 58):
        limited.mock.clock.set(_START + timedelta(seconds=seconds))
        assert limited.ask("GET", "/me").headers["Retry-After"] == str(_A_MINUTE - seconds)

    limited.mock.clock.set(_START + timedelta(seconds=_A_MINUTE))
    again = limited.ask("GET", "/me")
    assert (again.status_code, again.headers["X-RateLimit-Remaining"]) == (200, "59")


def test_users_are_counted_apart(limited: Installation) -> None:
    """One user's requests do not count for another, nor for nobody; 401 is not counted."""
    for _ in range(_A_MINUTE + 1):
        last = limited.ask("GET", "/me")
    assert last.status_code == 429

    other = limited.ask("GET", "/me", user="grace")
    assert (other.status_code, other.headers["X-RateLimit-Remaining"]) == (200, "59")
    for _ in range(3):
        unknown = limited.ask("GET", "/me", user="nobody")
        assert unknown.status_code == 401
        assert "X-RateLimit-Remaining" not in unknown.headers
    public = limited.ask("GET", "/currencies", user="nobody")
    assert (public.status_code, public.headers["X-RateLimit-Remaining"]) == (200, "59")


# -- archived and partial contacts -----------------------------------------------------------------

#: What is written to an archived contact: path, body, and whether it is taken.
_WRITES: dict[str, tuple[str, str, dict[str, Any], bool]] = {
    "contact": ("PUT", "/contacts/{0}", CONTACT, False),
    "work": ("PUT", "/contacts/{0}/work", {"job": "x"}, False),
    "food": ("PUT", "/contacts/{0}/food", {"food_preferences": "x"}, False),
    "introduction": ("PUT", "/contacts/{0}/introduction", {"is_date_known": False}, False),
    "avatar": ("PUT", "/contacts/{0}/avatar", {"source": "default"}, False),
    "call": ("POST", "/calls", {"contact_id": "{0}", "called_at": "2026-01-05"}, False),
    "gift": ("POST", "/gifts", {"contact_id": "{0}", "name": "x", "status": "idea"}, False),
    "address": ("POST", "/addresses", {"contact_id": "{0}"}, False),
    "field": (
        *("POST", "/contactfields"),
        {"contact_id": "{0}", "contact_field_type_id": 1, "data": "x"},
        False,
    ),
    "conversation": (
        *("POST", "/conversations"),
        {"contact_id": "{0}", "happened_at": "2026-01-05", "contact_field_type_id": 1},
        False,
    ),
    "reminder": (
        *("POST", "/reminders"),
        {
            "contact_id": "{0}",
            "title": "x",
            "initial_date": "2027-01-05",
            "frequency_type": "year",
            "frequency_number": 1,
        },
        False,
    ),
    "relationship": (
        *("POST", "/relationships"),
        {"contact_is": "{0}", "relationship_type_id": 1, "of_contact": "{1}"},
        False,
    ),
    "deletion": ("DELETE", "/contacts/{0}", {}, False),
    "related": (
        *("POST", "/relationships"),
        {"contact_is": "{1}", "relationship_type_id": 1, "of_contact": "{0}"},
        True,
    ),
    "tags": ("POST", "/contacts/{0}/setTags", {"tags": ["another"]}, False),
    "note": ("POST", "/notes", {"contact_id": "{0}", "body": "x"}, True),
    "task": ("POST", "/tasks", {"contact_id": "{0}", "title": "x"}, True),
    "debt": (
        *("POST", "/debts"),
        {"contact_id": "{0}", "in_debt": "yes", "status": "inprogress", "amount": 1},
        True,
    ),
}


def _filled(tree: dict[str, Any], ids: tuple[int, int]) -> dict[str, Any]:
    places = {"{0}": ids[0], "{1}": ids[1]}
    return {name: places.get(str(value), value) for name, value in tree.items()}


def test_archived_contacts_are_found_and_not_listed(monica: Installation) -> None:
    """Lists of contacts leave an archived one out, searches and reads do not, until it is back."""
    word = "zebra77"
    one, other = (
        monica.create("/contacts", {**CONTACT, "first_name": word, "last_name": text})
        for text in ("a", "b")
    )
    for id in (one, other):
        monica.ask("POST", f"/contacts/{id}/setTags", {"tags": [word]})
    tag = monica.ask("GET", f"/contacts/{one}").json()["data"]["tags"][0]["id"]
    places = ("/contacts?limit=100", f"/tags/{tag}/contacts")

    for archived in (False, True, False):
        monica.mock.archive(one, archived=archived)
        for place in places:
            listed = monica.ask("GET", place).json()
            rows = [row["id"] for row in listed["data"]]
            assert (one in rows, other in rows) == (not archived, True), place
            assert listed["meta"]["total"] == len(rows)
        read = monica.ask("GET", f"/contacts/{one}").json()["data"]
        assert read["is_active"] is not archived
        assert sorted(monica.ids(f"/contacts?query={word}")) == [one, other]


@pytest.mark.parametrize("what", _WRITES)
def test_archived_contacts_are_not_written_to(monica: Installation, what: str) -> None:
    """What belongs to an archived contact is refused and changes nothing, but for some kinds."""
    method, path, body, is_taken = _WRITES[what]
    ids = tuple(monica.create("/contacts", CONTACT) for _ in range(2))
    assert len(ids) == 2
    monica.ask("POST", f"/contacts/{ids[0]}/setTags", {"tags": ["first"]})
    monica.mock.archive(ids[0])
    before = monica.ask("GET", f"/contacts/{ids[0]}").json()

    reply = monica.ask(method, path.format(*ids), _filled(body, ids))

    assert reply.is_success is is_taken, reply.text
    if not is_taken:
        assert reply.status_code == 422
        assert monica.ask("GET", f"/contacts/{ids[0]}").json() == before
        monica.mock.archive(ids[0], archived=False)
        assert monica.ask(method, path.format(*ids), _filled(body, ids)).is_success


def test_partial_contacts_are_only_read(monica: Installation) -> None:
    """A partial contact is in no list and no search; a read has it, until it is a whole one."""
    word = "zebra78"
    body = {**CONTACT, "first_name": word, "is_partial": True}
    id = monica.create("/contacts", body)
    monica.ask("POST", f"/contacts/{id}/setTags", {"tags": [word]})
    tag = next(row["id"] for row in monica.ask("GET", "/tags?limit=100").json()["data"]
               if row["name"] == word)  # fmt: skip
    places = ("/contacts?limit=100", f"/contacts?query={word}", f"/tags/{tag}/contacts")

    for partial in (True, False, True):
        monica.ask("PUT", f"/contacts/{id}", {**body, "is_partial": partial})
        for place in places:
            assert (id in monica.ids(place)) is not partial, place
        read = monica.ask("GET", f"/contacts/{id}").json()["data"]
        assert read["is_partial"] is partial


# -- who the user is -------------------------------------------------------------------------------


def test_one_contact_is_the_users_own(monica: Installation) -> None:
    """The contact that the user is, is so at the user and in each contact, until another is."""
    one, other = (monica.create("/contacts", CONTACT) for _ in range(2))

    def own() -> tuple[int | None, list[int]]:
        me = monica.ask("GET", "/me").json()["data"]["me_contact"]
        marked = [id for id in (one, other)
                  if monica.ask("GET", f"/contacts/{id}").json()["data"]["is_me"]]  # fmt: skip
        return me and me["id"], marked

    assert own() == (None, [])
    for id in (one, other):
        assert monica.ask("POST", "/me/contact", {"contact_id": id}).status_code == 200
        assert own() == (id, [id])
    assert monica.ask("GET", "/me", user="grace").json()["data"]["me_contact"] is None
    hers = monica.ask("POST", "/contacts", CONTACT, "grace").json()["data"]["id"]
    monica.ask("POST", "/me/contact", {"contact_id": hers}, "grace")
    assert monica.ask("GET", "/me", user="grace").json()["data"]["me_contact"]["id"] == hers
    assert own() == (other, [other])
    monica.ask("DELETE", "/me/contact")
    assert own() == (None, [])
    monica.ask("POST", "/me/contact", {"contact_id": other})
    monica.ask("DELETE", f"/contacts/{one}")
    me = monica.ask("GET", "/me").json()["data"]["me_contact"]
    assert me is not None
    assert me["id"] == other
    monica.ask("DELETE", f"/contacts/{other}")
    assert monica.ask("GET", "/me").json()["data"]["me_contact"] is None


def test_a_day_begins_in_the_users_time_zone(monica: Installation) -> None:
    """A reminder of tomorrow is upcoming, one of today is not; midnight is the user's."""
    # The first user lives in Chicago: six hours behind UTC, and five in summer.
    body = {"title": "x", "frequency_type": "year", "frequency_number": 1}
    for at, today, tomorrow in (
        (datetime(2026, 1, 16, 5, 30, tzinfo=UTC), "2026-01-15", "2026-01-16"),
        (datetime(2026, 1, 16, 6, 30, tzinfo=UTC), "2026-01-16", "2026-01-17"),
        (datetime(2026, 7, 16, 4, 30, tzinfo=UTC), "2026-07-15", "2026-07-16"),
        (datetime(2026, 7, 16, 5, 30, tzinfo=UTC), "2026-07-16", "2026-07-17"),
    ):
        monica.mock.clock.set(at)
        contact = monica.create("/contacts", CONTACT)
        made = {
            day: monica.create("/reminders", {**body, "contact_id": contact, "initial_date": day})
            for day in (today, tomorrow)
        }
        upcoming = monica.ask("GET", "/reminders/upcoming/0").json()["data"]
        ids = [row["reminder_id"] for row in upcoming]
        assert (made[today] in ids, made[tomorrow] in ids) == (False, True), at
