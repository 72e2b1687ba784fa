"""Checks of single fields beside those of their family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.datetimes import parse_datetime
from crmkit_mock.espocrm.errors import bad_request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.values import Check, FieldInput

_NAMES = ("firstName", "lastName", "middleName")
_INSTEAD_OF_NAME = ("accountName", "emailAddress", "phoneNumber")


def _has_lead_name(sent: FieldInput) -> bool:
    if any(sent.values.get(name) for name in _INSTEAD_OF_NAME):
        return True
    # Null counts as a name, if it was sent.
    return any(
        (not sent.new or name in sent.values) and sent.values.get(name) != "" for name in _NAMES
    )


def _is_in_order(sent: FieldInput) -> bool:
    first, last = sent.values.get("startDate"), sent.values.get("endDate")
    return not first or not last or str(first) <= str(last)


def _is_future(sent: FieldInput) -> bool:
    planned = parse_datetime(sent.value)
    return planned is None or planned > sent.session.now()


def check_early(entity: EntityType, values: Mapping[str, Any], *, new: bool) -> None:
    """Make the checks that come before those of the fields.

    Raises:
        APIError: 400, with a reason of its own.
    """
    service = values.get("externalService") if new and entity.name == "Meeting" else None
    if service:
        # None is set up.
        raise bad_request(f"Not supported service '{service}'.")


#: Further checks by entity type and field; "required" is made whether the field is or not.
SPECIAL_CHECKS: dict[tuple[str, str], tuple[Check, ...]] = {
    ("Lead", "name"): (("required", _has_lead_name),),
    ("Email", "sendAt"): (("future", _is_future),),
    ("Campaign", "startDate"): (("beforeEndDate", _is_in_order),),
    ("Campaign", "endDate"): (("afterStartDate", _is_in_order),),
}
