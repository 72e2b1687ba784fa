"""OnePageCRM's actions, notes and deals, and the sales that follow from deals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.mock.plain_onepagecrm import ACME, JOE, OnePage, case

OPEN, DONE = "4e5dea11638190102c00036e", "4e5dea11638190102c000364"
DEAL, NOTE = "4f7053c563819060f30000d0", "4e5dea11638190102c00037d"
NOBODY = "0" * 24
NOW = 1338797714


# -- actions -----------------------------------------------------------------------------------


def test_action_has_a_date_or_is_next_or_waits(onepage: OnePage) -> None:
    """A new action shows what was sent, in its list and in its contact; done ones say when."""
    cases: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"date": "29.02.2012"}, {"date": "29.02.2012"}),
        ({"next": 1}, {"next": True}),
        ({"next": 1, "date": "29.02.2012"}, {"next": True}),
        ({"waiting": 1}, {"waiting": True}),
        ({"waiting": 1, "date": "01.07.2012"}, {"waiting": True, "date": "01.07.2012"}),
        ({"next": 1, "done": 1, "closed": 0}, {"next": True, "done": True, "closed": 0}),
        ({"next": 1, "done": 1}, {"next": True, "done": True, "closed": NOW}),
        ({"next": 1, "done": 0, "closed": 5}, {"next": True}),
    ]
    start = onepage.mock.snapshot()
    empty = {"date": None, "next": False, "waiting": False, "done": False, "closed": None}
    for form, shown in cases:
        with case(form):
            onepage.mock.restore(start)
            action = onepage.ok("POST", "/actions", cid=ACME, name=" Call ", **form)
            assert action == {"id": action["id"], "cid": ACME, "name": "Call", **empty, **shown}
            assert onepage.ok("GET", f"/actions/{action['id']}") == action
            assert onepage.ok("GET", f"/actions?cid={ACME}") == [action]
            contact = onepage.ok("GET", f"/contacts/{ACME}")
            assert contact["nextaction"] == ({} if action["done"] else action)
            assert contact["actions"] == ([action] if action["done"] else [])


def test_list_of_contacts_shows_the_open_action(onepage: OnePage) -> None:
    """Lists call the name `text`, and leave out most of the action."""
    onepage.ok("POST", "/actions", cid=ACME, name="Call", next=1)

    _, acme = onepage.ok("GET", "/contacts")["contacts"]
    assert acme["nextaction"] == {"text": "Call", "next": True, "date": None}


def test_contact_has_at_most_one_open_action(onepage: OnePage) -> None:
    """A second open action is 107; there may be many that are done."""
    onepage.refused(107, "POST", "/actions", cid=JOE, name="Call", next=1)
    other = onepage.ok("POST", "/actions", cid=JOE, name="Call", next=1, done=1)["id"]
    onepage.refused(107, "PUT", f"/actions/{other}", cid=JOE, name="Call", next=1)
    onepage.refused(107, "POST", "/misc/undo_action_completion", cid=JOE)


def test_update_of_an_action_replaces(onepage: OnePage) -> None:
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


def test_action_stays_with_its_contact(onepage: OnePage) -> None:
    """An update that names another contact is refused."""
    onepage.refused(108, "PUT", f"/actions/{OPEN}", cid=ACME, name="x", next=1)


def test_action_is_marked_as_done_and_opened_again(onepage: OnePage) -> None:
    """The open action is done now; the one closed last is opened again."""
    action = onepage.ok("GET", f"/actions/{OPEN}")
    done = onepage.ok("POST", "/misc/mark_action_as_done", cid=JOE)
    assert done == {**action, "done": True, "closed": NOW}
    joe = onepage.ok("GET", f"/contacts/{JOE}")
    assert joe["nextaction"] == {}
    assert [action["id"] for action in joe["actions"]] == [OPEN, DONE]
    onepage.refused(106, "POST", "/misc/mark_action_as_done", cid=JOE)
    assert onepage.ok("POST", "/misc/undo_action_completion", cid=JOE) == action
    onepage.refused(106, "POST", "/misc/undo_action_completion", cid=ACME)


def test_contact_waits_until_its_action_is_done(onepage: OnePage) -> None:
    """Lists and counts take an action that waits and is done for one that is done."""
    onepage.ok("POST", "/actions", cid=ACME, name="Wait", waiting=1)
    assert onepage.counts()["waiting"] == onepage.ok("GET", "/contacts?waiting=1")["count"] == 1
    onepage.ok("POST", "/misc/mark_action_as_done", cid=ACME)
    assert onepage.counts()["waiting"] == onepage.ok("GET", "/contacts?waiting=1")["count"] == 0
    onepage.ok("POST", "/misc/undo_action_completion", cid=ACME)
    assert onepage.counts()["waiting"] == onepage.ok("GET", "/contacts?waiting=1")["count"] == 1


def test_contact_shows_its_two_actions_closed_last(onepage: OnePage) -> None:
    """Of all that are done, the two latest are shown, the latest first."""
    created = [
        onepage.ok("POST", "/actions", cid=ACME, name="x", next=1, done=1, closed=closed)["id"]
        for closed in (30, 10, 20, 30)
    ]
    shown = onepage.ok("GET", f"/contacts/{ACME}")["actions"]
    assert [action["id"] for action in shown] == [created[3], created[0]]


def test_only_done_actions_are_deleted(onepage: OnePage) -> None:
    """An open action cannot be deleted."""
    onepage.refused(108, "DELETE", f"/actions/{OPEN}")
    onepage.ok("DELETE", f"/actions/{DONE}")
    onepage.refused(106, "GET", f"/actions/{DONE}")
    assert [action["id"] for action in onepage.ok("GET", f"/actions?cid={JOE}")] == [OPEN]


def test_rejects_invalid_action(onepage: OnePage) -> None:
    """109 where a field is missing, 108 where it is invalid, 106 without such a contact."""
    done = onepage.ok("POST", "/actions", cid=ACME, name="x", next=1, done=1)["id"]
    dated = {"cid": ACME, "name": "x", "date": "01.01.2012"}
    cases: list[tuple[int, dict[str, Any]]] = [
        (109, {"cid": ACME}),
        (109, {"cid": ACME, "name": " "}),
        (109, {"name": "x", "next": 1}),
        (109, {"cid": ACME, "name": "x"}),
        (109, {"cid": ACME, "name": "x", "date": "", "next": 0}),
        (108, {"cid": ACME, "name": "x", "next": 1, "waiting": 1}),
        (108, {"cid": ACME, "name": "x" * 141, "next": 1}),
        (108, {**dated, "next": "true"}),
        (108, {**dated, "next": 2}),
        (108, {**dated, "next": ""}),
        (108, {**dated, "date": "31.02.2012"}),
        (108, {**dated, "date": "01.01.0000"}),
        (108, {**dated, "date": "2012-01-01"}),
        (108, {**dated, "date": "1.1.2012"}),
        (108, {"cid": "x", "name": "x", "next": 1}),
        (106, {"cid": NOBODY, "name": "x", "next": 1}),
    ]
    for code, form in cases:
        with case(form):
            onepage.refused(code, "POST", "/actions", **form)
            onepage.refused(code, "PUT", f"/actions/{done}", **form)


def test_unknown_id_is_106(onepage: OnePage) -> None:
    """An id that no record has is not found."""
    for method, path, form in (
        ("GET", f"/actions/{NOBODY}", {}),
        ("DELETE", f"/actions/{NOBODY}", {}),
        ("PUT", f"/actions/{NOBODY}", {"cid": JOE, "name": "x", "next": 1}),
        ("GET", f"/actions?cid={NOBODY}", {}),
        ("POST", "/misc/mark_action_as_done", {"cid": NOBODY}),
        ("POST", "/misc/undo_action_completion", {"cid": NOBODY}),
        ("GET", f"/notes/{NOBODY}", {}),
        ("DELETE", f"/notes/{NOBODY}", {}),
        ("PUT", f"/notes/{NOBODY}", {"body": "x", "date": "01.01.2012"}),
        ("GET", f"/notes?cid={NOBODY}", {}),
        ("GET", f"/filters/{NOBODY}", {}),
        ("GET", f"/contacts?filter_id={NOBODY}", {}),
    ):
        with case(f"{method} {path}"):
            onepage.refused(106, method, path, **form)


# -- notes and deals ---------------------------------------------------------------------------


def test_note_is_created_updated_and_deleted(onepage: OnePage) -> None:
    """A note has a body and a date, and no deal."""
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


def test_deal_shows_stage_and_expected_date_by_pipeline_and_status(onepage: OnePage) -> None:
    """Stage and expected date depend on the pipeline and on the deal being pending."""
    staged = {"deal_stage": 50, "exp_close": "01.07.2012"}
    closed = {"closed": "04.06.2012"}
    cases: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("off", {}, {}),
        ("off", staged, {}),
        ("simple", staged, {"exp_close": "01.07.2012"}),
        ("full", staged, staged),
        ("full", {"status": "won", "deal_stage": 50}, {"status": "won", **closed}),
        ("full", {"status": "lost"}, {"status": "lost", **closed}),
        ("off", {"amount": "-1.5e2"}, {"amount": -150.0}),
        ("off", {"amount": 0}, {"amount": 0.0}),
    ]
    form = {"cid": ACME, "body": "x", "date": "01.06.2012", "type": "deal", "amount": 7}
    empty = {"amount": 7.0, "status": "pending", "closed": None}
    empty |= {"deal_stage": None, "exp_close": None}
    start = onepage.mock.snapshot()
    for mode, changes, shown in cases:
        with case((mode, changes)):
            onepage.mock.restore(start)
            onepage.mock.pipeline(mode)
            note = onepage.ok("POST", "/notes", **{**form, **changes})
            assert note["deal"] == {**empty, **shown}
            assert isinstance(note["deal"]["amount"], float)
            contact = onepage.ok("GET", f"/contacts/{ACME}")
            assert contact["notes"] == [note]
            assert contact["pendingdeal"] is (note["deal"]["status"] == "pending")
            assert onepage.login()["data"]["pipeline_mode"] == mode


def test_update_of_a_deal_replaces(onepage: OnePage) -> None:
    """What is not sent is lost; a deal keeps the date on which it was closed."""
    onepage.mock.pipeline("full")
    path, note = f"/notes/{DEAL}", {"body": "x", "date": "01.06.2012"}

    staged = onepage.ok("PUT", path, **note, amount=3, deal_stage=75)["deal"]
    assert (staged["amount"], staged["deal_stage"]) == (3.0, 75)
    won = onepage.ok("PUT", path, **note, amount=4, status="won", type="deal")["deal"]
    assert (won["closed"], won["deal_stage"]) == ("04.06.2012", None)
    onepage.mock.clock.advance(5 * 86400)
    lost = onepage.ok("PUT", path, **note, status="lost")["deal"]
    assert (lost["amount"], lost["closed"]) == (0.0, "04.06.2012")
    pending = onepage.ok("PUT", path, **note)["deal"]
    assert pending == {
        "amount": 0.0,
        "status": "pending",
        "closed": None,
        "deal_stage": None,
        "exp_close": None,
    }


def test_rejects_invalid_note(onepage: OnePage) -> None:
    """109 where a field is missing, 108 where it is invalid, 106 without such a contact."""
    cases: list[tuple[int, dict[str, Any]]] = [
        (109, {"cid": None}),
        (109, {"body": None}),
        (109, {"body": "\t"}),
        (109, {"date": None}),
        (109, {"date": ""}),
        (109, {"type": "deal"}),
        (106, {"cid": NOBODY}),
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
    ]
    for code, changes in cases:
        form = {"cid": ACME, "body": "x", "date": "01.06.2012", **changes}
        with case(changes):
            onepage.refused(
                code,
                "POST",
                "/notes",
                **{name: value for name, value in form.items() if value is not None},
            )


def test_note_keeps_its_type(onepage: OnePage) -> None:
    """An update makes neither a deal of a note nor a note of a deal."""
    for id, type_ in ((DEAL, "note"), (NOTE, "deal")):
        form = {"body": "x", "date": "01.06.2012", "type": type_, "amount": 1}
        with case(type_):
            onepage.refused(108, "PUT", f"/notes/{id}", **form)


def test_contact_shows_its_last_three_notes(onepage: OnePage) -> None:
    """Older ones are in the list alone."""
    created = [
        onepage.ok("POST", "/notes", cid=ACME, body=f"n{n}", date="01.06.2012")["id"]
        for n in range(4)
    ]
    shown = onepage.ok("GET", f"/contacts/{ACME}")["notes"]
    assert [note["id"] for note in shown] == created[1:]
    assert [note["id"] for note in onepage.ok("GET", f"/notes?cid={ACME}")] == created


# -- sales -------------------------------------------------------------------------------------


def test_summary_adds_up(solar: OnePage) -> None:
    """Amounts by 30, 60 and 90 days, the last ten closed, all pending, the last four periods."""
    summary = solar.ok("GET", "/sales/index")

    assert summary["breakdown"] == {
        "30days": {"won": 1200.5, "lost": 0.0},
        "60days": {"won": 1200.5, "lost": 800.0},
        "90days": {"won": 1500.5, "lost": 800.0},
    }
    assert [deal["deal"]["closed"] for deal in summary["closed"]] == [
        *("02.06.2012", "20.04.2012", "20.03.2012")
    ]
    assert summary["closed"] == solar.ok("GET", "/sales/closed_deals")
    assert summary["closed"] == solar.ok("POST", "/sales/closed_deals")
    ann = {"firstname": "Ann", "lastname": "O'Neil", "company": None}
    assert summary["closed"][2]["contact"] == ann
    assert [deal["deal"]["amount"] for deal in summary["pending"]] == [999.99]
    assert summary["target"] == {"type": "monthly", "amount": 2500.0}
    assert summary["pipeline_mode"] == "full"
    assert summary["hitting_history"] == [
        {"target": 2500.0, "actual": actual} for actual in (300.0, 0.0, 0.0, 1200.5)
    ]


def test_summary_shows_the_ten_deals_closed_last(onepage: OnePage) -> None:
    """Older ones are in the list of closed deals alone."""
    note = {"cid": ACME, "body": "x", "date": "01.06.2012", "amount": 1, "status": "lost"}
    created = [
        onepage.mock.add("notes", {**note, "closed": f"{day:02}.05.2012"}) for day in range(1, 13)
    ]

    shown = onepage.ok("GET", "/sales/index")["closed"]
    assert [deal["id"] for deal in shown] == created[:1:-1]
    assert len(onepage.ok("GET", "/sales/closed_deals")) == 12


def test_period_ends_with_its_month_or_quarter(onepage: OnePage) -> None:
    """A period expires when the next month or quarter begins."""
    for account, now, expires in (
        ("samples", "2012-06-30T23:59:59Z", "2012-07-01T00:00:00Z"),
        ("samples", "2012-07-01T00:00:00Z", "2012-10-01T00:00:00Z"),
        ("samples", "2012-12-31T12:00:00Z", "2013-01-01T00:00:00Z"),
        ("solar", "2012-06-30T12:00:00Z", "2012-07-01T00:00:00Z"),
        ("solar", "2012-12-01T00:00:00Z", "2013-01-01T00:00:00Z"),
    ):
        onepage.mock.clock.set(datetime.fromisoformat(now))
        sales = onepage.login(account)["sales"]
        assert sales["expires"] == datetime.fromisoformat(expires).timestamp(), (account, now)
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
    sales = onepage.envelope("PUT", f"/notes/{DEAL}", **form)["sales"]
    assert (sales["won"], sales["pending"]) == (5000.25, 0.0)
    assert onepage.login()["sales"] == sales
    onepage.mock.clock.advance(90 * 86400)
    assert onepage.login()["sales"]["won"] == 0.0
    assert onepage.ok("GET", "/sales/index")["hitting_history"][2]["actual"] == 5000.25
    onepage.ok("DELETE", f"/notes/{DEAL}")
    assert onepage.ok("GET", "/sales/closed_deals") == []


def test_amounts_add_up_without_rounding_errors(onepage: OnePage) -> None:
    """Ten times 0.1 is 1, and nothing is left when all are deleted."""
    note = {"cid": ACME, "body": "x", "date": "01.06.2012", "amount": 0.1}
    onepage.ok("DELETE", f"/notes/{DEAL}")
    created = [onepage.mock.add("notes", note) for _ in range(10)]

    assert onepage.login()["sales"]["pending"] == 1.0
    for id in created:
        onepage.ok("DELETE", f"/notes/{id}")
    assert onepage.login()["sales"]["pending"] == 0.0
