"""Values that the wire or the URL cannot carry: a call refuses them before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest

from crmkit import ArgumentError, CRMError
from crmkit.relenta import ActivityInput, ContactInput, LabeledValue, Mailbox
from tests.clients.conftest import MakeClient
from tests.clients.harness import Driver, failures, page, saved, sync_alone

asynchronous = sync_alone

LOOP: list[Any] = []
LOOP.append(LOOP)
RING: dict[str, Any] = {}
RING["ring"] = RING
NAN = float("nan")


class NoOffset(tzinfo):
    """A time zone without an offset, whose datetimes Python calls naive as well."""

    def utcoffset(self, _: datetime | None) -> None:
        """Return None."""

    def dst(self, _: datetime | None) -> None:
        """Return None."""

    def tzname(self, _: datetime | None) -> str:
        """Return the zone's name."""
        return "nowhere"


CONTACT: list[tuple[str, dict[str, Any]]] = [
    ("emails[1]", {"emails": ["a@b.c", "d;e"]}),
    ("emails[0]", {"emails": ["d;e"]}),
    ("emails", {"emails": "a@b.c"}),
    ("emails[0]", {"emails": [b"a@b.c"]}),
    ("emails[0]", {"emails": [None]}),
    ("emails", {"emails": {"a@b.c"}}),
    ("emails", {"emails": {"a@b.c": 1}}),
    ("groups[0]", {"groups": [LabeledValue("a")]}),
    ("tags[2]", {"tags": ["", "", ";"]}),
    ("phone[0]", {"phone": ["703-123-4567"]}),
    ("phone", {"phone": LabeledValue("703-123-4567")}),
    ("phone[0]", {"phone": [Mailbox("a@b.c")]}),
    ("phone[0]", {"phone": [LabeledValue("1;2")]}),
    ("phone[1]", {"phone": [LabeledValue("1"), LabeledValue("2", "x;y")]}),
    ("phone[0]", {"phone": [LabeledValue("call (Cell)")]}),
    ("phone[0]", {"phone": [LabeledValue("call", "a (b")]}),
    ("phone[0]", {"phone": [LabeledValue("call", "a (b)")]}),
    ("phone[0]", {"phone": [LabeledValue(5)]}),  # type: ignore[arg-type]  # callers without a checker
    ("phone[0]", {"phone": [LabeledValue(None)]}),  # type: ignore[arg-type]  # callers without a checker
    ("phone[0]", {"phone": [LabeledValue("1", 5)]}),  # type: ignore[arg-type]  # callers without a checker
    ("id", {"id": "33103982"}),
    ("id", {"id": -1}),
    ("id", {"id": 1.0}),
    ("id", {"id": True}),
    ("full_name", {"full_name": "\ud800"}),
    ("full_name", {"full_name": b"James"}),
    ("full_name", {"full_name": {"James"}}),
    ("full_name", {"full_name": NAN}),
    ("title", {"title": object()}),
    ("company", {"company": LOOP}),
    ("comment", {"comment": RING}),
    ("extra['x']", {"extra": {"x": NAN}}),
    ("extra['x'][1]['y']", {"extra": {"x": [1, {"y": float("-inf")}]}}),
    ("extra['x'][0]", {"extra": {"x": (NAN,)}}),
    ("extra['x']", {"extra": {"y": "fine", "x": "\udfff"}}),
    ("extra['x']", {"extra": {"x": ["\udfff"]}}),
    ("extra['x']", {"extra": {"x": b"bytes"}}),
    ("extra['x']", {"extra": {"x": {1, 2}}}),
    ("extra['x']", {"extra": {"x": 1j}}),
    ("extra['x']", {"extra": {"x": LOOP}}),
    ("extra['x']", {"extra": {"x": RING}}),
    ("extra['x']", {"extra": {"x": datetime(2016, 1, 5)}}),  # noqa: DTZ001 - naive is the point
    ("extra['full_name']", {"extra": {"full_name": "James"}}),
    ("extra['id']", {"extra": {"id": 1}}),
]
ACTIVITY: list[tuple[str, dict[str, Any]]] = [
    ("dt_start", {"dt_start": datetime(2016, 1, 5)}),  # noqa: DTZ001 - naive is the point
    ("dt_start", {"dt_start": datetime(2016, 1, 5, tzinfo=NoOffset())}),
    ("dt_start", {"dt_start": "2016-01-05T12:00:00Z"}),
    ("dt_start", {"dt_start": date(2016, 1, 5)}),
    ("dt_end", {"dt_end": 1452000000}),
    ("dt_end", {"dt_end": datetime.min.replace(tzinfo=timezone(timedelta(hours=2)))}),
    ("dt_end", {"dt_end": datetime.max.replace(tzinfo=timezone(-timedelta(hours=2)))}),
    ("author", {"author": "Austin Powers <a@b.c>"}),
    ("author", {"author": [Mailbox("a@b.c")]}),
    ("author", {"author": Mailbox("x <y>")}),
    ("author", {"author": Mailbox("a <b", "n")}),
    ("author", {"author": Mailbox(5)}),  # type: ignore[arg-type]  # callers without a checker
    ("users", {"users": Mailbox("a@b.c")}),
    ("users[0]", {"users": ["a@b.c"]}),
    ("users[1]", {"users": [Mailbox("a@b.c"), Mailbox("a;b")]}),
    ("contacts[0]", {"contacts": [Mailbox("a@b.c", "Doe; John")]}),
    ("contacts[0]", {"contacts": [Mailbox("x <y>")]}),
    ("extra['dt_start']", {"extra": {"dt_start": None}}),
    ("extra['status']", {"extra": {"status": "open"}}),
]


