"""Monica's contacts: dates, what an update clears, deletion, tags, and the parts of their own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crmkit_mock import MockCRMs
from tests.mock.plain_monica import NOT_FOUND, PLAIN, Monica, client_for


def born(**date: object) -> dict[str, object]:
    """Return a body with a day of birth."""
    dates = {f"birthdate_{name}": value for name, value in date.items()}
    return {**PLAIN, "first_name": "Ann", "is_birthdate_known": True, **dates}


@pytest.mark.parametrize(
    ("date", "shown", "is_age_based", "is_year_unknown"),
    [
        ({"day": 23, "month": 6, "year": 1912}, "1912-06-23", False, False),
        ({"day": "23", "month": "6", "year": "1912"}, "1912-06-23", False, False),
        ({"day": 31, "month": 2, "year": 2000}, "2000-03-02", False, False),
        ({"day": 1, "month": 13, "year": 2000}, "2001-01-01", False, False),
        ({"day": 29, "month": 2}, "2023-03-01", False, True),
        ({"is_age_based": True, "age": 30}, "1993-01-01", True, False),
    ],
)
def test_days_of_birth(
    monica: Monica,
    date: dict[str, object],
    shown: str,
    *,
    is_age_based: bool,
    is_year_unknown: bool,
) -> None:
    """Days run over the ends of months; a year may be unknown, or all but the age."""
    monica.mock.clock.set(datetime(2023, 5, 6, tzinfo=UTC))
    found = monica.post("/contacts", **born(**date))["information"]["dates"]["birthdate"]
    assert found == {
        "date": f"{shown}T00:00:00Z",
        "is_age_based": is_age_based,
        "is_year_unknown": is_year_unknown,
    }


def test_an_incomplete_birthday_is_refused_but_the_contact_stays(monica: Monica) -> None:
    """The server has no transaction there: 422, and the contact exists without the day."""
    sentences = monica.refused("POST", "/contacts", born())
    assert sentences == ["The day field is required.", "The month field is required."]
    (found,) = monica.page("/contacts", sort="-created_at", limit=1)["data"]
    assert found["first_name"] == "Ann"
    assert found["information"]["dates"]["birthdate"]["date"] is None
    assert monica.refused("POST", "/contacts", born(is_age_based=True)) == [
        "The age field is required."
    ]


@pytest.mark.parametrize(
    "date", [{"day": 1, "month": 1, "year": 99_999}, {"day": 10**18, "month": 1}]
)
def test_days_that_no_calendar_has_are_refused(monica: Monica, date: dict[str, object]) -> None:
    """Years beyond 9999 get a sentence, not a crash."""
    assert monica.refused("POST", "/contacts", born(**date)) == ["The year is invalid."]


def test_a_death_without_its_day(monica: Monica) -> None:
    """It crashes the server, which keeps the contact; by default it is 422 and leaves nothing."""
    body = {**PLAIN, "first_name": "Dee", "is_deceased": True, "is_deceased_date_known": True}
    before = monica.mock.snapshot()
    monica.refused("POST", "/contacts", body)
    assert monica.mock.snapshot() == before
    with MockCRMs(faithful_crashes=True) as mocks, client_for(mocks.monica) as http:
        faithful = Monica(mocks.monica, http)
        assert faithful.tree("POST", "/contacts", body, 500).keys() == {"message"}
        assert faithful.ids("/contacts", query="Dee")


def test_what_all_can_be_said_at_creation(monica: Monica) -> None:
    """Names, nickname and death show in the complete name; reminders are made and counted."""
    made = monica.post(
        "/contacts",
        **{
            **born(day=23, month=6, year=1912, add_reminder=True),
            "first_name": "Alan",
            "middle_name": "Mathison",
            "last_name": "Turing",
            "nickname": "Prof",
            "email": "alan@example.org",
            "gender_id": 1,
            "is_deceased": True,
            "is_deceased_date_known": True,
            "deceased_date_day": 7,
            "deceased_date_month": 6,
            "deceased_date_year": 1954,
            "deceased_date_add_reminder": True,
            "is_starred": True,
        },
    )
    assert made["complete_name"] == "Alan Mathison Turing (Prof) ⚰"
    assert (made["initials"], made["gender"], made["gender_type"]) == ("AMT", "Man", "M")
    assert made["is_starred"] is False
    assert made["statistics"]["number_of_reminders"] == 2
    assert "alan@example.org" not in str(monica.get(f"/contacts/{made['id']}?with=contactfields"))
    titles = [one["title"] for one in monica.page(f"/contacts/{made['id']}/reminders")["data"]]
    assert len(titles) == 2


def test_what_an_update_clears(monica: Monica) -> None:
    """Absent names and gender stay; description, birth and death go; null clears names, too."""
    monica.put("/contacts/1", **PLAIN, first_name="Anna")
    anna = monica.get("/contacts/1")
    assert (anna["first_name"], anna["last_name"], anna["nickname"]) == ("Anna", "Rolfson", "Bay")
    assert (anna["gender"], anna["description"]) == ("Man", None)
    assert anna["information"]["dates"]["birthdate"]["date"] is None
    assert anna["information"]["career"]["job"] == "Bee keeper"
    monica.put("/contacts/1", **PLAIN, first_name="Anna", last_name=None, gender_id=None)
    anna = monica.get("/contacts/1")
    assert (anna["last_name"], anna["gender"], anna["nickname"]) == (None, None, "Bay")


def test_a_birthday_that_goes_takes_its_reminder(monica: Monica) -> None:
    """An update without the day of birth deletes the reminder that came with it."""
    assert monica.get("/contacts/2")["statistics"]["number_of_reminders"] == 1
    monica.put("/contacts/2", **PLAIN, first_name="Yoshiko")
    assert monica.get("/contacts/2")["statistics"]["number_of_reminders"] == 0


def test_an_update_without_is_deceased(monica: Monica) -> None:
    """The rules allow it and the server crashes over it; by default it is 422."""
    body = {**PLAIN, "first_name": "x"}
    del body["is_deceased"]
    before = monica.mock.snapshot()
    assert monica.refused("PUT", "/contacts/1", body) == ["The is deceased field is required."]
    assert monica.mock.snapshot() == before
    with MockCRMs(faithful_crashes=True) as mocks, client_for(mocks.monica) as http:
        message = {"message": 'Undefined array key "is_deceased"'}
        assert http.put("/contacts/1", json=body).json() == message


def test_parts_of_their_own(monica: Monica) -> None:
    """Work, food and introduction are updated apart; what work does not name is cleared."""
    assert monica.put("/contacts/1/work", job="x")["information"]["career"] == {
        "job": "x",
        "company": None,
    }
    assert monica.put("/contacts/1/food")["information"]["food_preferences"] is None
    met = monica.put(
        "/contacts/1/introduction",
        is_date_known=True,
        day=1,
        month=2,
        year=2020,
        met_through_contact_id=2,
        general_information="conf",
        add_reminder=True,
    )
    shown = met["information"]["how_you_met"]
    assert shown["first_met_date"]["date"] == "2020-02-01T00:00:00Z"
    assert shown["first_met_through_contact"]["id"] == 2
    assert shown["general_information"] == "conf"
    assert monica.refused("PUT", "/contacts/1/introduction", {}) == [
        "The is date known field is required."
    ]
    kept = monica.get("/contacts/1")["information"]["how_you_met"]
    monica.refused("PUT", "/contacts/1/introduction", {"is_date_known": True, "day": 1})
    assert monica.get("/contacts/1")["information"]["how_you_met"] == kept


def test_avatars(monica: Monica) -> None:
    """A photo must be named if it is to be the source; adorable ones are drawn as data: URLs."""
    avatar = monica.put("/contacts/1/avatar", source="photo", photo_id=1)["information"]["avatar"]
    assert avatar["url"] == monica.get("/photos/1")["link"]
    assert monica.refused("PUT", "/contacts/1/avatar", {"source": "photo"}) == [
        "The photo id field is required when source is photo."
    ]
    drawn = monica.put("/contacts/1/avatar", source="adorable")["information"]["avatar"]
    assert drawn["url"].startswith("data:")
    assert monica.refused("PUT", "/contacts/1/avatar", {"source": "zzz"}) == [
        "The selected source is invalid."
    ]


def test_a_deleted_contact_is_hidden(monica: Monica) -> None:
    """It is gone from lists; its notes and calls stay, readable and listed, without a contact."""
    assert monica.delete("/contacts/2") == {"deleted": True, "id": "2"}
    monica.missing("GET", "/contacts/2")
    assert 2 not in monica.ids("/contacts")
    assert monica.get("/notes/2")["contact"] is None
    assert monica.page("/calls")["data"][0]["contact"] is None
    assert monica.get("/gifts/1")["contact"] is None
    (activity,) = monica.page("/activities")["data"]
    assert [one["id"] for one in activity["attendees"]["contacts"]] == [1]
    monica.missing("POST", "/notes", {"contact_id": 2, "body": "x"})


def test_an_archived_contact_is_not_deleted_or_tagged(monica: Monica) -> None:
    """Both are refused in the framework's shape, whose errors are a list of lists here."""
    monica.mock.archive(1)
    for method, path, body in (
        ("DELETE", "/contacts/1", None),
        ("POST", "/contacts/1/setTags", {"tags": ["x"]}),
    ):
        refused = monica.tree(method, path, body, 422)
        assert [[refused["message"]]] == refused["errors"]
    assert monica.get("/contacts/1")["is_active"] is False
    with pytest.raises(ValueError, match="999"):
        monica.mock.archive(999)
    with pytest.raises(ValueError, match="nobody"):
        monica.mock.archive(1, account="nobody")


