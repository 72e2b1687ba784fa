"""What a call refuses before anything is sent: values that the wire or the URL cannot carry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest

from crmkit import ArgumentError, CRMError
from crmkit.relenta import ActivityInput, ContactInput, LabeledValue, Mailbox
from tests.clients.conftest import MakeClient
from tests.clients.harness import page, saved

LOOP: list[Any] = []
LOOP.append(LOOP)
RING: dict[str, Any] = {}
RING["ring"] = RING
NAN = float("nan")


class Nowhere(tzinfo):
    """A time zone that does not know its offset, which Python calls naive as well."""

    def utcoffset(self, _: datetime | None) -> None:
        """Know nothing."""

    def dst(self, _: datetime | None) -> None:
        """Know nothing."""

    def tzname(self, _: datetime | None) -> str:
        """Name the zone."""
        return "nowhere"


CONTACT: list[tuple[str, dict[str, Any]]] = [
    ("emails[1]", {"emails": ["a@b.c", "d;e"]}),
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
    ("x", {"extra": {"x": NAN}}),
    ("x", {"extra": {"x": [1, {"y": float("-inf")}]}}),
    ("x", {"extra": {"x": (NAN,)}}),
    ("x", {"extra": {"y": "fine", "x": "\udfff"}}),
    ("x", {"extra": {"x": ["\udfff"]}}),
    ("x", {"extra": {"x": b"bytes"}}),
    ("x", {"extra": {"x": {1, 2}}}),
    ("x", {"extra": {"x": 1j}}),
    ("x", {"extra": {"x": LOOP}}),
    ("x", {"extra": {"x": RING}}),
    ("x", {"extra": {"x": datetime(2016, 1, 5)}}),  # noqa: DTZ001 - naive is the point
    ("extra['full_name']", {"extra": {"full_name": "James"}}),
    ("extra['id']", {"extra": {"id": 1}}),
]
ACTIVITY: list[tuple[str, dict[str, Any]]] = [
    ("dt_start", {"dt_start": datetime(2016, 1, 5)}),  # noqa: DTZ001 - naive is the point
    ("dt_start", {"dt_start": datetime(2016, 1, 5, tzinfo=Nowhere())}),
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


def refused(crm: Any, argument: str, work: Callable[[Any], Any]) -> ArgumentError:
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


@pytest.mark.parametrize("number", range(len(CONTACT)))
def test_a_contact_that_cannot_be_written(client: MakeClient, number: int) -> None:
    """A contact's value that the wire cannot carry is refused by name, and nothing is sent."""
    argument, keywords = CONTACT[number]
    crm = client(saved())

    error = refused(crm, argument, lambda crm: crm.contacts.save(**keywords))
    assert error.operation == "contacts.save"
    refused(crm, argument, lambda crm: crm.contacts.create(**keywords))


@pytest.mark.parametrize("number", range(len(ACTIVITY)))
def test_an_activity_that_cannot_be_written(client: MakeClient, number: int) -> None:
    """An activity's value that the wire cannot carry is refused by name; nothing is sent."""
    argument, keywords = ACTIVITY[number]
    crm = client(saved())

    error = refused(crm, argument, lambda crm: crm.activities.save(**keywords))
    assert error.operation == "activities.save"


@pytest.mark.parametrize("number", range(23))
def test_to_dict_refuses_a_contact(number: int) -> None:
    """`to_dict` of a contact refuses by name the forms that a call refuses."""
    argument, keywords = CONTACT[number]

    with pytest.raises(ArgumentError) as caught:
        ContactInput(**keywords).to_dict()

    assert caught.value.argument == argument


@pytest.mark.parametrize("number", range(17))
def test_to_dict_refuses_an_activity(number: int) -> None:
    """`to_dict` of an activity refuses by name the forms that a call refuses."""
    argument, keywords = ACTIVITY[number]

    with pytest.raises(ArgumentError) as caught:
        ActivityInput(**keywords).to_dict()

    assert caught.value.argument == argument


@pytest.mark.parametrize("resource", ["contacts", "activities"])
@pytest.mark.parametrize("value", [-1, 1.0, 1.5, "1", True, None, [1]], ids=repr)
@pytest.mark.parametrize("argument", ["start", "page_size"])
def test_a_page_that_is_none(client: MakeClient, resource: str, argument: str, value: Any) -> None:
    """A page size or start that is no whole number is refused before any request."""
    crm = client(page())

    error = refused(crm, argument, lambda crm: getattr(crm, resource).list(**{argument: value}))
    assert error.operation == f"{resource}.list"


def test_a_page_before_the_first(client: MakeClient) -> None:
    """Servers answer the page 0 with the first one, so it would come twice; it is refused."""
    crm = client(page())
    refused(crm, "start", lambda crm: crm.contacts.list(start=0))
    assert crm.seen == []


def test_a_page_size_of_nothing(client: MakeClient) -> None:
    """A page holds at least one item."""
    refused(client(page()), "page_size", lambda crm: crm.contacts.list(page_size=0))


