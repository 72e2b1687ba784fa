"""The table from operationId to handler, and the resources whose records can be created."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit_mock.monica import account
from crmkit_mock.monica.activities import Activities, ActivityTypeCategories, ActivityTypes
from crmkit_mock.monica.addresses import Addresses, Companies, Occupations, Places
from crmkit_mock.monica.calls import Calls
from crmkit_mock.monica.contact_fields import ContactFields, ContactFieldTypes
from crmkit_mock.monica.contacts import Contacts
from crmkit_mock.monica.conversations import Conversations
from crmkit_mock.monica.genders import Genders
from crmkit_mock.monica.gifts import Debts, Gifts
from crmkit_mock.monica.life_events import LifeEvents, Pets
from crmkit_mock.monica.notes import Journal, Notes, Tasks
from crmkit_mock.monica.relationships import (
    Relationships,
    RelationshipTypeGroups,
    RelationshipTypes,
)
from crmkit_mock.monica.reminders import Reminders
from crmkit_mock.monica.tags import Tags
from crmkit_mock.monica.uploads import Documents, Photos

if TYPE_CHECKING:
    from crmkit_mock.monica.resource import Resource
    from crmkit_mock.monica.session import Handler

_relationships = Relationships()
_relationship_types = RelationshipTypes()
_relationship_type_groups = RelationshipTypeGroups()
_contacts = Contacts()
_tags = Tags()
_notes = Notes()
_calls = Calls()
_activities = Activities()
_activity_types = ActivityTypes()
_activity_type_categories = ActivityTypeCategories()
_tasks = Tasks()
_reminders = Reminders()
_journal = Journal()
_contact_fields = ContactFields()
_contact_field_types = ContactFieldTypes()
_addresses = Addresses()
_places = Places()
_companies = Companies()
_occupations = Occupations()
_gifts = Gifts()
_debts = Debts()
_documents = Documents()
_photos = Photos()
_pets = Pets()
_life_events = LifeEvents()
_conversations = Conversations()
_genders = Genders()

#: Handler by operationId, in the order of the document's tags.
OPERATIONS: dict[str, Handler] = {
    "relationships_list": _relationships.list_of_contact,
    "relationships_get": _relationships.get,
    "relationships_create": _relationships.create,
    "relationships_update": _relationships.update,
    "relationships_update_patch": _relationships.update,
    "relationships_delete": _relationships.delete,
    "relationship_types_list": _relationship_types.list_all,
    "relationship_types_get": _relationship_types.get,
    "relationship_type_groups_list": _relationship_type_groups.list_all,
    "relationship_type_groups_get": _relationship_type_groups.get,
    "contacts_list": _contacts.list_all,
    "contacts_get": _contacts.get,
    "contacts_create": _contacts.create,
    "contacts_update": _contacts.update,
    "contacts_update_patch": _contacts.update,
    "contacts_delete": _contacts.delete,
    "contacts_update_work": _contacts.update_work,
    "contacts_update_food": _contacts.update_food,
    "contacts_update_introduction": _contacts.update_introduction,
    "contacts_update_avatar": _contacts.update_avatar,
    "tags_list": _tags.list_all,
    "tags_get": _tags.get,
    "tags_create": _tags.create,
    "tags_update": _tags.update,
    "tags_update_patch": _tags.update,
    "tags_delete": _tags.delete,
    "tags_contacts": _tags.contacts,
    "contacts_set_tags": _tags.set_tags,
    "contacts_unset_tags": _tags.unset_tags,
    "contacts_clear_tags": _tags.clear_tags,
    "notes_list": _notes.list_all,
    "notes_list_of_contact": _notes.list_of_contact,
    "notes_get": _notes.get,
    "notes_create": _notes.create,
    "notes_update": _notes.update,
    "notes_update_patch": _notes.update,
    "notes_delete": _notes.delete,
    "calls_list": _calls.list_all,
    "calls_list_of_contact": _calls.list_of_contact,
    "calls_get": _calls.get,
    "calls_create": _calls.create,
    "calls_update": _calls.update,
    "calls_update_patch": _calls.update,
    "calls_delete": _calls.delete,
    "activities_list": _activities.list_all,
    "activities_list_of_contact": _activities.list_of_contact,
    "activities_get": _activities.get,
    "activities_create": _activities.create,
    "activities_update": _activities.update,
    "activities_update_patch": _activities.update,
    "activities_delete": _activities.delete,
    "activity_types_list": _activity_types.list_all,
    "activity_types_get": _activity_types.get,
    "activity_types_create": _activity_types.create,
    "activity_types_update": _activity_types.update,
    "activity_types_update_patch": _activity_types.update,
    "activity_types_delete": _activity_types.delete,
    "activity_type_categories_list": _activity_type_categories.list_all,
    "activity_type_categories_get": _activity_type_categories.get,
    "activity_type_categories_create": _activity_type_categories.create,
    "activity_type_categories_update": _activity_type_categories.update,
    "activity_type_categories_update_patch": _activity_type_categories.update,
    "activity_type_categories_delete": _activity_type_categories.delete,
    "tasks_list": _tasks.list_all,
    "tasks_list_of_contact": _tasks.list_of_contact,
    "tasks_get": _tasks.get,
    "tasks_create": _tasks.create,
    "tasks_update": _tasks.update,
    "tasks_update_patch": _tasks.update,
    "tasks_delete": _tasks.delete,
    "reminders_list": _reminders.list_all,
    "reminders_list_of_contact": _reminders.list_of_contact,
    "reminders_get": _reminders.get,
    "reminders_create": _reminders.create,
    "reminders_update": _reminders.update,
    "reminders_update_patch": _reminders.update,
    "reminders_delete": _reminders.delete,
    "reminders_upcoming": _reminders.upcoming,
    "journal_list": _journal.list_all,
    "journal_get": _journal.get,
    "journal_create": _journal.create,
    "journal_update": _journal.update,
    "journal_update_patch": _journal.update,
    "journal_delete": _journal.delete,
    "contact_fields_list": _contact_fields.list_of_contact,
    "contact_fields_get": _contact_fields.get,
    "contact_fields_create": _contact_fields.create,
    "contact_fields_update": _contact_fields.update,
    "contact_fields_update_patch": _contact_fields.update,
    "contact_fields_delete": _contact_fields.delete,
    "contact_field_types_list": _contact_field_types.list_all,
    "contact_field_types_get": _contact_field_types.get,
    "contact_field_types_create": _contact_field_types.create,
    "contact_field_types_update": _contact_field_types.update,
    "contact_field_types_update_patch": _contact_field_types.update,
    "contact_field_types_delete": _contact_field_types.delete,
    "addresses_list": _addresses.list_all,
    "addresses_list_of_contact": _addresses.list_of_contact,
    "addresses_get": _addresses.get,
    "addresses_create": _addresses.create,
    "addresses_update": _addresses.update,
    "addresses_update_patch": _addresses.update,
    "addresses_delete": _addresses.delete,
    "places_list": _places.list_all,
    "places_get": _places.get,
    "places_create": _places.create,
    "places_update": _places.update,
    "places_update_patch": _places.update,
    "places_delete": _places.delete,
    "companies_list": _companies.list_all,
    "companies_get": _companies.get,
    "companies_create": _companies.create,
    "companies_update": _companies.update,
    "companies_update_patch": _companies.update,
    "companies_delete": _companies.delete,
    "occupations_list": _occupations.list_all,
    "occupations_get": _occupations.get,
    "occupations_create": _occupations.create,
    "occupations_update": _occupations.update,
    "occupations_update_patch": _occupations.update,
    "occupations_delete": _occupations.delete,
    "gifts_list": _gifts.list_all,
    "gifts_list_of_contact": _gifts.list_of_contact,
    "gifts_get": _gifts.get,
    "gifts_create": _gifts.create,
    "gifts_update": _gifts.update,
    "gifts_update_patch": _gifts.update,
    "gifts_delete": _gifts.delete,
    "gifts_set_photo": _gifts.set_photo,
    "debts_list": _debts.list_all,
    "debts_list_of_contact": _debts.list_of_contact,
    "debts_get": _debts.get,
    "debts_create": _debts.create,
    "debts_update": _debts.update,
    "debts_update_patch": _debts.update,
    "debts_delete": _debts.delete,
    "documents_list": _documents.list_all,
    "documents_list_of_contact": _documents.list_of_contact,
    "documents_get": _documents.get,
    "documents_create": _documents.create,
    "documents_delete": _documents.delete,
    "photos_list": _photos.list_all,
    "photos_list_of_contact": _photos.list_of_contact,
    "photos_get": _photos.get,
    "photos_create": _photos.create,
    "photos_delete": _photos.delete,
    "pets_list": _pets.list_all,
    "pets_list_of_contact": _pets.list_of_contact,
    "pets_get": _pets.get,
    "pets_create": _pets.create,
    "pets_update": _pets.update,
    "pets_update_patch": _pets.update,
    "pets_delete": _pets.delete,
    "life_events_list": _life_events.list_all,
    "life_events_get": _life_events.get,
    "life_events_create": _life_events.create,
    "life_events_update": _life_events.update,
    "life_events_update_patch": _life_events.update,
    "life_events_delete": _life_events.delete,
    "conversations_list": _conversations.list_all,
    "conversations_list_of_contact": _conversations.list_of_contact,
    "conversations_get": _conversations.get,
    "conversations_create": _conversations.create,
    "conversations_update": _conversations.update,
    "conversations_update_patch": _conversations.update,
    "conversations_delete": _conversations.delete,
    "conversations_add_message": _conversations.add_message,
    "conversations_update_message": _conversations.update_message,
    "conversations_update_message_patch": _conversations.update_message,
    "conversations_delete_message": _conversations.delete_message,
    "genders_list": _genders.list_all,
    "genders_get": _genders.get,
    "genders_create": _genders.create,
    "genders_update": _genders.update,
    "genders_update_patch": _genders.update,
    "genders_delete": _genders.delete,
    "logs_list": account.list_logs,
    "logs_list_of_contact": account.list_logs_of_contact,
    "countries_list": account.list_countries,
    "currencies_list": account.list_currencies,
    "currencies_get": account.get_currency,
    "welcome": account.welcome,
    "me": account.me,
    "set_me_contact": account.set_me_contact,
    "unset_me_contact": account.unset_me_contact,
    "compliance_list": account.list_terms,
    "compliance_get": account.get_term,
    "compliance_list_signed": account.list_signatures,
    "compliance_get_signed": account.get_signature,
    "compliance_sign": account.sign,
    "statistics": account.statistics,
}
#: Resources whose records can be created, by their names in the client.
RESOURCES: dict[str, Resource] = {
    "relationships": _relationships,
    "contacts": _contacts,
    "tags": _tags,
    "notes": _notes,
    "calls": _calls,
    "activities": _activities,
    "activity_types": _activity_types,
    "activity_type_categories": _activity_type_categories,
    "tasks": _tasks,
    "reminders": _reminders,
    "journal": _journal,
    "contact_fields": _contact_fields,
    "contact_field_types": _contact_field_types,
    "addresses": _addresses,
    "places": _places,
    "companies": _companies,
    "occupations": _occupations,
    "gifts": _gifts,
    "debts": _debts,
    "documents": _documents,
    "photos": _photos,
    "pets": _pets,
    "life_events": _life_events,
    "conversations": _conversations,
    "genders": _genders,
}
