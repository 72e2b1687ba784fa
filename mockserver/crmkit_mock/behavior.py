"""What a mock imitates beyond the documents: rate limits, crashes, releases."""

from __future__ import annotations

from dataclasses import dataclass

#: Releases of EspoCRM that the mock imitates, newest last.
ESPOCRM_VERSIONS = ("9.2", "10.0")
NEWEST_ESPOCRM = ESPOCRM_VERSIONS[-1]
_RELEASES = {
    version: tuple(int(part) for part in version.split(".")) for version in ESPOCRM_VERSIONS
}


@dataclass(frozen=True, slots=True)
class Behavior:
    """How the mock CRMs behave where servers of one kind differ.

    Attributes:
        rate_limits: Whether the CRMs limit the rate of requests as their vendors do.
        faithful_crashes: Whether requests that crash a vendor's server are answered 500 as there;
            otherwise they are answered 4xx.
        espocrm_version: Release that the mocks of EspoCRM and AutoCRM imitate, one of
            `ESPOCRM_VERSIONS`.
        strict: Whether a request that the document does not allow fails the test.

    Raises:
        ValueError: the mock cannot imitate that release.
    """

    rate_limits: bool = False
    faithful_crashes: bool = False
    espocrm_version: str = NEWEST_ESPOCRM
    strict: bool = False

    def __post_init__(self) -> None:
        if self.espocrm_version not in ESPOCRM_VERSIONS:
            choices = ", ".join(map(repr, ESPOCRM_VERSIONS))
            raise ValueError(
                f"espocrm_version must be one of {choices}, got {self.espocrm_version!r}"
            )

    @property
    def espocrm_release(self) -> tuple[int, ...]:
        """The release of EspoCRM as numbers, which compare as releases do."""
        return _RELEASES[self.espocrm_version]
