"""Monica's mock answers every recorded request as the real server did.

The pairs were recorded one after another, on three installations. The mock gets them in the same
order; requests that the recording left out, but that later pairs depend on, are made up here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx

from crmkit_mock import MockCRMs
from tests.contract.recorded import RecordedExchange, pairs
from tests.contract.replay import Replay, Replayed, lost_values, unexpected

Step = tuple[str, str, Any]

_KNOWN = {"is_deceased": False, "is_deceased_date_known": False}
_PLAIN = {**_KNOWN, "is_birthdate_known": False}


def _contact(name: str, **more: Any) -> Step:
    return "POST", "/contacts", {**_PLAIN, "first_name": name, **more}


def _born(name: str, day: int, month: int, year: int | None, **more: Any) -> Step:
    dates = {"birthdate_day": day, "birthdate_month": month, "birthdate_year": year}
    return _contact(name, is_birthdate_known=True, **dates, **more)


def _related(contact: int, type_: int, other: int) -> Step:
    body = {"contact_is": contact, "relationship_type_id": type_, "of_contact": other}
    return "POST", "/relationships", body


_MET = {"met_through_contact_id": 3, "general_information": "conf", "is_date_known": True}
_LUNCH = {"summary": "lunch", "description": "d", "happened_at": "2026-02-03", "contacts": [1, 2]}
_DINNER = {"summary": "dinner", "happened_at": "2026-02-04", "contacts": [1]}
_PLACE = {"street": "s", "city": "c", "province": "p", "postal_code": "1", "country": "FR"}
_RETIREMENT = {"life_event_type_id": 1, "happened_at": "2020-05-06", "name": "n", "note": "t"}
_ANN = {
    **_PLAIN,
    "first_name": "Ann",
    "middle_name": "M",
    "last_name": "Lee",
    "nickname": "Zed",
    "gender_id": 2,
    "description": "likes tea",
    "is_birthdate_known": True,
    "birthdate_day": 1,
    "birthdate_month": 2,
    "birthdate_year": 1990,
}
_UNKNOWN = {"happened_at_month_unknown": False, "happened_at_day_unknown": False}

#: Requests that the recording left out, by the pair that comes next.
BEFORE: dict[str, list[Step]] = {
    "seq 26": [_born("NoYear", 29, 2, None)],
    "seq 36": [_contact("Six"), _contact("Seven"), _contact("Eight")],
    "seq 42": [_contact("Ten", gender_id=1)],
    "seq 56": [("PUT", "/contacts/1/work", {"job": "Admiral", "company": "Navy"})],
    "seq 60": [("PUT", "/contacts/1/introduction", {**_MET, "day": 1, "month": 2, "year": 2020})],
    "seq 102": [_related(1, 1, 2), _related(1, 8, 3), _related(1, 1, 1)],
    "seq 126": [("POST", "/notes", {"contact_id": 1, "body": "hello", "is_favorited": True})],
    "seq 146": [("DELETE", "/notes/1", None)],
    "seq 174": [("POST", "/activities", {**_LUNCH, "activity_type_id": 1, "emotions": [3]})],
    "seq 190": [("PUT", "/activities/1", _DINNER)],
    "seq 196": [("POST", "/activitytypecategories", {"name": "Custom"})],
    "seq 250": [("POST", "/tags", {"name": "Best friend é"})],
    "seq 261": [("POST", "/contacts/1/setTags", {"tags": ["Best friend é"]})],
    "seq 293": [("DELETE", "/contactfields/1", None)],
    "seq 314": [
        (
            "POST",
            "/addresses",
            {"contact_id": 1, "name": "home", "latitude": 48.5, "longitude": 2.25, **_PLACE},
        )
    ],
    "seq 324": [("POST", "/addresses", {"contact_id": 1, "country": "ZZZ"})],
    "seq 347": [("POST", "/companies", {"name": "Acme", "number_of_employees": 10})],
    "seq 371": [("DELETE", "/companies/1", None)],
    "seq 402": [("DELETE", "/debts/1", None)],
    "seq 433": [("DELETE", "/pets/1", None)],
    "seq 439": [
        ("POST", "/lifeevents", {"contact_id": 1, **_RETIREMENT, **_UNKNOWN, "has_reminder": False})
    ],
    "seq 466": [
        (
            "POST",
            "/conversations/1/messages",
            {"content": "hi", "written_at": "2026-01-02", "written_by_me": True},
        )
    ],
    "seq 504": [("DELETE", "/me/contact", None)],
    "seq 541": [("DELETE", "/contacts/2", None)],
    "seq 576": [_contact("Mail", email="mail@example.com")],
    "seq 578": [_born("Feb", 31, 2, 2000)],
    "seq 623": [_related(1, 5, 12)],
    "seq 628": [_related(1, 8, 12)],
    "seq 662": [_related(1, 18, 4), _related(1, 20, 4)],
    "seq 679": [("POST", "/addresses", {"contact_id": 1, "street": "x"})],
    "seq 647": [("GET", "/me", None)] * 60,
    "seq 682": [_born("Zelda", 1, 2, 1950, last_name="Searchme", is_deceased=True)],
    "seq 688": [_contact("Zel0"), _contact("Zel1")],
    "seq 691": [
        ("POST", "/contactfields", {"contact_id": 1, "contact_field_type_id": 1, "data": "one"}),
        ("POST", "/contactfields", {"contact_id": 1, "contact_field_type_id": 1, "data": "two"}),
    ],
    "seq 698": [("POST", "/contacts", _ANN)],
}
#: The installation that a pair was recorded on, by the number of its first pair. The second one
#: limits the rate of requests; the first one continues after it.
INSTALLATIONS = {0: "first", 647: "limited", 657: "first", 682: "second", 698: "third"}

#: Pairs that the mock answers differently, each with the reason.
EXCEPTIONS = {
    "seq 298": "the server does not sort these; the mock has the oldest first",
    "seq 489": "all but a dozen of the countries were left out of the recording",
}


#: The same for the later recording.
LIVE_EXCEPTIONS: dict[str, str] = {}


def _number(pair: RecordedExchange) -> int:
    return int(pair.label.removeprefix("seq "))


def _error_of(body: Any) -> Any:
    """Return code and message of an error, whatever its shape; None where it was trimmed."""
    if not isinstance(body, dict):
        return body
    if "error" in body:
        return body["error"]["error_code"], body["error"]["message"]
    text = str(body.get("message"))
    return None if text.startswith("Trimmed") else text


@cache
def replay_all() -> Replayed:
    """Return how the mock's answers differ from all recorded ones."""
    replayed = Replayed()
    installations: dict[str, tuple[MockCRMs, httpx.Client, Replay]] = {}
    for pair in pairs("monica"):
        name = [INSTALLATIONS[start] for start in INSTALLATIONS if start <= _number(pair)][-1]
        if name not in installations:
            installations[name] = _open(limited=name == "limited")
        mocks, http, replay = installations[name]
        for method, path, body in BEFORE.get(pair.label, []):
            url, headers = mocks.monica.base_url + path, _ada(mocks)
            response = http.request(method, url, headers=headers, json=body)
            assert response.is_success, (pair.label, method, path, response.text)
        reply = replay.send(http, pair)
        replayed.add(pair.label, replay.differences(pair, reply), pair.body, reply)
    for mocks, http, _ in installations.values():
        http.close()
        mocks.close()
    return replayed