def test_tags_are_added_by_name_and_taken_off_by_id(monica: Monica) -> None:
    """SetTags never replaces and makes new tags; unsetTag takes ids; unsetTags takes all off."""

    def tags() -> dict[str, int]:
        return {tag["name"]: tag["id"] for tag in monica.get("/contacts/1")["tags"]}

    assert [*tags()] == ["Family", "Bee keepers"]
    monica.tree("POST", "/contacts/1/setTags", {"tags": ["Été", "", "family"]})
    assert [*tags()] == ["Family", "Bee keepers", "Été"]
    assert monica.get(f"/tags/{tags()['Été']}")["name_slug"] == "ete"
    monica.tree("POST", "/contacts/1/unsetTag", {"tags": [tags()["Family"], str(tags()["Été"])]})
    assert [*tags()] == ["Bee keepers"]
    monica.tree("POST", "/contacts/1/unsetTags")
    assert tags() == {}
    assert len(monica.ids("/tags")) == 3


def test_tags_that_are_refused(monica: Monica) -> None:
    """A text is no array; a number is no name, a name no id, each in the framework's shape."""
    before = monica.mock.snapshot()
    for tags in ("a,b", {"a": "b"}, 7):
        sentences = monica.refused("POST", "/contacts/1/setTags", {"tags": tags})
        assert sentences == ["The tags must be an array."]
    for path, items, field in (
        ("setTags", ["new", 7], "name"),
        ("unsetTag", ["work"], "tag_id"),
    ):
        refused = monica.tree("POST", f"/contacts/1/{path}", {"tags": items}, 422)
        assert refused["errors"].keys() == {field}
    assert monica.tree("POST", "/contacts/1/unsetTag", {"tags": [999]}, 404).keys() == {"message"}
    assert monica.mock.snapshot() == before


