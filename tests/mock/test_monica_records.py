"""What is peculiar to each of Monica's other kinds of records."""

from __future__ import annotations

import base64

import pytest

from crmkit_mock import MockCRMs
from tests.mock.plain_monica import Monica, client_for

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5Er"
    "kJggg=="
)


def test_notes(monica: Monica) -> None:
    """A number comes back as one at first, later as a text; favorites forget their hour."""
    made = monica.post("/notes", contact_id="1", body=5, is_favorited=1)
    assert (made["body"], made["favorited_at"]) == (5, made["created_at"])
    read = monica.get(f"/notes/{made['id']}")
    assert (read["body"], read["favorited_at"][10:]) == ("5", "T00:00:00Z")
    changed = monica.put(f"/notes/{made['id']}", body="b", contact_id=2)
    assert (changed["is_favorited"], changed["favorited_at"]) == (True, None)
    assert changed["contact"]["id"] == 1, "the reply still shows the former contact"
    assert monica.get(f"/notes/{made['id']}")["contact"]["id"] == 2
    assert made["id"] in monica.ids("/contacts/2/notes")
    assert made["id"] not in monica.ids("/contacts/1/notes")
    assert monica.delete(f"/notes/{made['id']}")["id"] == made["id"]


def test_calls(monica: Monica) -> None:
    """They keep their contact and emotions; the newest is the contact's last call."""
    made = monica.post("/calls", contact_id=1, called_at="2024-03-01", emotions=[1, 2])
    assert [one["name"] for one in made["emotions"]] == ["adoration", "affection"]
    assert made["contact_called"] is None
    assert monica.get(f"/calls/{made['id']}")["contact_called"] is False
    changed = monica.put(f"/calls/{made['id']}", called_at="2024-03-02 10:00:00", contact_id=2)
    assert changed["called_at"] == "2024-03-02T10:00:00Z"
    assert changed["contact"]["id"] == 1
    assert len(changed["emotions"]) == 2
    assert monica.get("/contacts/1")["last_called"] == "2024-03-02T00:00:00.000000Z"
    monica.delete(f"/calls/{made['id']}")
    assert monica.get("/contacts/1")["last_called"] is None


def test_a_call_with_an_unknown_emotion_is_there_all_the_same(monica: Monica) -> None:
    """404, but the server has written the call before it looked."""
    body = {"contact_id": 1, "called_at": "2024-03-01", "emotions": [99_999]}
    monica.missing("POST", "/calls", body)
    (call,) = monica.page("/contacts/1/calls")["data"]
    assert call["emotions"] == []


def test_activities(monica: Monica) -> None:
    """Who takes part is replaced; emotions stay; unknown contacts and emotions write nothing."""
    body = {"summary": "s", "happened_at": "2024-04-30", "contacts": [1, 1, 2]}
    made = monica.post("/activities", **body, activity_type_id=1, emotions=[3])
    assert (made["attendees"]["total"], made["activity_type"]["name"]) == (2, "just hung out")
    assert monica.get("/contacts/1")["last_activity_together"] == "2024-04-30T00:00:00.000000Z"
    changed = monica.put(f"/activities/{made['id']}", **{**body, "contacts": [3]})
    assert [one["id"] for one in changed["attendees"]["contacts"]] == [3]
    assert (changed["activity_type"], len(changed["emotions"])) == (None, 1)
    assert made["id"] not in monica.ids("/contacts/1/activities")
    assert monica.ids("/contacts/3/activities") == [made["id"]]
    before = monica.mock.snapshot()
    for wrong in ({"contacts": [1, 999]}, {"emotions": [999]}):
        monica.missing("POST", "/activities", {**body, **wrong})
    bad: list[dict[str, object]] = [
        {"contacts": []},
        {"happened_at": "2024-02-31"},
        {"activity_type_id": 99},
    ]
    for values in bad:
        monica.refused("POST", "/activities", {**body, **values})
    assert monica.mock.snapshot() == before
    assert monica.delete(f"/activities/{made['id']}")["id"] == str(made["id"])
    assert monica.get("/contacts/3")["last_activity_together"] is None


def test_activity_types_go_with_their_category(monica: Monica) -> None:
    """Both are created with 200; categories may have no name."""
    category = monica.post("/activitytypecategories", 200)
    assert category["name"] is None
    made = monica.post("/activitytypes", 200, activity_type_category_id=category["id"], name="x")
    monica.delete(f"/activitytypecategories/{category['id']}")
    monica.missing("GET", f"/activitytypes/{made['id']}")