def _open(*, limited: bool) -> tuple[MockCRMs, httpx.Client, Replay]:
    """Open an empty installation on the date of the recording."""
    mocks = MockCRMs(seed="empty", faithful_crashes=True, rate_limits=limited)
    mocks.monica.clock.set(datetime(2026, 11, 21, 16, 38, 15, tzinfo=UTC))
    credentials = {
        ("Authorization", f"Bearer *** (account {letter})"): {
            "Authorization": f"Bearer {mocks.monica.accounts[name]['token']}"
        }
        for letter, name in (("A", "ada"), ("B", "grace"))
    }
    http = httpx.Client(base_url=mocks.monica.base_url, transport=mocks.monica.transport)
    # A recorded request without Accept had none at all.
    del http.headers["Accept"]
    return mocks, http, Replay("/api", _error_of, credentials)


def _ada(mocks: MockCRMs) -> dict[str, str]:
    return {"Authorization": f"Bearer {mocks.monica.credentials['token']}"}


def test_mock_answers_as_the_server_did() -> None:
    """Status, error code, messages and shape are the recorded ones, save listed exceptions."""
    differences = replay_all().differences

    assert len(differences) == len(pairs("monica")) > 400
    assert unexpected(differences, EXCEPTIONS) == []


@cache
def replay_odd() -> Replayed:
    """Return how the mock's answers differ from those of the later recording."""
    mocks, http, replay = _open(limited=False)
    replayed = Replayed()
    with mocks, http:
        for pair in pairs("monica-live"):
            if pair.label == "live-archived-contact":
                mocks.monica.archive(4)
            reply = replay.send(http, pair)
            replayed.add(pair.label, replay.differences(pair, reply), pair.body, reply)
    return replayed


def test_mock_answers_odd_requests_as_the_server_did() -> None:
    """The same for a conversation with values of wrong types, unknown ids, archived contacts."""
    differences = replay_odd().differences

    assert len(differences) == len(pairs("monica-live")) > 200
    assert unexpected(differences, LIVE_EXCEPTIONS) == []


def test_setup_and_exceptions_name_recorded_pairs() -> None:
    """No setup and no exception is left over from a pair that the recording does not have."""
    labels = {pair.label for pair in pairs("monica")}

    assert BEFORE.keys() | EXCEPTIONS.keys() <= labels


def test_finds_replies_with_fewer_values() -> None:
    """A value that is another, missing or of another type counts as lost."""
    replayed = Replayed()
    recorded = {"a": [1, None, {}], "b": True, "c": "x"}
    replayed.add("seq 0", [], recorded, httpx.Response(200, json={"a": [1, 0, {}], "b": 1}))
    replayed.add("seq 1", [], recorded, httpx.Response(200, text="no JSON"))

    assert (replayed.equal, replayed.leaves) == ({"seq 0": 2, "seq 1": 0}, {"seq 0": 5, "seq 1": 5})
    lost = "seq 1: 0 of 5 values are the recorded ones, and were 1"
    assert lost in lost_values("monica", replayed)
