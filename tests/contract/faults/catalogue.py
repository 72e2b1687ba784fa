"""All seeded faults, by CRM."""

from __future__ import annotations

from tests.contract.faults.espocrm import AUTOCRM, ESPOCRM
from tests.contract.faults.fault import Fault
from tests.contract.faults.monica import MONICA
from tests.contract.faults.onepagecrm import ONEPAGECRM
from tests.contract.faults.relenta import RELENTA

#: The faults by the CRM whose part of the suite is to see them.
FAULTS: dict[str, list[Fault]] = {
    "relenta": RELENTA,
    "espocrm": ESPOCRM,
    "autocrm": AUTOCRM,
    "onepagecrm": ONEPAGECRM,
    "monica": MONICA,
}