def test_a_tag_knows_its_contacts(monica: Monica) -> None:
    """Its list holds those that lists show; a deleted tag is off all of them."""
    assert monica.ids("/tags/1/contacts") == [1, 2]
    assert monica.ids("/tags/999/contacts") == []
    assert monica.delete("/tags/1") == {"deleted": True, "id": "1"}
    assert monica.ids("/tags/1/contacts") == []
    assert [tag["id"] for tag in monica.get("/contacts/1")["tags"]] == [2]


def test_me_is_a_contact(monica: Monica) -> None:
    """The user can be one of the contacts, until that is deleted."""
    assert monica.tree("POST", "/me/contact", {"contact_id": 2}) == ["true"]
    assert monica.get("/me")["me_contact"]["id"] == 2
    assert monica.get("/contacts/2")["is_me"] is True
    assert monica.tree("DELETE", "/me/contact") == ["true"]
    assert monica.get("/me")["me_contact"] is None
    monica.tree("POST", "/me/contact", {"contact_id": 2})
    monica.delete("/contacts/2")
    assert monica.get("/me")["me_contact"] is None


def test_a_gender_of_another_account_is_accepted(monica: Monica, grace: Monica) -> None:
    """The rule looks at all accounts; a gender that is deleted is null."""
    id = monica.contact("Ann", gender_id=5)
    assert monica.get(f"/contacts/{id}")["gender"] == "Woman"
    assert grace.delete("/genders/5") == {"deleted": True, "id": 5}
    assert monica.get(f"/contacts/{id}")["gender"] is None


def test_accounts_are_apart(monica: Monica, grace: Monica) -> None:
    """Neither sees contacts, tags, notes or settings of the other; ids count over both."""
    for path in ("/contacts", "/tags", "/notes", "/genders", "/contactfieldtypes", "/logs"):
        mine = {*monica.ids(path, limit=100)}
        theirs = {*grace.ids(path, limit=100)}
        assert mine
        assert theirs
        assert not mine & theirs
    assert grace.contact("x") == monica.contact("y") - 1
    assert grace.get("/me")["name"] == "Grace Other"
    assert grace.tree("GET", "/me/compliance", status=404) == NOT_FOUND
    assert grace.get("/me")["is_policy_compliant"] is False
    signed = grace.tree("POST", "/me/compliance", {"ip_address": "::1"})["data"]
    assert (signed["ip_address"], grace.get("/me")["is_policy_compliant"]) == ("::1", True)


def test_what_users_do_is_logged(monica: Monica) -> None:
    """Creation and work of a contact are in its log and in that of the account."""
    id = monica.contact("Ann")
    monica.put(f"/contacts/{id}/work", job="x")
    entries = monica.page(f"/contacts/{id}/logs")["data"]
    assert [one["action"] for one in entries] == ["contact_created", "contact_work_updated"]
    assert entries[0]["objects"] == {"contact_name": "Ann", "contact_id": id}
    assert entries[0]["author"] == {"id": 1, "name": "Ada Tester"}
    assert monica.ids("/logs", limit=100)[-2:] == [one["id"] for one in entries]
