"""Pages for people: what the mocks hold and were asked, and the documents to try out."""

from crmkit_mock.pages.routes import page_routes

__all__ = ["page_routes"]
