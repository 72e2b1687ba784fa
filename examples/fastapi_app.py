"""A web application that shows EspoCRM's contacts, and forgets what EspoCRM says has changed.

`GET /contacts/{id}` reads each contact once and keeps it. EspoCRM posts changes to
`/webhooks/espocrm`, signed; what the signature does not fit is refused.

Against the mock, in two terminals:

    crmkit-mock serve

    export ESPOCRM_BASE_URL=http://127.0.0.1:8600/espocrm/api/v1
    export ESPOCRM_API_KEY=0f6a1c3de58b47928d10c4e7a95b36f2
    export WEBHOOK_ID=… WEBHOOK_SECRET_KEY=…    # any two words until there is a webhook
    python examples/fastapi_app.py              # then open http://127.0.0.1:8000/docs

Against your server: create a webhook for the event `Contact.update` and the address of this
application under Administration > Webhooks. EspoCRM shows its id and secret key there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI, HTTPException, Request

from crmkit import AsyncEspoCRM, CRMError, NotFoundError, SignatureError
from crmkit.espocrm import Contact, webhooks


def create_app(crm: AsyncEspoCRM, *, webhook_id: str, secret_key: str) -> FastAPI:
    """Return the application; it closes the client when it ends."""
    known: dict[str, Contact] = {}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with crm:
            yield

    app = FastAPI(title="Contacts", lifespan=lifespan)

    @app.get("/contacts/{id}")
    async def contact(id: str) -> Contact:
        """Return a contact, as the last reply had it."""
        try:
            return known.get(id) or known.setdefault(id, await crm.contacts.get(id))
        except NotFoundError:
            raise HTTPException(404, f"no contact {id}") from None
        except CRMError as error:
            raise HTTPException(502, str(error)) from None

    @app.post("/webhooks/espocrm", status_code=204)
    async def changed(request: Request) -> None:
        """Forget the contacts that have changed."""
        # X-Signature: servers before 8.4.1.
        signature = request.headers.get("Signature") or request.headers.get("X-Signature")
        try:
            events = webhooks.verify(
                await request.body(), signature, webhook_id=webhook_id, secret_key=secret_key
            )
        except SignatureError as error:
            raise HTTPException(403, str(error)) from None
        for event in events:
            known.pop(event["id"], None)

    return app


def main() -> None:
    """Serve the application on this machine."""
    missing = [name for name in ("WEBHOOK_ID", "WEBHOOK_SECRET_KEY") if not os.environ.get(name)]
    if missing:
        sys.exit(f"fastapi_app.py: set {' and '.join(missing)}: EspoCRM shows them at the webhook")
    webhook_id, secret_key = os.environ["WEBHOOK_ID"], os.environ["WEBHOOK_SECRET_KEY"]
    try:
        app = create_app(AsyncEspoCRM(), webhook_id=webhook_id, secret_key=secret_key)
    except CRMError as error:
        sys.exit(f"fastapi_app.py: {error}")
    uvicorn.run(app, host="127.0.0.1", port=8000)


if __name__ == "__main__":
    main()
