"""Names of the server's controllers, the first part of most paths, beside the mock's own types.

A request to one that exists fails in another way than to one that does not.
"""

from __future__ import annotations

#: The controller of users' preferences, whose records have no entity type in the mock.
PREFERENCES = "Preferences"
#: Controllers that are not of an entity type: they have no actions for records.
WITHOUT_RECORDS = frozenset(
    {
        "Activities", "Admin", "ApiIndex", "DataPrivacy", "EntityManager", "FieldManager",
        "Formula", "I18n", "Integration", "LabelManager", "LastViewed", "Layout", "Ldap",
        "Metadata", "Oidc", "Pdf", "PopupNotification", "Settings", "Stream", "TemplateManager",
        "TwoFactorEmail", "TwoFactorSms", "UserSecurity",
    }
)  # fmt: skip
#: Controllers of entity types whose links have no routes.
WITHOUT_LINKS = frozenset(
    {
        "ActionHistoryRecord", "AddressCountry", "Attachment", "AuthenticationProvider",
        "CurrencyRecordRate", "EmailAddress", "EmailFolder", "Extension", "ExternalAccount",
        "Job", "Note", "Notification", "OAuthAccount", "PhoneNumber", "PipelineStage",
        "WebhookEventQueueItem", "WebhookQueueItem",
    }
)  # fmt: skip
#: Controllers of entity types that the mock does not have, and only administrators may use.
OF_ADMINISTRATORS = frozenset(
    {
        "AddressCountry", "AppLogRecord", "AppSecret", "AuthLogRecord", "AuthToken",
        "AuthenticationProvider", "DashboardTemplate", "EmailAccount", "EmailQueueItem",
        "Extension", "ExternalAccount", "InboundEmail", "Job", "LayoutSet", "OAuthAccount",
        "OAuthProvider", "Portal", "ScheduledJob", "ScheduledJobLogRecord",
        "WebhookEventQueueItem", "WebhookQueueItem",
    }
)  # fmt: skip
#: Controllers of further entity types that the mock does not have.
OTHER_RECORDS = OF_ADMINISTRATORS | {
    "ActionHistoryRecord", "DocumentFolder", "EmailAddress", "EmailTemplateCategory",
    "ImportError", "KnowledgeBaseArticle", "KnowledgeBaseCategory", "LeadCapture",
    "LeadCaptureLogRecord", "PhoneNumber", "PortalRole", "Template", "WorkingTimeCalendar",
    "WorkingTimeRange",
}  # fmt: skip
