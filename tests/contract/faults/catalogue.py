"""All seeded faults, by CRM."""

from __future__ import annotations

from tests.contract.faults.espocrm import ESPOCRM
from tests.contract.faults.fault import Fault
from tests.contract.faults.monica import MONICA
from tests.contract.faults.onepagecrm import ONEPAGECRM
from tests.contract.faults.relenta import RELENTA

#: The faults by the CRM in whose mock they are seeded. Those of EspoCRM are seen through AutoCRM's
#: mock as well, which has the same source.
FAULTS: dict[str, list[Fault]] = {
    "relenta": RELENTA,
    "espocrm": ESPOCRM,
    "onepagecrm": ONEPAGECRM,
    "monica": MONICA,
}