def test_tasks(monica: Monica) -> None:
    """They are open at first, complete now, need no contact and never change it."""
    made = monica.post("/tasks", 200, title="t", description="d", contact_id=1, completed=True)
    assert (made["completed"], made["completed_at"], made["uuid"]) == (False, None, None)
    done = monica.put(f"/tasks/{made['id']}", title="t", completed=1)
    assert done["completed_at"] == done["updated_at"]
    assert (done["description"], done["contact"]["id"]) == (None, 1)
    monica.missing("PUT", f"/tasks/{made['id']}", {"title": "t", "completed": 1, "contact_id": 2})
    assert monica.put(f"/tasks/{made['id']}", title="t", completed=0)["completed_at"] is None
    assert monica.post("/tasks", 200, title="free")["contact"] is None


def test_upcoming_reminders(monica: Monica) -> None:
    """A month shows what is next due in it; entries have ids of their own."""
    monica.mock.clock.set(monica.mock.epoch)

    def due(month: int) -> list[tuple[str, str]]:
        entries = monica.get(f"/reminders/upcoming/{month}")
        return [(one["planned_date"][:10], one["title"]) for one in entries]

    assert due(2) == [("2024-07-01", "Honey harvest")]
    assert due(11) == [("2025-04-05", "Birthday of Yoshiko Ziemann")]
    common = {"contact_id": 1, "frequency_number": 2}
    for title, type_, day in (
        ("week", "week", "2024-05-01"),
        ("month", "month", "2024-04-10"),
        ("past", "one_time", "2024-05-05"),
        ("today", "one_time", "2024-05-06"),
    ):
        body = {**common, "title": title, "frequency_type": type_, "initial_date": day}
        monica.post("/reminders", **body)
    assert due(0) == [("2024-05-06", "today"), ("2024-05-15", "week")]
    assert due(1) == [("2024-06-10", "month")]
    monica.put(
        "/reminders/2",
        contact_id=1,
        title="Harvest",
        initial_date="2024-07-02",
        frequency_type="year",
    )
    (entry,) = monica.get("/reminders/upcoming/2")
    assert (entry["reminder_id"], entry["object"]) == (2, "reminder")
    assert entry["id"] != 2
    assert monica.get("/reminders/upcoming/99999999999") == []
    monica.missing("GET", "/reminders/upcoming/may")
    with MockCRMs(faithful_crashes=True) as mocks, client_for(mocks.monica) as http:
        assert http.get("/reminders/upcoming/may").status_code == 500


def test_contact_fields(monica: Monica) -> None:
    """Data goes in, content comes out; an id in the body beats the path; labels are known ones."""
    made = monica.post(
        "/contactfields",
        contact_id=1,
        contact_field_type_id=1,
        data="two",
        labels=["home", "Mine"],
    )
    assert made["content"] == "two"
    labels = [(one["type"], one["label"]) for one in made["labels"]]
    assert labels == [("home", "Home"), ("Mine", "Mine")]
    body = {"contact_id": 1, "contact_field_type_id": 1, "data": "changed"}
    changed = monica.put("/contactfields/1", **body, contact_field_id=made["id"])
    assert (changed["id"], changed["content"]) == (made["id"], "changed")
    assert monica.get("/contactfields/1")["content"] == "bailey@example.org"


def test_a_type_takes_its_contact_fields_along(monica: Monica) -> None:
    """Built-in ones can be deleted, too; absent members of an update stay."""
    changed = monica.put("/contactfieldtypes/1", name="Mail")
    assert (changed["name"], changed["protocol"], changed["delible"]) == ("Mail", "mailto:", False)
    monica.delete("/contactfieldtypes/1")
    assert monica.ids("/contacts/1/contactfields") == []
    monica.missing("GET", "/contactfields/1")


def test_addresses_make_places(monica: Monica) -> None:
    """An address is a name and a place; any three letters are a country."""
    places = monica.ids("/places")
    made = monica.post("/addresses", contact_id=1, country="zzz", latitude="48.5", longitude=2)
    assert made["country"] == {"id": "ZZZ", "object": "country", "name": "", "iso": "ZZZ"}
    assert (made["latitude"], made["longitude"]) == (48.5, 2)
    (place,) = {*monica.ids("/places")} - {*places}
    monica.put(f"/places/{place}", city="Bath")
    assert monica.get(f"/addresses/{made['id']}")["city"] == "Bath"
    cleared = monica.put(f"/addresses/{made['id']}", contact_id=1, name="work")
    assert (cleared["city"], cleared["country"]) == (None, None)
    monica.delete(f"/addresses/{made['id']}")
    assert monica.ids("/places") == places
    sentence = "The country may not be greater than 3 characters."
    assert monica.refused("POST", "/addresses", {"contact_id": 1, "country": "France"}) == [
        sentence
    ]


