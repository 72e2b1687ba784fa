"""Relenta API v3: contacts, activities and custom fields of one department.

    from crmkit.relenta import ContactInput, CustomFields, LabeledValue, Relenta

Names are loaded when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit.core.lazy import lazily

if TYPE_CHECKING:
    from crmkit.core.codec.labeled import LabeledValue as LabeledValue
    from crmkit.core.codec.labeled import Mailbox as Mailbox
    from crmkit_generated.relenta.models import Activity as Activity
    from crmkit_generated.relenta.models import ActivityInput as ActivityInput
    from crmkit_generated.relenta.models import Contact as Contact
    from crmkit_generated.relenta.models import ContactInput as ContactInput
    from crmkit_generated.relenta.models import CustomField as CustomField
    from crmkit_generated.relenta.models import CustomFieldType as CustomFieldType

    from .client import AsyncRelenta as AsyncRelenta
    from .client import Relenta as Relenta
    from .fields import CustomFields as CustomFields
else:
    _MODELS = "crmkit_generated.relenta.models"
    __all__, __getattr__, __dir__ = lazily(
        __name__,
        {
            "Activity": _MODELS,
            "ActivityInput": _MODELS,
            "AsyncRelenta": "client",
            "Contact": _MODELS,
            "ContactInput": _MODELS,
            "CustomField": _MODELS,
            "CustomFieldType": _MODELS,
            "CustomFields": "fields",
            "LabeledValue": "crmkit.core.codec.labeled",
            "Mailbox": "crmkit.core.codec.labeled",
            "Relenta": "client",
        },
    )
