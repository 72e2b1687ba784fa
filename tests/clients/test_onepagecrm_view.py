"""`crm.view`: the newest state of the account, from whatever reply has it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from crmkit import QuotaExceededError, ValidationError
from crmkit.onepagecrm import OnePageCRM, View
from crmkit_mock import MockCRMs
from tests.clients.conftest import ONEPAGECRM_KEY, MakeOnePageCRM
from tests.clients.harness import Answer, Canned, failures, reply, sync_alone

asynchronous = sync_alone

FORMS = ["json", "xml", "yaml"]
TAGS = {"system": [{"name": "waiting", "count": 1}], "custom": [{"name": "Solar", "count": 2}]}
NO_TAGS: dict[str, Any] = {"system": [], "custom": []}
STATUSES = [{"name": "all", "count": 2}, {"name": "lead", "count": 1}]
SALES = {
    "target": 5200.0,
    "period": "quarter",
    "won": 1.5,
    "pending": 5130.0,
    "expires": 1341100800,
}


def answer(timestamp: int = 7, status: int = 0, **members: Any) -> Answer:
    """Answer with an envelope around the simplest data."""
    data = {"version": "1.2"}
    head = {"timestamp": timestamp, "status": status, "message": "said", "data": data}
    return reply({**head, **members})


def version(crm: Any) -> Any:
    """Make the simplest call."""
    return crm.api_version()


def counts(items: Any) -> dict[str, int]:
    """Return the counts of tags or statuses by name."""
    return {item.name: item.count for item in items}


def test_new_view_is_empty(onepagecrm: MakeOnePageCRM) -> None:
    """A new client's view is empty, and sends nothing."""
    crm = onepagecrm(answer())
    view = crm.crm.view

    assert (view.timestamp, view.tags, view.sales) == (None, None, None)
    assert (view.statuses, view.notifications) == ([], [])
    assert crm.seen == []


def test_parts_have_types(onepagecrm: MakeOnePageCRM) -> None:
    """Each part is an object of its own type."""
    parts: dict[str, Any] = {"tags": TAGS, "statuses": STATUSES, "sales": SALES}
    parts["notifications"] = ["new one"]
    crm = onepagecrm(answer(1338797714, **parts))
    crm(version)
    view = crm.crm.view

    assert view.timestamp == datetime(2012, 6, 4, 8, 15, 14, tzinfo=UTC)
    assert counts(view.tags.system) == {"waiting": 1}
    assert counts(view.tags.custom) == {"Solar": 2}
    assert counts(view.statuses) == {"all": 2, "lead": 1}
    assert (view.sales.target, view.sales.period, view.sales.won) == (5200.0, "quarter", 1.5)
    assert view.sales.expires == datetime(2012, 7, 1, tzinfo=UTC)
    assert view.notifications == ["new one"]


def test_reply_replaces_its_parts(onepagecrm: MakeOnePageCRM) -> None:
    """A reply replaces the parts that it carries; the others stay."""
    crm = onepagecrm(
        answer(7, tags=TAGS, statuses=STATUSES, notifications=["deals_limit_reached"]),
        answer(8, tags={"system": [], "custom": []}),
        answer(9, notifications=[]),
    )
    view = crm.crm.view
    crm(version)

    crm(version)
    assert (view.tags.custom, counts(view.statuses)) == ([], {"all": 2, "lead": 1})
    assert view.notifications == ["deals_limit_reached"]

    crm(version)
    assert view.notifications == []
    assert counts(view.statuses) == {"all": 2, "lead": 1}
    assert view.timestamp == datetime.fromtimestamp(9, UTC)


def test_error_reply_updates_view(onepagecrm: MakeOnePageCRM) -> None:
    """An error reply updates the view like any other."""

    def check(code: int) -> None:
        crm = onepagecrm(answer(7, code, notifications=["contacts_list_full"]), max_retries=0)

        with pytest.raises(Exception, match="said"):
            crm(version)

        assert crm.crm.view.notifications == ["contacts_list_full"]

    assert failures(check, product([101, 104, 108, 201, 999])) == []


def test_mock_updates_view(mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs) -> None:
    """Login, changes without data and refusals of the mock update the view, in every format."""

    def check(format_: str) -> None:
        mocks.reset()
        mock = mocks.onepagecrm
        crm = mocked_onepagecrm(**mock.login, format=format_)
        view = crm.crm.view

        crm(version)
        assert counts(view.statuses)["all"] == 2
        assert view.sales.target == 5200.0

        crm(lambda crm: crm.tags.create(name="Solar"))
        assert counts(view.tags.custom) == {"Solar": 0}

        mock.limit(contacts=2)
        with pytest.raises(QuotaExceededError) as caught:
            crm(lambda crm: crm.contacts.create(lastname="Third"))
        assert caught.value.code == 201
        assert view.notifications == ["contacts_list_full"]

    assert failures(check, product(FORMS)) == []


def test_later_call_wins_over_timestamp(onepagecrm: MakeOnePageCRM) -> None:
    """A call that began after another's end is newer, whatever the timestamps are."""
    crm = onepagecrm(answer(10**30, tags=TAGS), answer(9, tags=TAGS), answer(8, tags=NO_TAGS))

    for _ in range(3):
        crm(version)

    assert counts(crm.crm.view.tags.custom) == {}
    assert crm.crm.view.timestamp == datetime.fromtimestamp(8, UTC)