def test_a_company_takes_its_occupations_along(monica: Monica) -> None:
    """Updates clear what is not sent; a deleted company's occupations are gone."""
    changed = monica.put("/occupations/1", contact_id=2, company_id=1, title="Lead")
    assert (changed["contact"]["id"], changed["currently_works_here"]) == (2, False)
    assert monica.put("/companies/1", name="x")["number_of_employees"] is None
    monica.delete("/companies/1")
    monica.missing("GET", "/occupations/1")
    bad = {"contact_id": 1, "company_id": 1, "title": "x", "salary_unit": "second"}
    assert monica.refused("POST", "/occupations", bad) == [
        "The selected company id is invalid.",
        "The selected salary unit is invalid.",
    ]


def test_gifts_and_money(monica: Monica, grace: Monica) -> None:
    """Sums are texts in the user's currency, empty ones without a sum; updates clear."""
    gift = monica.get("/gifts/1")
    assert (gift["amount"], gift["value"], gift["amount_with_currency"]) == (
        "12.50",
        "12.50",
        "$12.50",
    )
    changed = monica.put("/gifts/1", contact_id=2, name="x", status="offered", date="2024-12-24")
    assert (changed["amount"], changed["value"], changed["date"]) == (None, "", "2024-12-24")
    body = {"contact_id": 5, "in_debt": "no", "status": "completed", "amount": "-1234567.891"}
    assert grace.post("/debts", **body)["amount_with_currency"] == "-€1,234,567.89"
    shown = monica.tree("PUT", "/gifts/1/photo/1")["data"]
    assert [photo["id"] for photo in shown["photos"]] == [1]
    assert monica.refused("PUT", "/gifts/1/photo/999") == ["The selected photo id is invalid."]
    monica.missing("PUT", "/gifts/1", {**changed, "contact_id": 2, "recipient_id": 5})


def test_debts(monica: Monica) -> None:
    """Their reason stays if none is sent; in_debt is yes or no, not true or false."""
    body = {"contact_id": 1, "in_debt": "no", "status": "completed", "amount": 5}
    assert monica.put("/debts/1", **body)["reason"] == "Smoker"
    assert monica.refused("POST", "/debts", {**body, "in_debt": True}) == [
        "The in debt must be a string.",
        "The selected in debt is invalid.",
    ]
    assert monica.refused("POST", "/debts", {**body, "status": "complete"}) == [
        "The selected status is invalid."
    ]


def test_pets(monica: Monica) -> None:
    """There are eleven categories."""
    for category in range(1, 12):
        monica.post("/pets", contact_id=1, pet_category_id=category)
    for wrong in (0, 12, "x", None, 10**18):
        monica.refused("POST", "/pets", {"contact_id": 1, "pet_category_id": wrong})


def test_life_events(monica: Monica) -> None:
    """Name and note are optional by the rules; without them a server crashes, the mock refuses."""
    body = {
        "contact_id": 1,
        "life_event_type_id": 2,
        "happened_at": "2024-05-06",
        "has_reminder": True,
        "happened_at_month_unknown": False,
        "happened_at_day_unknown": False,
    }
    assert monica.refused("POST", "/lifeevents", body) == ["The name field is required."]
    before = monica.get("/contacts/1")["statistics"]["number_of_reminders"]
    made = monica.post("/lifeevents", 200, **body, name=None, note="n")
    assert made["life_event_type"]["default_life_event_type_key"] == "retirement"
    assert monica.get("/contacts/1")["statistics"]["number_of_reminders"] == before + 1
    with MockCRMs(faithful_crashes=True) as mocks, client_for(mocks.monica) as http:
        crash = http.post("/lifeevents", json=body)
        assert crash.json() == {"message": 'Undefined array key "name"'}