@pytest.mark.parametrize(
    "work",
    [
        lambda crm: crm.contacts.save(fullname="x"),
        lambda crm: crm.contacts.save(emails_=["x"]),
        lambda crm: crm.contacts.create(nope=None),
        lambda crm: crm.activities.save(type="x"),
        lambda crm: crm.contacts.list(pagesize=1),
        lambda crm: crm.contacts.list(page=1),
        lambda crm: crm.contacts.list(1),
        lambda crm: crm.custom_fields.list(page_size=1),
        lambda crm: crm.custom_fields.list(start=1),
        lambda crm: crm.request("GET", "/x", params={}),
        lambda crm: crm.with_options(retries=1),
    ],
    ids=[str(i) for i in range(11)],
)
def test_a_keyword_that_there_is_not(client: MakeClient, work: Callable[[Any], Any]) -> None:
    """An unknown keyword is Python's own TypeError, and nothing is sent."""
    crm = client(page())

    with pytest.raises(TypeError) as caught:
        crm(work)

    assert not isinstance(caught.value, CRMError)
    assert crm.seen == []


@pytest.mark.parametrize(
    ("named", "options"),
    [
        ("retries", {"retries": 1}),
        ("Timeout", {"Timeout": 1}),
        ("timeout", {"timeout": 0}),
        ("timeout", {"timeout": -1}),
        ("timeout", {"timeout": NAN}),
        ("timeout", {"timeout": True}),
        ("timeout", {"timeout": "5"}),
        ("max_retries", {"max_retries": -1}),
        ("max_retries", {"max_retries": 1.0}),
        ("max_retries", {"max_retries": None}),
        ("max_retries", {"max_retries": True}),
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
    ],
    ids=str,
)
def test_options_that_cannot_be(client: MakeClient, named: str, options: dict[str, Any]) -> None:
    """An option that there is not, or of an impossible value, is refused; nothing is sent."""
    for work in (
        lambda crm: crm.contacts.list(options=options),
        lambda crm: crm.contacts.save(full_name="x", options=options),
        lambda crm: crm.request("GET", "/x", options=options),
    ):
        crm = client(page())
        with pytest.raises(ArgumentError) as caught:
            crm(work)
        assert crm.seen == []
        assert named in str(caught.value)


@pytest.mark.parametrize("wrong", [5, "ab", ["ab"], [("a", 1)]], ids=repr)
@pytest.mark.parametrize("argument", ["options", "extra"])
def test_what_takes_a_dict(client: MakeClient, argument: str, wrong: Any) -> None:
    """`options` and `extra` take a dict; anything else is refused by their name."""
    crm = client(saved())

    refused(crm, argument, lambda crm: crm.contacts.save(**{argument: wrong}))
    assert crm.seen == []


def test_an_input_model_or_keywords_not_both(client: MakeClient) -> None:
    """A model and keywords together are refused, for which of them wins would be a guess."""
    crm = client(saved())
    contact = ContactInput(full_name="James")

    refused(crm, "title", lambda crm: crm.contacts.save(contact, title="Agent"))
    refused(crm, "full_name", lambda crm: crm.contacts.save(contact, full_name=None))
    refused(crm, "extra", lambda crm: crm.contacts.create(contact, extra={"x": "y"}))
    refused(crm, "subject", lambda crm: crm.activities.save(ActivityInput(), subject="x"))


def test_a_model_of_another_class(client: MakeClient) -> None:
    """Something else than the input model is a TypeError that names the right class."""
    crm = client(saved())

    for wrong in ({"full_name": "James"}, ActivityInput(), "James", 5):
        with pytest.raises(TypeError, match="ContactInput"):
            crm(lambda crm: crm.contacts.save(wrong))  # noqa: B023 - done at once
    assert crm.seen == []


@pytest.mark.parametrize(
    ("argument", "arguments", "keywords"),
    [
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
    ],
    ids=str,
)
def test_a_request_that_cannot_be(
    client: MakeClient, argument: str, arguments: tuple[Any, ...], keywords: dict[str, Any]
) -> None:
    """`request` takes a method and a path below the base URL, and refuses all else."""
    crm = client(page())

    refused(crm, argument, lambda crm: crm.request(*arguments, **keywords))


@pytest.mark.parametrize("count", [-1, 1.0, "1", None, True], ids=repr)
def test_a_count_that_is_none(client: MakeClient, count: Any) -> None:
    """`take` takes a non-negative integer."""
    refused(client(page()), "count", lambda crm: crm.contacts.list().take(count))


def test_what_the_wire_can_carry(client: MakeClient) -> None:
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


def test_a_moment_is_written_in_utc(client: MakeClient) -> None:
    """A moment goes out with Z, from whatever offset it came, in a member and in extra."""
    crm = client(saved())
    moment = datetime(2016, 1, 5, 14, 3, 33, tzinfo=timezone(timedelta(hours=2)))

    crm(
        lambda crm: crm.activities.save(
            dt_start=moment, dt_end=moment.astimezone(UTC), extra={"dt_other": moment}
        )
    )

    assert crm.seen[0].json == dict.fromkeys(
        ("dt_start", "dt_end", "dt_other"), "2016-01-05T12:03:33Z"
    )


def test_only_what_is_given_is_sent(client: MakeClient) -> None:
    """A save sends the members that were given: None clears, absence keeps."""
    crm = client(saved(7))

    assert crm(lambda crm: crm.contacts.save(id=7, title=None, emails=None, tags=[])) == 7
    assert crm.seen[0].json == {"id": "7", "title": None, "emails": None, "tags": ""}
    assert crm(lambda crm: crm.contacts.save()) == 7
    assert crm.seen[1].json == {}


def test_extra_and_options_are_left_alone(client: MakeClient) -> None:
    """What the caller passed is not changed by the call."""
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