def test_view_survives_reset_of_mock(mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs) -> None:
    """After a reset, with which the mock's clock goes back, the view shows what is there."""
    crm = mocked_onepagecrm()
    crm(lambda crm: crm.tags.create(name="Solar"))
    crm(lambda crm: crm.tags.create(name="Wind"))

    mocks.reset()
    crm(lambda crm: crm.tags.create(name="Water"))

    assert counts(crm.crm.view.tags.custom) == {"Water": 0}


def test_older_reply_does_not_replace_newer() -> None:
    """Of concurrent calls, the older reply does not replace what the newer one had."""
    both, second_is_back = threading.Barrier(2), threading.Event()

    class Overtaken(Canned):
        def _answer(self, request: Any, body: bytes) -> Any:  # noqa: ARG002  # as in its base
            both.wait(60)
            if request.headers["which"] == "second":
                return answer(9, tags=TAGS)(request)
            assert second_is_back.wait(60)
            return answer(8, tags=NO_TAGS, statuses=STATUSES)(request)

    with OnePageCRM(uid="u", key=ONEPAGECRM_KEY, transport=Overtaken()) as crm:
        first = threading.Thread(
            target=lambda: crm.api_version(options={"headers": {"which": "first"}})
        )
        first.start()
        crm.api_version(options={"headers": {"which": "second"}})
        second_is_back.set()
        first.join()

        assert crm.view.tags is not None
        assert counts(crm.view.tags.custom) == {"Solar": 2}
        assert counts(crm.view.statuses) == {"all": 2, "lead": 1}  # there is nothing newer
        assert crm.view.timestamp == datetime.fromtimestamp(9, UTC)


def test_ignores_team_counts(onepagecrm: MakeOnePageCRM) -> None:
    """The counts of teams, which API 2.x has among the statuses, are ignored."""
    crm = onepagecrm(answer(7, statuses=[*STATUSES, {"team": {"all": 2}}]))

    crm(version)

    assert counts(crm.crm.view.statuses) == {"all": 2, "lead": 1}


def test_unreadable_part(onepagecrm: MakeOnePageCRM) -> None:
    """A part that cannot be read is left out: it costs no call, and hides no error."""
    cases: list[tuple[Any, ...]] = [
        ("tags", []),
        ("statuses", {}),
        ("statuses", [5]),
        ("sales", 5),
        ("notifications", "too_many_contacts"),
        ("notifications", [1]),
    ]

    def check(part: str, value: Any) -> None:
        crm = onepagecrm(answer(7, **{part: value}), answer(8, 108, **{part: value}))

        crm(version)
        with pytest.raises(ValidationError):
            crm(version)

        assert getattr(crm.crm.view, part) in (None, [])

    assert failures(check, cases) == []


def test_watch_is_called_for_changes(onepagecrm: MakeOnePageCRM) -> None:
    """A function passed to `watch` is called after each reply that replaces a part."""
    crm = onepagecrm(
        answer(7, notifications=["a"]), answer(8), answer(9, 108, notifications=["b"]), answer(10)
    )
    calls: list[list[str]] = []
    end = crm.crm.view.watch(lambda view: calls.append(view.notifications))

    crm(version)
    crm(version)
    with pytest.raises(ValidationError):
        crm(version)
    assert calls == [["a"], ["b"]]

    end()
    crm(version)
    assert calls == [["a"], ["b"]]


def test_failing_callback_is_logged(
    onepagecrm: MakeOnePageCRM, caplog: pytest.LogCaptureFixture
) -> None:
    """An exception of a callback is logged; the call returns."""
    crm = onepagecrm(answer(7, notifications=["a"]))
    calls: list[View] = []

    def fail(_: View) -> None:
        raise RuntimeError("mine")

    crm.crm.view.watch(fail)
    crm.crm.view.watch(calls.append)

    assert crm(version) == "1.2"
    assert calls == [crm.crm.view]
    assert "mine" in caplog.text


def test_threads_share_view() -> None:
    """Threads that get replies in any order leave the newest part of each kind."""

    class Counting(Canned):
        lock = threading.Lock()

        def _answer(self, request: Any, body: bytes) -> Any:  # noqa: ARG002  # as in its base
            with self.lock:
                self.count = getattr(self, "count", 0) + 1
                number = self.count
            return answer(number, notifications=[str(number)])(request)

    transport = Counting()
    calls: list[int] = []
    with OnePageCRM(uid="u", key=ONEPAGECRM_KEY, transport=transport) as crm:
        crm.view.watch(lambda view: calls.append(int(view.notifications[0])))
        threads = [
            threading.Thread(target=lambda: [crm.api_version() for _ in range(25)])
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert crm.view.notifications == ["200"]
    assert max(calls) == 200


def test_with_options_shares_view(onepagecrm: MakeOnePageCRM) -> None:
    """What a call through `with_options` learns is in the client's view."""
    crm = onepagecrm(answer(7, notifications=["a"]))

    crm(version, crm.crm.with_options(timeout=1))

    assert crm.crm.view.notifications == ["a"]
    assert "notifications" in repr(crm.crm.view)