def check_refused(crm: Driver, argument: str, work: Callable[[Any], Any]) -> ArgumentError:
    """Check that a call is refused by the name of an argument, and that nothing was sent."""
    with pytest.raises(ArgumentError) as caught:
        crm(work)
    assert crm.seen == []
    error = caught.value
    assert error.argument == argument
    assert isinstance(error, ValueError)
    assert argument in str(error)
    assert "\n" not in str(error)
    return error


def test_rejects_values_of_contact(client: MakeClient) -> None:
    """A contact's value that the wire cannot carry is refused by name, and nothing is sent."""
    crm = client(saved())

    def check(argument: str, keywords: dict[str, Any]) -> None:
        error = check_refused(crm, argument, lambda crm: crm.contacts.save(**keywords))
        assert error.operation == "contacts.save"
        error = check_refused(crm, argument, lambda crm: crm.contacts.create(**keywords))
        assert error.operation == "contacts.create"

    assert failures(check, CONTACT) == []


def test_rejects_values_of_activity(client: MakeClient) -> None:
    """An activity's value that the wire cannot carry is refused by name; nothing is sent."""
    crm = client(saved())

    def check(argument: str, keywords: dict[str, Any]) -> None:
        error = check_refused(crm, argument, lambda crm: crm.activities.save(**keywords))
        assert error.operation == "activities.save"

    assert failures(check, ACTIVITY) == []


def test_to_dict_rejects_what_a_call_rejects() -> None:
    """`to_dict` of an input model refuses by name the values that a call refuses."""

    def check(argument: str, keywords: dict[str, Any], cls: Any) -> None:
        with pytest.raises(ArgumentError) as caught:
            cls(**keywords).to_dict()
        assert caught.value.argument == argument

    cases: list[tuple[Any, ...]] = [(*case, ContactInput) for case in CONTACT[:23]]
    cases += [(*case, ActivityInput) for case in ACTIVITY[:17]]
    assert failures(check, cases) == []


def test_rejects_page_size_and_start(client: MakeClient) -> None:
    """A page size or start that is not a positive integer is refused before any request.

    Servers answer page 0 with the first one, so that it would come twice.
    """
    crm = client(page())

    def check(resource: str, argument: str, value: Any) -> None:
        error = check_refused(
            crm, argument, lambda crm: getattr(crm, resource).list(**{argument: value})
        )
        assert error.operation == f"{resource}.list"

    cases = [
        (resource, argument, value)
        for resource in ("contacts", "activities")
        for argument in ("start", "page_size")
        for value in (0, -1, 1.0, 1.5, "1", True, None, [1])
    ]
    assert failures(check, cases) == []


