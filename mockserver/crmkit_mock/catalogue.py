"""The catalogue of mock CRMs: to add one, add a line to `Catalogue` and a package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar, cast, overload

if TYPE_CHECKING:
    from crmkit_mock.crm import MockCRM
    from crmkit_mock.espocrm import MockAutoCRM, MockEspoCRM
    from crmkit_mock.monica import MockMonica
    from crmkit_mock.onepagecrm import MockOnePageCRM
    from crmkit_mock.relenta import MockRelenta

C = TypeVar("C", bound="MockCRM")


class _Holder(Protocol):
    """What has the attributes of the catalogue."""

    def crm(self, name: str) -> MockCRM:
        """Return a CRM by name."""
        ...


class CatalogueEntry(Generic[C]):
    """Where a mock CRM lives; as an attribute of `MockServer` and `MockCRMs` the CRM itself.

    Args:
        client: Name of its client in `crmkit`. The class of the mock is "Mock" and that name.
        package: Name of its package below `crmkit_mock`, imported on first use.
        base_path: Path of its API below the mock's host; begins with the name of the attribute.
    """

    def __init__(self, client: str, package: str, base_path: str) -> None:
        self.client = client
        self.module = f"crmkit_mock.{package}"
        self.class_name = f"Mock{client}"
        self.base_path = base_path
        self.__doc__ = f"The mock of {client}."

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: _Holder, owner: type) -> C: ...

    def __get__(self, instance: _Holder | None, owner: type) -> Self | C:
        return self if instance is None else cast("C", instance.crm(self.name))


class Catalogue:
    """The mock CRMs as attributes; the name of each is also the first part of its base path."""

    relenta: CatalogueEntry[MockRelenta] = CatalogueEntry("Relenta", "relenta", "/relenta/api/v3")
    autocrm: CatalogueEntry[MockAutoCRM] = CatalogueEntry("AutoCRM", "espocrm", "/autocrm/api/v1")
    espocrm: CatalogueEntry[MockEspoCRM] = CatalogueEntry("EspoCRM", "espocrm", "/espocrm/api/v1")
    monica: CatalogueEntry[MockMonica] = CatalogueEntry("Monica", "monica", "/monica/api")
    onepagecrm: CatalogueEntry[MockOnePageCRM] = CatalogueEntry(
        "OnePageCRM", "onepagecrm", "/onepagecrm/api"
    )


#: The mock CRMs by name.
CATALOGUE: dict[str, CatalogueEntry[Any]] = {
    name: entry for name, entry in vars(Catalogue).items() if isinstance(entry, CatalogueEntry)
}
