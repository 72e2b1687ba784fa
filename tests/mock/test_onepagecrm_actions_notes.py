"""OnePageCRM's actions, notes and deals, and the sales that follow from deals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.mock.plain_onepagecrm import ACME, JOE, OnePage

OPEN, DONE = "4e5dea11638190102c00036e", "4e5dea11638190102c000364"
DEAL = "4f7053c563819060f30000d0"
NOW = 1338797714


# -- actions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ({"date": "29.02.2012"}, {"date": "29.02.2012"}),
        ({"next": 1}, {"next": True}),
        ({"next": 1, "date": "29.02.2012"}, {"next": True}),
        ({"waiting": 1}, {"waiting": True}),
        ({"waiting": 1, "date": "01.07.2012"}, {"waiting": True, "date": "01.07.2012"}),
        ({"next": 1, "done": 1, "closed": 0}, {"next": True, "done": True, "closed": 0}),
        ({"next": 1, "done": 1}, {"next": True, "done": True, "closed": NOW}),
        ({"next": 1, "done": 0, "closed": 5}, {"next": True}),
    ],
)
def test_an_action_is_created(
    onepage: OnePage, form: dict[str, Any], shown: dict[str, Any]
) -> None:
    """An action has a day, or is next, or waits; done ones tell when."""
    data = onepage.ok("POST", "/actions", cid=ACME, name=" Call ", **form)

    expected = {"date": None, "next": False, "waiting": False, "done": False, "closed": None}
    assert data == {"id": data["id"], "cid": ACME, "name": "Call", **expected, **shown}
    assert onepage.ok("GET", f"/actions/{data['id']}") == data
    assert onepage.ok("GET", f"/actions?cid={ACME}") == [data]
    contact = onepage.ok("GET", f"/contacts/{ACME}")
    assert contact["nextaction"] == ({} if data["done"] else data)
    assert contact["actions"] == ([data] if data["done"] else [])


def test_a_list_of_contacts_shows_the_open_action(onepage: OnePage) -> None:
    """Lists call it by another name, and leave most of it out."""
    onepage.ok("POST", "/actions", cid=ACME, name="Call", next=1)

    shown = [one["nextaction"] for one in onepage.ok("GET", "/contacts")["contacts"]]
    assert shown[1] == {"text": "Call", "next": True, "date": None}


def test_there_is_one_open_action(onepage: OnePage) -> None:
    """A second open action is 107; done ones there may be many."""
    onepage.refused(107, "POST", "/actions", cid=JOE, name="Call", next=1)
    other = onepage.ok("POST", "/actions", cid=JOE, name="Call", next=1, done=1)["id"]
    onepage.refused(107, "PUT", f"/actions/{other}", cid=JOE, name="Call", next=1)
    onepage.refused(107, "POST", "/misc/undo_action_completion", cid=JOE)


def test_an_update_of_an_action_replaces(onepage: OnePage) -> None:
    """What is not sent is lost, being done as well."""
    onepage.ok("POST", "/misc/mark_action_as_done", cid=JOE)
    assert onepage.ok("PUT", f"/actions/{OPEN}", cid=JOE, name="Write", waiting=1) == {
        "id": OPEN,
        "cid": JOE,
        "name": "Write",
        "date": None,
        "next": False,
        "waiting": True,
        "done": False,
        "closed": None,
    }


def test_an_action_is_marked_as_done_and_opened_again(onepage: OnePage) -> None:
    """The open action is done now; the one closed last is opened again."""
    action = onepage.ok("GET", f"/actions/{OPEN}")
    done = onepage.ok("POST", "/misc/mark_action_as_done", cid=JOE)
    assert done == {**action, "done": True, "closed": NOW}
    assert onepage.ok("GET", f"/contacts/{JOE}")["nextaction"] == {}
    assert [one["id"] for one in onepage.ok("GET", f"/contacts/{JOE}")["actions"]] == [OPEN, DONE]
    onepage.refused(106, "POST", "/misc/mark_action_as_done", cid=JOE)
    assert onepage.ok("POST", "/misc/undo_action_completion", cid=JOE) == action
    onepage.refused(106, "POST", "/misc/undo_action_completion", cid=ACME)


def test_a_contact_shows_its_two_actions_closed_last(onepage: OnePage) -> None:
    """Of all that were done, the two latest are shown, the latest first."""
    made = [
        onepage.ok("POST", "/actions", cid=ACME, name="x", next=1, done=1, closed=closed)["id"]
        for closed in (30, 10, 20, 30)
    ]
    shown = onepage.ok("GET", f"/contacts/{ACME}")["actions"]
    assert [one["id"] for one in shown] == [made[3], made[0]]


def test_only_done_actions_are_deleted(onepage: OnePage) -> None:
    """An open action cannot be deleted."""
    onepage.refused(108, "DELETE", f"/actions/{OPEN}")
    onepage.ok("DELETE", f"/actions/{DONE}")
    onepage.refused(106, "GET", f"/actions/{DONE}")
    assert [one["id"] for one in onepage.ok("GET", f"/actions?cid={JOE}")] == [OPEN]


@pytest.mark.parametrize(
    ("code", "form"),
    [
        (109, {"cid": ACME}),
        (109, {"cid": ACME, "name": " "}),
        (109, {"name": "x", "next": 1}),
        (109, {"cid": ACME, "name": "x"}),
        (109, {"cid": ACME, "name": "x", "date": "", "next": 0}),
        (108, {"cid": ACME, "name": "x", "next": 1, "waiting": 1}),
        (108, {"cid": ACME, "name": "x" * 141, "next": 1}),
        (108, {"cid": ACME, "name": "x", "date": "01.01.2012", "next": "true"}),
        (108, {"cid": ACME, "name": "x", "date": "01.01.2012", "next": 2}),
        (108, {"cid": ACME, "name": "x", "date": "01.01.2012", "next": ""}),
        (108, {"cid": ACME, "name": "x", "date": "31.02.2012"}),
        (108, {"cid": ACME, "name": "x", "date": "01.01.0000"}),
        (108, {"cid": ACME, "name": "x", "date": "2012-01-01"}),
        (108, {"cid": ACME, "name": "x", "date": "1.1.2012"}),
        (108, {"cid": "x", "name": "x", "next": 1}),
        (106, {"cid": "0" * 24, "name": "x", "next": 1}),
    ],
)
def test_a_bad_action_is_refused(onepage: OnePage, code: int, form: dict[str, Any]) -> None:
    """109 where something is missing, 108 where it is wrong, 106 without such a contact."""
    onepage.refused(code, "POST", "/actions", **form)
    done = onepage.ok("POST", "/actions", cid=ACME, name="x", next=1, done=1)["id"]
    onepage.refused(code, "PUT", f"/actions/{done}", **form)


def test_an_action_stays_with_its_contact(onepage: OnePage) -> None:
    """An update that names another contact is refused."""
    onepage.refused(108, "PUT", f"/actions/{OPEN}", cid=ACME, name="x", next=1)


@pytest.mark.parametrize(
    ("method", "path", "form"),
    [
        ("GET", f"/actions/{'0' * 24}", {}),
        ("DELETE", f"/actions/{'0' * 24}", {}),
        ("PUT", f"/actions/{'0' * 24}", {"cid": JOE, "name": "x", "next": 1}),
        ("GET", f"/actions?cid={'0' * 24}", {}),
        ("POST", "/misc/mark_action_as_done", {"cid": "0" * 24}),
        ("GET", f"/notes/{'0' * 24}", {}),
        ("DELETE", f"/notes/{'0' * 24}", {}),
        ("PUT", f"/notes/{'0' * 24}", {"body": "x", "date": "01.01.2012"}),
        ("GET", f"/notes?cid={'0' * 24}", {}),
        ("GET", f"/filters/{'0' * 24}", {}),
        ("GET", f"/contacts?filter_id={'0' * 24}", {}),
    ],
)
def test_what_is_unknown_is_106(
    onepage: OnePage, method: str, path: str, form: dict[str, Any]
) -> None:
    """Ids of nothing are not found."""
    onepage.refused(106, method, path, **form)


# -- notes and deals ---------------------------------------------------------------------------


def test_a_note_is_created_updated_and_deleted(onepage: OnePage) -> None:
    """A note has a text and a day, and no deal."""
    note = onepage.ok("POST", "/notes", cid=ACME, body=" a\nb ", date="01.06.2012", amount=5)
    assert note == {
        "id": note["id"],
        "cid": ACME,
        "body": "a\nb",
        "date": "01.06.2012",
        "type": "note",
    }
    path = f"/notes/{note['id']}"
    changed = {**note, "body": "c", "date": "02.06.2012"}
    assert onepage.ok("PUT", path, body="c", date="02.06.2012") == changed
    assert onepage.ok("GET", path) == changed
    assert onepage.ok("GET", f"/notes?cid={ACME}") == [changed]
    assert onepage.ok("DELETE", path) is None
    onepage.refused(106, "GET", path)


@pytest.mark.parametrize(
    ("mode", "form", "shown"),
    [
        ("off", {}, {}),
        ("off", {"deal_stage": 50, "exp_close": "01.07.2012"}, {}),
        ("simple", {"deal_stage": 50, "exp_close": "01.07.2012"}, {"exp_close": "01.07.2012"}),
        (
            "full",
            {"deal_stage": 50, "exp_close": "01.07.2012"},
            {"deal_stage": 50, "exp_close": "01.07.2012"},
        ),
        ("full", {"status": "won", "deal_stage": 50}, {"status": "won", "closed": "04.06.2012"}),
        ("full", {"status": "lost"}, {"status": "lost", "closed": "04.06.2012"}),
        ("off", {"amount": "-1.5e2"}, {"amount": -150.0}),
        ("off", {"amount": 0}, {"amount": 0.0}),
    ],
)
def test_a_deal_is_created(
    onepage: OnePage, mode: str, form: dict[str, Any], shown: dict[str, Any]
) -> None:
    """Stage and expected day depend on the pipeline and on the deal being pending."""
    onepage.mock.pipeline(mode)
    sent = {"cid": ACME, "body": "x", "date": "01.06.2012", "type": "deal", "amount": 7}
    data = onepage.ok("POST", "/notes", **{**sent, **form})

    expected = {"amount": 7.0, "status": "pending", "closed": None}
    expected |= {"deal_stage": None, "exp_close": None, **shown}
    assert data["deal"] == expected
    assert isinstance(data["deal"]["amount"], float)
    assert onepage.ok("GET", f"/contacts/{ACME}")["notes"] == [data]
    pending = expected["status"] == "pending"
    assert onepage.ok("GET", f"/contacts/{ACME}")["pendingdeal"] is pending
    assert onepage.login()["data"]["pipeline_mode"] == mode


def test_an_update_of_a_deal_replaces(onepage: OnePage) -> None:
    """What is not sent is lost; a deal keeps the day on which it was closed."""
    onepage.mock.pipeline("full")
    path, note = f"/notes/{DEAL}", {"body": "x", "date": "01.06.2012"}

    staged = onepage.ok("PUT", path, **note, amount=3, deal_stage=75)["deal"]
    assert (staged["amount"], staged["deal_stage"]) == (3.0, 75)
    won = onepage.ok("PUT", path, **note, amount=4, status="won", type="deal")["deal"]
    assert (won["closed"], won["deal_stage"]) == ("04.06.2012", None)
    onepage.mock.clock.advance(5 * 86400)
    lost = onepage.ok("PUT", path, **note, status="lost")["deal"]
    assert (lost["amount"], lost["closed"]) == (0.0, "04.06.2012")
    again = onepage.ok("PUT", path, **note)["deal"]
    assert again == {
        "amount": 0.0,
        "status": "pending",
        "closed": None,
        "deal_stage": None,
        "exp_close": None,
    }


@pytest.mark.parametrize(
    ("code", "form"),
    [
        (109, {"cid": None}),
        (109, {"body": None}),
        (109, {"body": "\t"}),
        (109, {"date": None}),
        (109, {"date": ""}),
        (109, {"type": "deal"}),
        (106, {"cid": "0" * 24}),
        (108, {"date": "30.02.2012"}),
        (108, {"type": "letter"}),
        (108, {"type": "deal", "amount": "much"}),
        (109, {"type": "deal", "amount": ""}),
        (108, {"type": "deal", "amount": "nan"}),
        (108, {"type": "deal", "amount": "1e999"}),
        (108, {"type": "deal", "amount": "1e13"}),
        (108, {"type": "deal", "amount": 1, "status": "open"}),
        (108, {"type": "deal", "amount": 1, "deal_stage": 20}),
        (108, {"type": "deal", "amount": 1, "exp_close": "99.99.2012"}),
    ],
)
def test_a_bad_note_is_refused(onepage: OnePage, code: int, form: dict[str, Any]) -> None:
    """109 where something is missing, 108 where it is wrong, 106 without such a contact."""
    whole = {"cid": ACME, "body": "x", "date": "01.06.2012", **form}
    sent = {name: value for name, value in whole.items() if value is not None}
    onepage.refused(code, "POST", "/notes", **sent)


@pytest.mark.parametrize("type_", ["note", "deal"])
def test_a_note_stays_a_note(onepage: OnePage, type_: str) -> None:
    """An update makes no deal of a note and no note of a deal."""
    form = {"body": "x", "date": "01.06.2012", "type": type_, "amount": 1}
    other = DEAL if type_ == "note" else "4e5dea11638190102c00037d"

    onepage.refused(108, "PUT", f"/notes/{other}", **form)


def test_a_contact_shows_its_last_three_notes(onepage: OnePage) -> None:
    """Older ones are in the list alone."""
    made = [
        onepage.ok("POST", "/notes", cid=ACME, body=f"n{n}", date="01.06.2012")["id"]
        for n in range(4)
    ]
    assert [one["id"] for one in onepage.ok("GET", f"/contacts/{ACME}")["notes"]] == made[1:]
    assert [one["id"] for one in onepage.ok("GET", f"/notes?cid={ACME}")] == made


# -- sales -------------------------------------------------------------------------------------


def test_the_summary_adds_up(solar: OnePage) -> None:
    """Amounts by 30, 60 and 90 days, the last ten closed, all pending, the last four periods."""
    data = solar.ok("GET", "/sales/index")

    assert data["breakdown"] == {
        "30days": {"won": 1200.5, "lost": 0.0},
        "60days": {"won": 1200.5, "lost": 800.0},
        "90days": {"won": 1500.5, "lost": 800.0},
    }
    assert [one["deal"]["closed"] for one in data["closed"]] == [
        *("02.06.2012", "20.04.2012", "20.03.2012")
    ]
    assert data["closed"] == solar.ok("GET", "/sales/closed_deals")
    assert data["closed"] == solar.ok("POST", "/sales/closed_deals")
    assert data["closed"][2]["contact"] == {
        "firstname": "Ann",
        "lastname": "O'Neil",
        "company": None,
    }
    assert [one["deal"]["amount"] for one in data["pending"]] == [999.99]
    assert data["target"] == {"type": "monthly", "amount": 2500.0}
    assert data["pipeline_mode"] == "full"
    assert data["hitting_history"] == [
        {"target": 2500.0, "actual": actual} for actual in (300.0, 0.0, 0.0, 1200.5)
    ]


@pytest.mark.parametrize(
    ("account", "moment", "expires"),
    [
        ("samples", "2012-06-30T23:59:59Z", "2012-07-01T00:00:00Z"),
        ("samples", "2012-07-01T00:00:00Z", "2012-10-01T00:00:00Z"),
        ("samples", "2012-12-31T12:00:00Z", "2013-01-01T00:00:00Z"),
        ("solar", "2012-06-30T12:00:00Z", "2012-07-01T00:00:00Z"),
        ("solar", "2012-12-01T00:00:00Z", "2013-01-01T00:00:00Z"),
    ],
)
def test_periods_end_where_the_calendar_says(
    onepage: OnePage, account: str, moment: str, expires: str
) -> None:
    """A period expires when the next month or quarter begins; won deals count in their own."""
    onepage.mock.clock.set(datetime.fromisoformat(moment))

    sales = onepage.login(account)["sales"]
    assert sales["expires"] == datetime.fromisoformat(expires).timestamp()
    assert sales["period"] == ("quarter" if account == "samples" else "month")


def test_sales_follow_the_deals(onepage: OnePage) -> None:
    """What is won moves from pending to won, and out of it when the period is over."""
    assert onepage.login()["sales"] == {
        "target": 5200.0,
        "period": "quarter",
        "won": 0.0,
        "pending": 5130.0,
        "expires": 1341100800,
    }
    form = {"body": "x", "date": "01.06.2012", "amount": 5000.25, "status": "won"}
    told = onepage.envelope("PUT", f"/notes/{DEAL}", **form)["sales"]
    assert (told["won"], told["pending"]) == (5000.25, 0.0)
    assert onepage.login()["sales"] == told
    onepage.mock.clock.advance(90 * 86400)
    assert onepage.login()["sales"]["won"] == 0.0
    assert onepage.ok("GET", "/sales/index")["hitting_history"][2]["actual"] == 5000.25
    onepage.ok("DELETE", f"/notes/{DEAL}")
    assert onepage.ok("GET", "/sales/closed_deals") == []
