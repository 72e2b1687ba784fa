"""The engine of contract checks: names, pairs, the judge, and how a run ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from crmkit.contract import Accepted, Conversation, Judge, Reply, Summary, Talk
from crmkit.contract.espocrm.crm import EspoCRM
from crmkit.contract.judge import Difference
from crmkit.contract.names import MISSING, Bound, Names, Pairs
from tests.contract.engine import Store, held


def records(talk: Talk) -> None:
    """Create two things, read, list, change and delete them."""
    first = talk.post("/things", {"name": talk.unique("one")}).id
    talk.post("/things", {"name": talk.unique("two"), "kind": "odd", "of": first})
    talk.get(f"/things/{first}")
    talk.get("/things")
    talk.put(f"/things/{first}", {"name": talk.unique("new")})
    talk.delete(f"/things/{first}")
    talk.get(f"/things/{first}")


RECORDS = Conversation("records.things", records)


def kinds(summary: Summary) -> set[str]:
    """Return the kinds of the differences that are not accepted."""
    return set(summary.kinds())


# -- names -------------------------------------------------------------------------------------


def test_names_become_values_with_their_types() -> None:
    """A name alone becomes the value; within a str the value is written out."""
    names, id, gone = Names(), Bound("id"), Bound("gone")
    names.bind("id", 7)
    names.bind("gone", MISSING)

    assert names.fill({"id": id, "path": f"/things/{id}", "all": [id, f"{id},{id}"]}) == {
        "id": 7,
        "path": "/things/7",
        "all": [7, "7,7"],
    }
    assert names.missing([id, f"x{gone}", Bound("never")]) == {"gone", "never"}


def test_pairs_keep_together() -> None:
    """Two values that were a pair have to appear together, in their own space only."""
    pairs = Pairs()

    assert pairs.agree("contact", 1, 10)
    assert pairs.agree("contact", 1, 10)
    assert not pairs.agree("contact", 1, 11)
    assert not pairs.agree("contact", 2, 10)
    assert pairs.agree("note", 1, 11)
    assert pairs.name(0, "contact", 1) == pairs.name(1, "contact", 10)
    assert pairs.name(0, "contact", 2) is None


# -- the judge ---------------------------------------------------------------------------------


def test_finds_no_difference_between_equal_servers() -> None:
    """Servers that only number their records differently are equal, in every step."""
    summary = held(RECORDS, server=Store(1), mock=Store(1000))

    assert [str(d) for step in summary.steps for d in step.differences] == []
    assert len(summary.steps) == 7
    assert summary.share() == 1.0


def _at(method: str, change: Callable[[Any], Any]) -> Callable[[str, str, Any], Any]:
    """Return what changes the replies to one method; lists are left alone."""

    def spoil(asked: str, path: str, body: Any) -> Any:
        is_list = asked == "GET" and path == "/things"
        return change(body) if asked == method and not is_list else body

    return spoil


def _in_lists(change: Callable[[list[Any]], list[Any]]) -> Callable[[str, str, Any], Any]:
    def spoil(asked: str, path: str, body: Any) -> Any:
        if asked == "GET" and path == "/things":
            return {**body, "list": change(body["list"])}
        return body

    return spoil


SPOILED: dict[str, tuple[Callable[[str, str, Any], Any], set[str]]] = {
    "another value": (_at("PUT", lambda body: {**body, "kind": "odd"}), {"values"}),
    "another member": (_at("PUT", lambda body: {**body, "more": 1}), {"members"}),
    "a member less": (
        _at("PUT", lambda body: {k: v for k, v in body.items() if k != "kind"}),
        {"members"},
    ),
    "another type": (_at("PUT", lambda body: {**body, "kind": ["plain"]}), {"types", "document"}),
    "another order": (_in_lists(lambda rows: rows[::-1]), {"order"}),
    "fewer rows": (_in_lists(lambda rows: rows[:1]), {"count"}),
    "another class": (_at("PUT", lambda _: b"<html>"), {"class", "document"}),
    "an id of another record": (
        _at("PUT", lambda body: {**body, "id": body["id"] + 1}),
        {"values"},
    ),
    "no id": (
        _at("POST", lambda body: {k: v for k, v in body.items() if k != "id"}),
        {"members", "document", "missing", "values", "count"},
    ),
    "another reason": (
        _at("GET", lambda body: {"message": "gone"} if "message" in body else body),
        {"reason", "values"},
    ),
}


@pytest.mark.parametrize("case", SPOILED)
def test_finds_each_kind_of_difference(case: str) -> None:
    """Whatever one server says otherwise is found, on either side, and only that."""
    spoil, expected = SPOILED[case]

    for spoiled in (0, 1):
        stores = [Store(1), Store(1000)]
        stores[spoiled] = Store((1, 1000)[spoiled], spoil)
        found = kinds(held(RECORDS, server=stores[0], mock=stores[1]))
        assert found <= expected
        assert found & expected


def test_finds_another_status() -> None:
    """Another status is one difference; the bodies are not compared then."""
    summary = held(RECORDS, server=Store(), mock=Store(status={"PUT": 404}))

    (step,) = summary.unequal
    assert [str(d) for d in step.differences] == [
        "status: 200 on the server, 404 not you on the mock"
    ]


def test_holds_replies_against_the_document() -> None:
    """Without a mock, a reply that the document does not allow is found, and the place named."""
    summary = held(RECORDS, server=Store(spoil=_at("PUT", lambda body: {**body, "kind": "blue"})))

    (step,) = summary.unequal
    (difference,) = step.differences
    assert difference.kind == "document"
    assert str(difference).startswith('document: kind: "blue" is not one of')


def test_accepts_the_echo_of_a_value_that_must_not_be_sent() -> None:
    """A document speaks of what may be sent; what a server makes of the rest is not its matter."""

    def hold(talk: Talk) -> None:
        created = talk.post("/things", {"name": talk.unique()})
        talk.put(f"/things/{created.id}", {"name": 7})
        talk.get(f"/things/{created.id}")

    def held_with(name: object) -> list[Difference]:
        store = Store(spoil=_at("GET", lambda body: {**body, "name": name}))
        (steps,) = (held.steps for held in held(Conversation("echo", hold), server=store).held)
        return [difference for step in steps for difference in step.differences]

    assert all(d.accepted for d in held_with(7))
    assert [bool(d.accepted) for d in held_with(8)] == [True, False]
    assert [bool(d.accepted) for d in held_with(7.0)] == [True, False]


def test_laws_hold_for_each_server() -> None:
    """A law that a reply does not fulfil is found on the side where it fails."""

    def hold(talk: Talk) -> None:
        created = talk.post("/things", {"name": talk.unique()})
        talk.expect(created, "things are plain", lambda tree: tree["kind"] == "plain")
        talk.expect(created, "there is a color", lambda tree: tree["color"])

    odd = _at("POST", lambda body: {**body, "kind": "odd"})
    summary = held(Conversation("laws", hold), server=Store(), mock=Store(spoil=odd))

    laws = [str(d) for step in summary.steps for d in step.differences if d.kind == "law"]
    assert laws == [
        "law (mock): things are plain",
        "law: there is a color",
        "law (mock): there is a color",
    ]


def test_compares_only_types_of_what_others_own() -> None:
    """Conversations that only read compare no values, counts or order, but members and types."""
    read = Conversation("reads", lambda talk: talk.get("/things") and None, writes=False)
    server, mock = Store(), Store(50)
    for store, names in ((server, ["a", "b"]), (mock, ["c"])):
        for name in names:
            store(httpx.Request("POST", "https://x/things", json={"name": name}))

    assert kinds(held(read, server=server, mock=mock, writes=False)) == set()
    next(iter(mock.things.values()))["more"] = 1
    assert kinds(held(read, server=server, mock=mock, writes=False)) == {"members"}


def _lists_of(left: list[Any], right: list[Any], *, shape_only: bool = False) -> list[str]:
    """Return the differences of two lists in EspoCRM's replies."""
    judge = Judge(EspoCRM(), Pairs())
    headers = {"content-type": "application/json"}
    replies = [Reply(200, headers, json.dumps({"list": rows}).encode()) for rows in (left, right)]
    return [str(difference) for difference in judge.differences(*replies, shape_only=shape_only)]