def test_conversations(monica: Monica) -> None:
    """Messages answer their conversation, and go with it."""
    body = {"written_at": "2024-05-02", "written_by_me": "0", "content": "No."}
    shown = monica.tree("POST", "/conversations/1/messages", body)["data"]
    assert [one["content"] for one in shown["messages"]] == ["Is the queen out?", "No."]
    shown = monica.put("/conversations/1/messages/2", **{**body, "content": "Yes."})
    assert shown["messages"][1]["content"] == "Yes."
    other = monica.post(
        "/conversations", contact_id=1, happened_at="2024-05-03", contact_field_type_id=1
    )
    monica.missing("PUT", f"/conversations/{other['id']}/messages/2", body)
    monica.missing("POST", "/conversations/999/messages", {})
    monica.refused("DELETE", "/conversations/1/messages/999")
    assert monica.delete("/conversations/1/messages/2") == {"deleted": True, "id": 2}
    assert len(monica.get("/conversations/1")["messages"]) == 1
    assert monica.http.get("/conversations/1/messages").status_code == 405


def test_documents(monica: Monica) -> None:
    """They come as files; who counts downloads begins at null, then 0."""
    files = {"document": ("Récipe.PDF", b"%PDF-1.4", "application/pdf")}
    reply = monica.http.post("/documents", data={"contact_id": "1"}, files=files)
    made = reply.json()["data"]
    assert (made["original_filename"], made["type"], made["filesize"]) == ("Récipe.PDF", "pdf", 8)
    assert (made["mime_type"], made["number_of_downloads"]) == ("application/pdf", None)
    assert monica.get(f"/documents/{made['id']}")["number_of_downloads"] == 0
    assert monica.refused("POST", "/documents", {"contact_id": 1}) == [
        "The document field is required."
    ]
    assert monica.refused("POST", "/documents", {"contact_id": 1, "document": "x"}) == [
        "The document must be a file."
    ]


def test_photos(monica: Monica) -> None:
    """They come as files or data: URLs, must be pictures, and are shown whole."""
    content = base64.b64decode(PIXEL)
    files = {"photo": ("a.png", content, "image/png")}
    made = monica.http.post("/photos", data={"contact_id": "1"}, files=files).json()["data"]
    url = f"data:image/png;base64,{PIXEL}"
    assert (made["dataUrl"], made["filesize"], made["mime_type"]) == (url, 70, "image/png")
    again = monica.post("/photos", contact_id=1, data=url, extension="png")
    assert (again["dataUrl"], again["original_filename"]) == (url, "photo.png")
    files = {"photo": ("a.png", b"no picture", "image/png")}
    reply = monica.http.post("/photos", data={"contact_id": "1"}, files=files)
    assert reply.json()["error"]["message"] == ["The photo must be an image."]
    for data in ("data:image/png;base64,%%%", "https://example.org/a.png", f"data:,{PIXEL}"):
        monica.refused("POST", "/photos", {"contact_id": 1, "data": data})
    assert monica.delete(f"/photos/{made['id']}")["id"] == made["id"]
    assert made["id"] not in monica.ids("/photos")


def test_large_photos(monica: Monica) -> None:
    """A photo of 10 MB is stored and shown whole; beyond 20 MiB the request is 413."""
    picture = base64.b64decode(PIXEL) + b"\0" * 10_000_000
    files = {"photo": ("big.png", picture, "image/png")}
    made = monica.http.post("/photos", data={"contact_id": "1"}, files=files).json()["data"]
    assert made["filesize"] == len(picture)
    shown = monica.get(f"/photos/{made['id']}")["dataUrl"]
    assert base64.b64decode(shown.partition(",")[2]) == picture
    before = monica.ids("/photos")
    files = {"photo": ("bigger.png", picture * 3, "image/png")}
    assert monica.http.post("/photos", data={"contact_id": "1"}, files=files).status_code == 413
    assert monica.ids("/photos") == before


@pytest.mark.parametrize("type_", ["M", "F", "O"])
def test_genders(monica: Monica, type_: str) -> None:
    """They need a name and one of three types."""
    made = monica.post("/genders", name="x", type=type_)
    assert monica.put(f"/genders/{made['id']}", name="y", type="O")["name"] == "y"
    assert monica.refused("POST", "/genders", {"name": "x"}) == ["The type field is required."]
    assert monica.refused("POST", "/genders", {"name": "x" * 256, "type": "Z"}) == [
        "The name may not be greater than 255 characters.",
        "The selected type is invalid.",
    ]


def test_the_mock_keeps_its_state(monica: Monica) -> None:
    """A snapshot brings everything back, ids and links included."""
    before = monica.mock.snapshot()
    shown = monica.get("/contacts/1?with=contactfields")
    monica.delete("/contacts/1")
    next_id = monica.contact("x")
    monica.mock.restore(before)
    assert monica.get("/contacts/1?with=contactfields") == shown
    assert monica.contact("x") == next_id
