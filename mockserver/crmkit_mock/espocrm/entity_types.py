"""The catalogue of entity types."""

from __future__ import annotations

from crmkit_mock.espocrm.activity_types import CALL, EMAIL, MEETING, TASK
from crmkit_mock.espocrm.sales_types import (
    ACCOUNT,
    CAMPAIGN_TYPE,
    CASE,
    CONTACT,
    LEAD,
    OPPORTUNITY,
    TARGET_LIST,
)
from crmkit_mock.espocrm.system_types import (
    ATTACHMENT,
    DOCUMENT,
    EMAIL_TEMPLATE,
    GADGET,
    NOTE,
    NOTIFICATION,
    ROLE,
    TEAM,
    USER,
    WEBHOOK,
)

#: All entity types by name.
ENTITY_TYPES = {
    entity.name: entity
    for entity in (
        ACCOUNT,
        CONTACT,
        LEAD,
        OPPORTUNITY,
        CASE,
        TASK,
        MEETING,
        CALL,
        EMAIL,
        TARGET_LIST,
        CAMPAIGN_TYPE,
        DOCUMENT,
        EMAIL_TEMPLATE,
        GADGET,
        USER,
        TEAM,
        ROLE,
        ATTACHMENT,
        NOTE,
        WEBHOOK,
        NOTIFICATION,
    )
}
#: Attributes that hold a datetime, of any entity type.
DATETIME_ATTRIBUTES = frozenset(
    field.name
    for entity in ENTITY_TYPES.values()
    for field in entity.fields
    if field.family in {"datetime", "datetimeOptional"}
)