def _note(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "post": None, "parentType": "Account", **more}


SHAPES: dict[str, tuple[list[Any], list[Any], str]] = {
    "alike": ([{"a": 1}, {"a": 2}], [{"a": 5}], ""),
    "members that some rows lack": ([{"a": 1, "b": 2}, {"a": 2}], [{"a": 5}], ""),
    "a member of every row": ([{"a": 1, "b": 2}], [{"a": 5}], "members at list[]: has b"),
    "notes of other types": ([_note("Create")], [_note("Post", attachmentsIds=[])], ""),
    "notes of one type": (
        [_note("Post")], [_note("Post", attachmentsIds=[])],
        "members at list[]: lacks them on the server, has attachmentsIds",
    ),
    "a member of the type in any row": (
        [{"a": None}, {"a": {"b": 1}}], [{"a": 7}, {"a": {"b": "x"}}],
        "types at list[].a.b: number 1",
    ),
    "members named by ids": (
        [{"a": {"6b0000000000000b1": 1}}], [{"a": {"6b0000000000000b2": 1}}], ""
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SHAPES)
def test_compares_members_within_rows_of_one_kind(case: str) -> None:
    """Of records that are not the same, only what all of a kind have can be missed."""
    left, right, expected = SHAPES[case]
    found = _lists_of(left, right, shape_only=True)

    assert len(found) == bool(expected)
    assert all(line.startswith(expected) for line in found)


def test_what_others_own_makes_no_pairs() -> None:
    """Ids of records that have nothing to do with one another are not taken for each other."""
    judge, headers = Judge(EspoCRM(), Pairs()), {"content-type": "application/json"}
    one, two, three = (f"6b0000000000000b{number}" for number in (1, 2, 3))

    def replies(left: str, right: str) -> list[Reply]:
        rows = ({"list": [{"id": left, "of": left}]}, {"list": [{"id": right, "of": right}]})
        return [Reply(200, headers, json.dumps(row).encode()) for row in rows]

    assert judge.differences(*replies(one, two), shape_only=True) == []
    assert judge.differences(*replies(one, one)) == []
    assert judge.differences(*replies(three, two)) == []  # both are new: a pair
    assert judge.differences(*replies(three, three)) != []


def test_ids_that_both_lists_have_are_pairs() -> None:
    """A user whom both servers know is not taken for the one who stands at its place."""
    one, two, three = ({"id": f"6b0000000000000b{number}"} for number in (1, 2, 3))

    assert _lists_of([one, two], [one, two]) == []
    (order,) = _lists_of([one, two], [two, one])
    assert order.startswith("order at list")
    (count,) = _lists_of([one, two, three], [two, three])
    assert count.startswith("count at list")
    new = {"id": "6b0000000000000c1"}
    assert _lists_of([{**new, "a": 1}, one], [one, {"id": "6b0000000000000d1", "a": 1}]) == [
        'order at list: ["#2", "#1"] on the server, ["#1", "#2"] on the mock'
    ]


def test_accepts_known_differences_with_their_reason() -> None:
    """A difference that is known does not count, and keeps the reason for which it is accepted."""
    accepted = Accepted("the mock is older", operation="things_update", kind="members")
    spoil = _at("PUT", lambda body: {**body, "more": 1})
    summary = held(RECORDS, server=Store(spoil=spoil), mock=Store(), accepted=(accepted,))

    assert summary.unequal == []
    assert [d.accepted for step in summary.steps for d in step.differences] == ["the mock is older"]


# -- how a run ends ----------------------------------------------------------------------------


def leaves(talk: Talk) -> None:
    """Create things and leave them."""
    for number in range(3):
        talk.post("/things", {"name": talk.unique(str(number))})


def test_removes_what_conversations_leave() -> None:
    """What a conversation creates and does not delete is deleted after it."""
    store = Store()
    summary = held(Conversation("a", leaves), Conversation("b", leaves), server=store)

    assert store.things == {}
    assert (len(summary.steps), summary.left) == (6, [])


def test_removes_what_its_creator_may_not_delete() -> None:
    """Who creates records may not always delete them: the run's other users do it then."""
    store, asked = Store(), list[tuple[str, str]]()

    def play(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            asked.append((request.url.path, request.headers["X-Key"]))
            if request.headers["X-Key"] == "B":
                return httpx.Response(403, json={"message": "not you"})
        return store(request)

    made = Conversation(
        "a", lambda talk: talk.post("/things", {"name": "x"}, user="other") and None
    )
    summary = held(made, server=play)

    assert (store.things, summary.left) == ({}, [])
    assert asked == [("/things/1", "B"), ("/things/1", "A")]


def test_lists_what_nobody_may_delete() -> None:
    """What no user may delete is listed, and so is what the server refuses for another reason."""
    for status in (403, 500):
        summary = held(Conversation("a", leaves), server=Store(status={"DELETE": status}))

        assert summary.left == ["/things/3", "/things/2", "/things/1"]


def test_removes_after_an_interruption() -> None:
    """An interrupted run removes what it has made and keeps what it has found."""
    store = Store()

    def stop(step: Any) -> None:
        if step.number == 2:
            raise KeyboardInterrupt

    summary = held(Conversation("a", leaves), RECORDS, server=store, on_step=stop)

    assert store.things == {}
    assert summary.interrupted
    assert [h.conversation.name for h in summary.held] == ["a"]


def test_lists_what_a_second_interruption_leaves() -> None:
    """Interrupted while it removes things, a run says what is left."""
    store = Store()

    def play(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE" and len(store.things) == 2:
            raise KeyboardInterrupt
        return store(request)

    summary = held(Conversation("a", leaves), server=play)

    assert summary.interrupted
    assert summary.left == ["/things/2", "/things/1"]


def test_the_first_interruption_does_not_end_the_removal() -> None:
    """Interrupted while it removes a conversation's things, a run removes them and ends."""
    store, times = Store(), [0]

    def play(request: httpx.Request) -> httpx.Response:
        times[0] += request.method == "DELETE"
        if request.method == "DELETE" and times[0] == 2:
            raise KeyboardInterrupt
        return store(request)

    summary = held(Conversation("a", leaves), RECORDS, server=play)

    assert (store.things, summary.left, summary.interrupted) == ({}, [], True)
    assert len(summary.held) == 1


def test_lists_what_is_left_when_it_may_not_go_on() -> None:
    """A user who wants no more to be removed gets the list of what is left."""
    store = Store()
    summary = held(Conversation("a", leaves), server=store, may_go_on=lambda: False)

    assert len(store.things) == 3
    assert summary.left == ["/things/3", "/things/2", "/things/1"]


def test_says_what_was_under_way() -> None:
    """A creation whose reply never came is said, with the name to look for."""

    def play(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("no reply", request=request)

    summary = held(Conversation("a", leaves), server=play)

    assert "no reply from https://live.invalid" in summary.error
    (line,) = summary.left
    assert line.startswith("POST /things was under way: look for crmkit-")


def test_a_slow_read_ends_its_conversation_only() -> None:
    """A list that is too much for a server is said; the others are held, and all is removed."""
    store = Store()

    def play(request: httpx.Request) -> httpx.Response:
        if request.method == "GET" and request.url.path == "/things":
            raise httpx.ReadTimeout("too slow", request=request)
        return store(request)

    summary = held(RECORDS, Conversation("b", leaves), server=play)

    assert summary.error == ""
    assert [h.error for h in summary.broken] == [
        "no reply from https://live.invalid to GET /things within 30 s"
    ]
    assert [len(h.steps) for h in summary.held] == [3, 3]
    assert (store.things, summary.left) == ({}, [])

    many = [Conversation(f"c{number}", records) for number in range(20)]
    summary = held(*many, server=play)

    assert "no reply" in summary.error
    assert len(summary.held) == 4


def test_a_lost_server_ends_the_run_with_what_was_found() -> None:
    """A server that stops answering is an error; the steps before it are kept, the rest listed."""
    store, count = Store(), [0]

    def play(request: httpx.Request) -> httpx.Response:
        count[0] += 1
        if count[0] > 2:
            raise httpx.ConnectError("refused", request=request)
        return store(request)

    summary = held(Conversation("a", leaves), server=play)

    assert "refused" in summary.error
    assert len(summary.steps) == 2
    assert summary.left[1:] == ["/things/2", "/things/1"]


def test_a_conversation_that_cannot_go_on_is_said() -> None:
    """A reply without what a conversation reads on ends that conversation only."""

    def reads_on(talk: Talk) -> None:
        talk.get(f"/things/{talk.get('/things').tree['list'][0]['id']}")

    summary = held(Conversation("a", reads_on), RECORDS, server=Store())

    (broken,) = summary.broken
    assert broken.error == "cannot go on: IndexError: list index out of range"
    assert len(summary.held) == 2


def test_recognises_a_user_who_may_not_write() -> None:
    """Refusals of rights are one finding, not a difference in each step."""
    many = [Conversation(f"c{number}", records) for number in range(20)]
    summary = held(*many, server=Store(status={"POST": 403}), mock=Store(), skips_refused=True)

    assert summary.unequal == []
    assert summary.may_not_write == "POST /things: 403 not you"
    assert len(summary.held) == 3


def test_stops_at_the_number_of_requests() -> None:
    """A conversation is not begun when the server has had its requests."""
    many = [Conversation(f"c{number}", records) for number in range(20)]
    summary = held(*many, server=Store(), requests=10)

    assert len(summary.held) == 2


def test_gives_up_where_pages_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that answers everything with HTML is out of order, not different."""
    monkeypatch.setattr("time.sleep", lambda _: None)

    def play(request: httpx.Request) -> httpx.Response:  # noqa: ARG001 - whatever is asked
        return httpx.Response(503, html="<h1>Maintenance</h1>")

    many = [Conversation(f"c{number}", records) for number in range(20)]
    summary = held(*many, server=play)

    assert "answers with pages in HTML only (503)" in summary.error


def test_waits_where_the_server_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """429 is waited for, by Retry-After or longer each time, and the request is sent again."""
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    store, limited = Store(), [{"Retry-After": "7"}, {}, {}]

    def play(request: httpx.Request) -> httpx.Response:
        return httpx.Response(429, headers=limited.pop()) if limited else store(request)

    summary = held(RECORDS, server=play)

    assert waits == [1.0, 2.0, 7.0]
    assert (summary.unequal, summary.error) == ([], "")
