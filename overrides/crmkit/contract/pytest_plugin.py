"""The pytest fixture `crmkit_contract`: checks of servers in a suite of one's own.

    def test_our_espocrm(crmkit_contract):
        crmkit_contract.check("espocrm", base_url="https://crm.example.com", against_mock=True)

    def greets(talk):
        contact = talk.post("/Contact", {"lastName": talk.unique("Ada")}).id
        read = talk.get(f"/Contact/{contact}")
        talk.expect(read, "our hook greets", lambda tree: tree["description"] == "Hello")

    def test_our_hook(crmkit_contract):
        crmkit_contract.check("espocrm", conversations=[greets], write=True)

Credentials come from the environment, as for the command. Registered by entry point, so every
pytest run of everyone who has crmkit imports this module, also without the extra
`crmkit[contract]`. It imports nothing else until the fixture is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from crmkit.contract import CRM, Check, Conversation, Summary, Talk
    from crmkit.contract.http import BaseTransport

__all__ = ["ContractFixture", "crmkit_contract"]


class ContractFixture:
    """Checks servers; a test fails where differences are found."""

    def check(
        self,
        crm: str | CRM,
        *,
        base_url: str | None = None,
        prefix: str | None = None,
        users: Mapping[str, str] | None = None,
        conversations: Iterable[Conversation | Callable[[Talk], None]] | None = None,
        requests: int | None = 300,
        against_mock: bool = False,
        write: bool = False,
        yes: bool = False,
        report: Path | None = None,
        transport: BaseTransport | None = None,
    ) -> Summary:
        """Hold conversations with a server, and fail the test if anything is found.

        Args:
            crm: Kind of server, such as "espocrm"; or a `CRM` of one's own.
            base_url: Address of the API; None for that of the environment, or the vendor's own.
            prefix: Beginning of the environment's variables with the credentials; None for the
                CRM's, such as ESPOCRM.
            users: Prefixes of further users by the names that conversations call them.
            conversations: What to hold in place of crmkit's own: `Conversation`s, or functions
                that take a `Talk`, which count as conversations that write.
            requests: How many requests to send, about; None for no limit.
            against_mock: Whether the mock holds the same conversations, and is compared.
            write: Whether crmkit's own conversations may create, change and delete records of
                their own. Needed for functions, too.
            yes: Agrees to `write` on a server that others can reach.
            report: Folder for report.txt, junit.xml and exchanges.har, masked; None for none.
            transport: Transport in place of the network, such as a mock's.

        Returns:
            What was found, all of it accepted.
        """
        __tracebackhide__ = True
        try:
            from crmkit.contract import CRMS, Check, ContractError
        except ImportError as error:
            pytest.fail(str(error), pytrace=False)
        if isinstance(crm, str) and crm not in CRMS:
            pytest.fail(f"crm must be one of {', '.join(sorted(CRMS))}, got {crm!r}", pytrace=False)
        kind = CRMS[crm]() if isinstance(crm, str) else crm
        try:
            with Check(
                kind,
                base_url,
                prefix=prefix,
                users=users,
                writes=write,
                agreed=yes,
                against_mock=against_mock,
                requests=requests,
                transport=transport,
            ) as check:
                probe = check.probe()
                check.start_mock(probe.version)
                summary = check.hold(_conversations(conversations))
                if report is not None:
                    _write(report, check, summary)
        except ContractError as error:
            message = str(error).replace("--write", "write=True").replace("--yes", "yes=True")
            pytest.fail(message, pytrace=False)
        _fail_if_anything(summary)
        return summary


@pytest.fixture
def crmkit_contract() -> ContractFixture:
    """Checks of servers against their documents, and of the mock against them."""
    return ContractFixture()


def _conversations(
    items: Iterable[Conversation | Callable[[Talk], None]] | None,
) -> list[Conversation] | None:
    from crmkit.contract import Conversation

    if items is None:
        return None
    return [
        item
        if isinstance(item, Conversation)
        else Conversation(getattr(item, "__name__", "conversation"), item)
        for item in items
    ]


def _write(folder: Path, check: Check, summary: Summary) -> None:
    from crmkit.contract.masking import Masker
    from crmkit.contract.report import prepare_folder, write_report

    masker = Masker(summary, check.secrets())
    prepare_folder(folder)
    write_report(folder, summary, masker, [f"{check.crm.client} at {masker.base_url()}"])


def _fail_if_anything(summary: Summary) -> None:
    __tracebackhide__ = True
    from crmkit.contract.report import Plain, report_lines, summary_line

    found = summary.unequal or summary.broken or summary.left or summary.error
    if not summary.held:
        pytest.fail("no conversation was held: pass write=True, or conversations", pytrace=False)
    if found or summary.may_not_write:
        lines = [*report_lines(summary, Plain()), summary_line(summary)]
        pytest.fail("\n".join([*lines, *filter(None, [summary.error])]), pytrace=False)
    if summary.interrupted:
        raise KeyboardInterrupt
