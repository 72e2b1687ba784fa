"""What a fresh installation of Monica brings with each account, and the records of the demo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.monica.accounts import ACCOUNTS

if TYPE_CHECKING:
    from crmkit_mock.monica.records import Records, Row
    from crmkit_mock.store import Settings

#: Groups of relationship types.
_GROUPS = ("love", "family", "friend", "work")
#: Relationship types by id, from 1: name, name of the reverse, group.
_TYPES = (
    *(("partner", "partner", 1), ("spouse", "spouse", 1), ("date", "date", 1)),
    *(("lover", "lover", 1), ("inlovewith", "lovedby", 1), ("lovedby", "inlovewith", 1)),
    *(("ex", "ex", 1), ("parent", "child", 2), ("child", "parent", 2)),
    *(("sibling", "sibling", 2), ("grandparent", "grandchild", 2)),
    *(("grandchild", "grandparent", 2), ("uncle", "nephew", 2), ("nephew", "uncle", 2)),
    *(("cousin", "cousin", 2), ("godfather", "godson", 2), ("godson", "godfather", 2)),
    *(("friend", "friend", 3), ("bestfriend", "bestfriend", 3), ("colleague", "colleague", 4)),
    *(("boss", "subordinate", 4), ("subordinate", "boss", 4), ("mentor", "protege", 4)),
    *(("protege", "mentor", 4), ("ex_husband", "ex_husband", 1)),
    *(("stepparent", "stepchild", 2), ("stepchild", "stepparent", 2)),
)
_GENDERS = (("Man", "M"), ("Woman", "F"), ("Rather not say", "O"))
#: Contact field types: name, icon, protocol, type. The first two cannot be deleted in the site.
_FIELD_TYPES = (
    ("Email", "fa fa-envelope-open-o", "mailto:", "email"),
    ("Phone", "fa fa-volume-control-phone", "tel:", "phone"),
    ("Facebook", "fa fa-facebook-official", "https://facebook.com/", None),
    ("Twitter", "fa fa-twitter-square", None, None),
    ("Whatsapp", "fa fa-whatsapp", "https://wa.me/", None),
    ("Telegram", "fa fa-telegram", "telegram:", None),
    ("LinkedIn", "fa fa-linkedin-square", None, None),
)
#: Types of activities by category. Recorded: the categories, that there are 13 types, and the
#: first of them. Assumption: the names of the others.
_ACTIVITY_TYPES = {
    "Simple activities": ("just hung out", "watched a movie at home", "talked at home"),
    "Sport": ("did sport together",),
    "Food": ("ate at their place", "went to a bar", "ate at home", "picnicked", "ate out"),
    "Cultural activities": ("went to a theater", "to a concert", "to a play", "to a museum"),
}
#: Types of life events by category. Recorded: the first category with its second type; assumption:
#: the others.
_LIFE_EVENTS = {
    ("work_education", "Work & education"): (
        *("new_job", "retirement", "new_school", "study_abroad", "volunteer_work"),
        *("published_book_or_paper", "military_service"),
    ),
    ("family_relationships", "Family & relationships"): (
        *("new_relationship", "engagement", "marriage", "anniversary", "expecting_a_baby"),
        *("new_child", "new_family_member", "new_pet", "end_of_relationship"),
        "loss_of_a_loved_one",
    ),
    ("home_living", "Home & living"): (
        *("moved", "bought_a_home", "home_improvement", "holidays", "new_vehicle"),
        "new_roommate",
    ),
    ("health_wellness", "Health & wellness"): (
        *("overcame_an_illness", "quit_a_habit", "new_eating_habits", "weight_loss"),
        *("wear_glass_or_contact", "broken_bone", "removed_braces", "surgery", "dentist"),
    ),
    ("travel_experiences", "Travel & experiences"): (
        *("new_sport", "new_hobby", "new_instrument", "new_language", "tattoo_or_piercing"),
        *("new_license", "travel", "achievement_or_award", "changed_beliefs"),
        *("first_word", "first_kiss"),
    ),
}


def install(records: Records, settings: Settings, now: str) -> None:
    """Give each account what comes with it, in the order in which a server hands out ids."""
    settings.set("installed_at", now)
    for account in ACCOUNTS.values():
        _install_account(records, account.id, {"created_at": now, "updated_at": now})
        if account.signed:
            signature = {"date": now, "ip_address": "127.0.0.1"}
            settings.set(f"signature {account.id}", signature)


def _install_account(records: Records, account: int, moments: dict[str, Any]) -> None:
    timeless = {"created_at": None, "updated_at": moments["updated_at"]}
    for name, letter in _GENDERS:
        records.add("gender", account, {**moments, "name": name, "type": letter})
    groups = [
        records.add("relationshiptypegroup", account, {"name": name})["id"] for name in _GROUPS
    ]
    columns: Row
    for name, reverse, group in _TYPES:
        columns = {
            "name": name,
            "name_reverse_relationship": reverse,
            "relationship_type_group_id": groups[group - 1],
        }
        records.add("relationshiptype", account, {**moments, **columns})
    for name, icon, protocol, type_ in _FIELD_TYPES:
        field: Row = {"name": name, "fontawesome_icon": icon, "protocol": protocol}
        field |= {"type": type_, "delible": type_ is None}
        records.add("contactfieldtype", account, {**moments, **field})
    for name, types in _ACTIVITY_TYPES.items():
        category = records.add("activityTypeCategory", account, {**timeless, "name": name})
        for type_name in types:
            columns = {"name": type_name, "activity_type_category_id": category["id"]}
            records.add("activityType", account, {**timeless, **columns})
    for (key, name), keys in _LIFE_EVENTS.items():
        category = records.add("lifeeventcategory", account, {**moments, "key": key, "name": name})
        for type_key in keys:
            columns = {"key": type_key, "life_event_category_id": category["id"]}
            records.add("lifeeventtype", account, {**moments, **columns})
