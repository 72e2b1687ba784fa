"""What all clients share: HTTP, retries, paging, errors and the forms of values. Knows no CRM."""