def test_rejects_unknown_keyword(client: MakeClient) -> None:
    """An unknown keyword is Python's own TypeError, and nothing is sent."""
    crm = client(page())

    def check(_: str, work: Callable[[Any], Any]) -> None:
        with pytest.raises(TypeError) as caught:
            crm(work)
        assert not isinstance(caught.value, CRMError)

    cases: list[tuple[str, Callable[[Any], Any]]] = [
        ("misspelt", lambda crm: crm.contacts.save(fullname="x")),
        ("underscore", lambda crm: crm.contacts.save(emails_=["x"])),
        ("None", lambda crm: crm.contacts.create(nope=None)),
        ("builtin", lambda crm: crm.activities.save(type="x")),
        ("misspelt page size", lambda crm: crm.contacts.list(pagesize=1)),
        ("the vendor's page", lambda crm: crm.contacts.list(page=1)),
        ("positional", lambda crm: crm.contacts.list(1)),
        ("size of what is not paged", lambda crm: crm.custom_fields.list(page_size=1)),
        ("start of what is not paged", lambda crm: crm.custom_fields.list(start=1)),
        ("request", lambda crm: crm.request("GET", "/x", params={})),
        ("with_options", lambda crm: crm.with_options(retries=1)),
    ]
    assert failures(check, cases) == []
    assert crm.seen == []


OPTIONS: list[tuple[str, dict[str, Any]]] = [
    ("retries", {"retries": 1}),
    ("Timeout", {"Timeout": 1}),
    *(("timeout", {"timeout": value}) for value in (0, -1, NAN, True, "5")),
    *(("max_retries", {"max_retries": value}) for value in (-1, 1.0, None, True)),
    ("header", {"headers": {"X-Note": "one\r\nX-Two: two"}}),
    ("header", {"headers": {"X-Note": "one\ntwo"}}),
    ("header", {"headers": {"X-Note": "nul\x00"}}),
    ("header", {"headers": {"X\nNote": "x"}}),
    ("header", {"headers": {"": "x"}}),
    ("header", {"headers": {"X Note": "x"}}),
    ("header", {"headers": {"X-Note": "\ud800"}}),
    ("header", {"headers": {"X-Note": 5}}),
    ("header", {"headers": {"X-Note": None}}),
    ("header", {"headers": ["X-Note"]}),
    ("query", {"query": {"q": "\ud800"}}),
    ("query", {"query": "q=1"}),
    ("query", {"query": {"q": b"x"}}),
    ("query", {"query": {"q": {1}}}),
    ("query", {"query": {"q": {"a": 1}}}),
]


def test_rejects_options(client: MakeClient) -> None:
    """An unknown option, or one of an impossible value, is refused by name; nothing is sent."""
    crm = client(page())

    def check(name: str, options: dict[str, Any]) -> None:
        for work in (
            lambda crm: crm.contacts.list(options=options),
            lambda crm: crm.contacts.save(full_name="x", options=options),
            lambda crm: crm.request("GET", "/x", options=options),
        ):
            with pytest.raises(ArgumentError) as caught:
                crm(work)
            assert name in str(caught.value)

    assert failures(check, OPTIONS) == []
    assert crm.seen == []


def test_rejects_options_and_extra_that_are_not_dicts(client: MakeClient) -> None:
    """`options` and `extra` take a dict; anything else is refused by their name."""
    crm = client(saved())

    def check(argument: str, value: Any) -> None:
        check_refused(crm, argument, lambda crm: crm.contacts.save(**{argument: value}))

    cases = [(name, value) for name in ("options", "extra") for value in (5, "ab", ["ab"])]
    assert failures(check, [*cases, ("options", [("a", 1)]), ("extra", [("a", 1)])]) == []


def test_rejects_input_model_with_keywords(client: MakeClient) -> None:
    """A model and keywords together are refused, for which of them wins would be a guess."""
    crm = client(saved())
    contact = ContactInput(full_name="James")

    check_refused(crm, "title", lambda crm: crm.contacts.save(contact, title="Agent"))
    check_refused(crm, "full_name", lambda crm: crm.contacts.save(contact, full_name=None))
    check_refused(crm, "extra", lambda crm: crm.contacts.create(contact, extra={"x": "y"}))
    check_refused(crm, "subject", lambda crm: crm.activities.save(ActivityInput(), subject="x"))


def test_rejects_model_of_another_class(client: MakeClient) -> None:
    """Anything but the input model is a TypeError that names the right class."""
    crm = client(saved())

    for value in ({"full_name": "James"}, ActivityInput(), "James", 5):
        with pytest.raises(TypeError, match="ContactInput"):
            crm(lambda crm: crm.contacts.save(value))  # noqa: B023 - done at once
    assert crm.seen == []


