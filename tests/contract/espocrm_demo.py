"""Ids and keys of the demo data of EspoCRM's and AutoCRM's mocks, as whoever uses them knows them.

They are written down here rather than taken from the mock: a mock that gives its records other ids,
or mixes its users up, is then noticed by what judges it.
"""

from __future__ import annotations

#: Users; "limited" reads its own accounts.
ADMIN_ID = "6b0000000000000b0"
INTEGRATOR_ID = "6b0000000000000b1"
LIMITED_ID = "6b0000000000000b3"
JANA_ID = "6b0000000000000b6"
#: The team of "jana".
SALES_TEAM = "6b0000000000000a1"
#: Accounts: the first has both contacts, the others have none.
ACCOUNT, SECOND_ACCOUNT, THIRD_ACCOUNT = (
    "6593c9800000001a1",
    "6593c9800000002a1",
    "6593c9800000003a1",
)
CONTACT, SECOND_CONTACT = "6593c9800000001b1", "6593c9800000002b1"
OPPORTUNITY = "6593c9800000001c1"
MEETING = "6593c9800000004c1"
TARGET_LIST = "6593c9800000007c1"
DOCUMENT, ATTACHMENT = "6593c9800000001d1", "6593c9800000002d1"
#: Leads that nothing deletes.
LEADS = tuple(f"6593c98000000{number:02d}e1" for number in range(5))
#: Key of the form that captures leads.
LEAD_CAPTURE_KEY = "5e1f0c9ad7b84236a1c05de8f7b3942c"
