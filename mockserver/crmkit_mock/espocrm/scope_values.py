"""Scopes as the metadata describes them (observed)."""

from __future__ import annotations

from typing import Any


def _scope(flags: str, **others: Any) -> dict[str, Any]:
    return {**dict.fromkeys(flags.split(), True), **others}


#: Every scope of 10.0 that users may have, and two of administrators.
SCOPES: dict[str, dict[str, Any]] = {
    "ActionHistoryRecord": _scope(
        "entity",
    ),
    "Attachment": _scope(
        "entity",
        layouts=False,
        tab=False,
        acl=False,
        customizable=False,
    ),
    "Currency": _scope(
        "entity acl aclFieldLevelDisabled",
        layouts=False,
        tab=False,
        aclActionList=["read", "edit"],
        aclLevelList=["yes", "no"],
        aclHighestLevel="yes",
        customizable=False,
    ),
    "CurrencyRecord": _scope(
        "entity tab",
    ),
    "CurrencyRecordRate": _scope(
        "entity preserveAuditLog",
    ),
    "Dashboard": _scope(
        "",
        entity=False,
        layouts=False,
        tab=False,
        acl=False,
        customizable=False,
    ),
    "Email": _scope(
        "entity layouts tab acl aclPortal notifications object customizable activity",
        aclPortalLevelList=["account", "contact", "own", "no"],
        aclPortalActionList=["read"],
        activityStatusList=["Draft"],
        historyStatusList=["Archived", "Sent"],
    ),
    "EmailAccount": _scope(
        "entity",
        layouts=False,
        tab=False,
        acl=False,
    ),
    "EmailAccountScope": _scope(
        "",
        entity=False,
        layouts=False,
        tab=False,
        acl="boolean",
    ),
    "EmailFilter": _scope(
        "entity",
        layouts=False,
        tab=False,
        acl=False,
        notifications=False,
        object=False,
        customizable=False,
    ),
    "EmailFolder": _scope(
        "entity",
    ),
    "EmailTemplate": _scope(
        "entity tab acl aclFieldLevelDisabled importable lastViewed stars",
        layouts=False,
        customizable=False,
    ),
    "Formula": _scope(
        "languageIsGlobal",
    ),
    "GlobalStream": _scope(
        "tab",
        entity=False,
        layouts=False,
        acl="boolean",
        customizable=False,
    ),
    "GroupEmailFolder": _scope(
        "entity",
    ),
    "Import": _scope(
        "entity tab aclFieldLevelDisabled",
        layouts=False,
        acl="boolean",
        customizable=False,
    ),
    "ImportEml": _scope(
        "",
        entity=False,
    ),
    "ImportError": _scope(
        "entity",
    ),
    "LastViewed": _scope(
        "",
        entity=False,
        layouts=False,
        tab=False,
        acl=False,
        customizable=False,
    ),
    "Note": _scope(
        "entity customizable",
        layouts=False,
        tab=False,
        acl=False,
        entityManager={
            "edit": False,
            "fields": True,
            "relationships": False,
            "formula": False,
            "layouts": False,
            "addField": False,
        },
    ),
    "Notification": _scope(
        "entity",
        layouts=False,
        tab=False,
        acl=False,
        customizable=False,
    ),
    "OpenApi": _scope(
        "",
        acl="boolean",
    ),
    "Pipeline": _scope(
        "entity importable",
        statusField="status",
        exportFormatList=["csv"],
        duplicateCheckFieldList=["name"],
    ),
    "PipelineStage": _scope(
        "entity importable",
        exportFormatList=["csv"],
    ),
    "PortalUser": _scope(
        "tab",
        tabAclPermission="portalPermission",
    ),
    "Preferences": _scope(
        "entity",
        layouts=False,
        tab=False,
        acl=False,
        customizable=False,
    ),
    "Stream": _scope(
        "tab",
        entity=False,
        layouts=False,
        acl=False,
        customizable=False,
    ),
    "Team": _scope(
        "entity tab acl importable preserveAuditLog",
        layouts=False,
        aclActionList=["read"],
        aclLevelList=["all", "team", "no"],
        customizable=False,
    ),
    "User": _scope(
        "entity layouts tab acl customizable object preserveAuditLog",
        aclActionList=["read", "edit"],
        aclActionLevelListMap={"edit": ["own", "no"]},
    ),
    "Account": _scope(
        "entity layouts tab acl aclPortal customizable stream stars importable "
        "notifications object hasPersonalData lockable",
        aclPortalLevelList=["all", "account", "no"],
        module="Crm",
        duplicateCheckFieldList=["name", "emailAddress"],
    ),
    "Activities": _scope(
        "",
        entity=False,
        layouts=False,
        tab=False,
        acl="boolean",
        aclPortal="boolean",
        module="Crm",
        customizable=False,
    ),
    "Calendar": _scope(
        "tab",
        entity=False,
        acl="boolean",
        module="Crm",
    ),
    "Call": _scope(
        "entity layouts tab acl aclPortal customizable importable notifications calendar "
        "activity object statusFieldLocked",
        aclPortalLevelList=["all", "account", "contact", "own", "no"],
        module="Crm",
        activityStatusList=["Planned"],
        historyStatusList=["Held", "Not Held"],
        completedStatusList=["Held"],
        canceledStatusList=["Not Held"],
        statusField="status",
        attendeeLinkMap={"Contact": "contacts", "Lead": "leads", "User": "users"},
    ),
    "Campaign": _scope(
        "entity layouts tab acl customizable object",
        module="Crm",
        stream=False,
        importable=False,
        statusField="status",
    ),
    "CampaignLogRecord": _scope(
        "entity",
        layouts=False,
        tab=False,
        acl=False,
        module="Crm",
        customizable=False,
        stream=False,
        importable=False,
    ),
    "CampaignTrackingUrl": _scope(
        "entity",
        layouts=False,
        tab=False,
        acl=False,
        module="Crm",
        customizable=False,
        stream=False,
        importable=False,
    ),
    "Case": _scope(
        "entity layouts tab acl aclPortal customizable stream importable notifications "
        "object statusFieldLocked collaborators",
        aclPortalLevelList=["all", "account", "contact", "own", "no"],
        module="Crm",
        statusField="status",
    ),
    "Contact": _scope(
        "entity layouts tab acl aclPortal customizable stream stars importable "
        "notifications object hasPersonalData",
        aclPortalLevelList=["all", "account", "contact", "no"],
        module="Crm",
        duplicateCheckFieldList=["name", "emailAddress"],
    ),
    "Document": _scope(
        "entity layouts tab acl aclPortal customizable notifications object",
        aclPortalLevelList=["all", "account", "contact", "own", "no"],
        module="Crm",
        importable=False,
    ),
    "EmailQueueItem": _scope(
        "entity",
        layouts=False,
        tab=False,
        acl=False,
        notifications=False,
        object=False,
        customizable=False,
        module="Crm",
    ),
    "Lead": _scope(
        "entity layouts tab acl aclPortal customizable stream importable notifications "
        "object statusFieldLocked hasPersonalData",
        aclPortalLevelList=["all", "own", "no"],
        module="Crm",
        statusField="status",
        duplicateCheckFieldList=["name", "emailAddress"],
    ),
    "MassEmail": _scope(
        "entity",
        layouts=False,
        tab=False,
        acl=False,
        notifications=False,
        object=False,
        customizable=False,
        module="Crm",
    ),
    "Meeting": _scope(
        "entity layouts tab acl aclPortal customizable importable notifications stream "
        "calendar activity object statusFieldLocked",
        aclPortalLevelList=["all", "account", "contact", "own", "no"],
        module="Crm",
        activityStatusList=["Planned"],
        historyStatusList=["Held", "Not Held"],
        completedStatusList=["Held"],
        canceledStatusList=["Not Held"],
        statusField="status",
        attendeeLinkMap={"Contact": "contacts", "Lead": "leads", "User": "users"},
    ),
    "Opportunity": _scope(
        "entity layouts tab acl aclPortal customizable stream importable notifications "
        "object statusFieldLocked",
        aclPortalLevelList=["all", "account", "contact", "own", "no"],
        module="Crm",
        statusField="stage",
        kanbanStatusIgnoreList=["Closed Lost"],
        currencyConversionAccessRequiredFieldList=["amount"],
    ),
    "Reminder": _scope(
        "entity",
        layouts=False,
        tab=False,
        acl=False,
        module="Crm",
        customizable=False,
        importable=False,
    ),
    "Target": _scope(
        "object disabled",
        entity=False,
        layouts=False,
        tab=False,
        acl=False,
        module="Crm",
        customizable=False,
        importable=False,
        notifications=False,
    ),
    "TargetList": _scope(
        "entity layouts tab acl customizable notifications object",
        module="Crm",
        stream=False,
        importable=False,
        targetLinkList=["accounts", "contacts", "leads", "users"],
    ),
    "Task": _scope(
        "entity layouts tab acl aclPortal customizable importable notifications calendar "
        "calendarOneDay object stream statusFieldLocked collaborators",
        aclPortalLevelList=["all", "account", "contact", "own", "no"],
        activityStatusList=["Not Started", "Started"],
        historyStatusList=["Completed"],
        completedStatusList=["Completed"],
        canceledStatusList=["Canceled"],
        module="Crm",
        statusField="status",
        kanbanStatusIgnoreList=["Canceled", "Deferred"],
    ),
    "CGadget": _scope(
        "entity layouts tab acl aclPortal customizable importable notifications object isCustom",
        aclPortalLevelList=["all", "account", "contact", "own", "no"],
        stream=False,
        disabled=False,
        type="Base",
        module="Custom",
    ),
    "Role": _scope(
        "entity importable preserveAuditLog",
        layouts=False,
        tab=False,
        acl=False,
        customizable=False,
        exportFormatList=["csv"],
    ),
    "Webhook": _scope(
        "entity aclFieldLevelDisabled",
        acl="boolean",
    ),
}
#: The releases that brought scopes.
SINCE: dict[str, tuple[int, ...]] = {
    "OpenApi": (9, 3),
    **dict.fromkeys(("Pipeline", "PipelineStage", "CurrencyRecord", "CurrencyRecordRate"), (10, 0)),
}
#: What differs before 10.0; None stands for a member that is missing.
BEFORE_10: dict[str, dict[str, Any]] = {
    "Account": {"aclPortal": "recordAllAccountNo", "aclPortalLevelList": None, "lockable": None},
    "Call": {"aclPortal": "recordAllAccountContactOwnNo", "aclPortalLevelList": None},
    "Case": {
        "aclPortal": "recordAllAccountContactOwnNo",
        "aclPortalLevelList": None,
        "statusFieldLocked": None,
        "collaborators": None,
    },
    "Contact": {
        "aclPortal": "recordAllAccountContactNo",
        "aclPortalLevelList": None,
        "stars": None,
    },
    "Lead": {"aclPortal": "recordAllOwnNo", "aclPortalLevelList": None, "statusFieldLocked": None},
    "Meeting": {"aclPortal": "recordAllAccountContactOwnNo", "aclPortalLevelList": None},
    "Opportunity": {
        "aclPortal": "recordAllAccountContactOwnNo",
        "aclPortalLevelList": None,
        "statusFieldLocked": None,
    },
    "Task": {"collaborators": None},
}
#: Scopes that everybody gets, since they are no records or have no access of their own.
EVERYBODYS = frozenset(
    {
        "Activities", "Calendar", "Dashboard", "EmailAccountScope", "Formula", "GlobalStream",
        "ImportEml", "LastViewed", "OpenApi", "PortalUser", "Reminder", "Target",
    }
)  # fmt: skip