REQUESTS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("path", ("GET", "x"), {}),
    ("path", ("GET", ""), {}),
    ("path", ("GET", "//evil.example/x"), {}),
    ("path", ("GET", "https://evil.example/x"), {}),
    ("path", ("GET", "/../x"), {}),
    ("path", ("GET", "/a/./b"), {}),
    ("path", ("GET", "/a\nb"), {}),
    ("path", ("GET", "/a#b"), {}),
    ("path", ("GET", "/%2e%2E/x"), {}),
    ("path", ("GET", None), {}),
    ("method", ("", "/x"), {}),
    ("method", ("GET /y", "/x"), {}),
    ("method", ("GÉT", "/x"), {}),
    ("method", (None, "/x"), {}),
    ("content", ("POST", "/x"), {"json": {}, "content": b"{}"}),
    ("a", ("POST", "/x"), {"json": {"a": {1}}}),
    ("json", ("POST", "/x"), {"json": {1}}),
]


def test_request_rejects_method_path_and_body(client: MakeClient) -> None:
    """`request` takes a method, a path below the base URL and one body, and refuses all else."""
    crm = client(page())

    def check(argument: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        error = check_refused(crm, argument, lambda crm: crm.request(*arguments, **keywords))
        assert error.operation == "request"

    assert failures(check, REQUESTS) == []


def test_take_rejects_counts(client: MakeClient) -> None:
    """`take` takes a non-negative integer."""
    crm = client(page())
    for count in (-1, 1.0, "1", None, True):
        check_refused(crm, "count", lambda crm: crm.contacts.list().take(count))  # noqa: B023 - done at once


def test_sends_values_near_the_edge(client: MakeClient) -> None:
    """Values near the edge are sent as they are."""
    crm = client(saved())

    crm(
        lambda crm: crm.contacts.save(
            id=0,
            full_name="",
            title=None,
            company="a;b",
            text="\u2028\x00😀",
            emails=(),
            groups=["a", "", " b "],
            phone=[LabeledValue("1", ""), LabeledValue("(2)"), LabeledValue("", "x")],
            extra={"Ünï": None, "n": 10**25, "list": [1, "x", None, True]},
        )
    )

    assert crm.seen[0].json == {
        "id": "0",
        "full_name": "",
        "title": None,
        "company": "a;b",
        "text": "\u2028\x00😀",
        "emails": "",
        "groups": "a;; b ",
        "phone": "1 ();(2); (x)",
        "Ünï": None,
        "n": 10**25,
        "list": [1, "x", None, True],
    }


def test_writes_datetimes_in_utc(client: MakeClient) -> None:
    """A datetime goes out with Z, whatever its offset, in a member and in extra."""
    crm = client(saved())
    start = datetime(2016, 1, 5, 14, 3, 33, tzinfo=timezone(timedelta(hours=2)))

    crm(
        lambda crm: crm.activities.save(
            dt_start=start, dt_end=start.astimezone(UTC), extra={"dt_other": start}
        )
    )

    assert crm.seen[0].json == dict.fromkeys(
        ("dt_start", "dt_end", "dt_other"), "2016-01-05T12:03:33Z"
    )


def test_sends_only_what_is_passed(client: MakeClient) -> None:
    """A save sends the members that were passed: None clears, absence keeps."""
    crm = client(saved(7))

    assert crm(lambda crm: crm.contacts.save(id=7, title=None, emails=None, tags=[])) == 7
    assert crm.seen[0].json == {"id": "7", "title": None, "emails": None, "tags": ""}
    assert crm(lambda crm: crm.contacts.save()) == 7
    assert crm.seen[1].json == {}


def test_leaves_extra_and_options_unchanged(client: MakeClient) -> None:
    """A call does not change what the caller passed."""
    crm = client(saved())
    extra = {"x": ["y"]}
    options = {"headers": {"X-A": "b"}, "query": {"q": 1}}
    contact = ContactInput(full_name="James")

    crm(lambda crm: crm.contacts.save(full_name="James", extra=extra, options=options))
    crm(lambda crm: crm.contacts.save(contact, options=options))

    assert extra == {"x": ["y"]}
    assert options == {"headers": {"X-A": "b"}, "query": {"q": 1}}
    assert contact == ContactInput(full_name="James")
    assert crm.seen[0].headers["x-a"] == "b"
    assert crm.seen[0].query == {"q": "1"}
