"""A document with one operation for each kind of request and reply that the generator supports."""

from __future__ import annotations

from typing import Any

import yaml

DOCUMENT = """
openapi: 3.1.0
info: {title: Books API, version: "1"}
x-crmkit-envelope: data
x-crmkit-side-elements: View
tags:
  - {name: books, description: Books on shelves.}
  - {name: covers, description: Pictures of books.}
  - {name: labels, description: Names of books.}
  - {name: facts, description: What is known.}
paths:
  /books.{format}:
    get:
      operationId: books_list
      tags: [books]
      summary: List books.
      x-crmkit-paging: {strategy: page, number: page, size: size}
      x-crmkit-profile: [old, new]
      parameters:
        - $ref: "#/components/parameters/Format"
        - {name: page, in: query, schema: {type: integer}}
        - {name: size, in: query, schema: {type: integer}}
        - {name: sort, in: query, description: Order., schema: {$ref: "#/components/schemas/Order"}}
        - {name: genre, in: query, schema: {anyOf: [{type: integer}, {type: string}]}}
        - {name: year, in: query, schema: {type: [integer, string]}}
        - {name: "tags[]", in: query, schema: {type: array, items: {type: string}}}
        - {name: fields, in: query, explode: false, schema: {type: array, items: {type: string}}}
        - name: words
          in: query
          schema: {type: string, x-crmkit-separated: {by: ";", element: text}}
        - {name: since, in: query, schema: {type: string, x-crmkit-format: espo_datetime}}
        - {name: heavy, in: query, schema: {type: integer, x-crmkit-format: bit}}
        - {name: X-Keep-Order, in: header, x-crmkit-name: keep_order, schema: {type: boolean}}
        - {name: X-Version, in: header, schema: {type: integer}}
        - {name: X-Names, in: header, schema: {type: array, items: {type: string}}}
        - {name: orderBy, in: query, deprecated: true, schema: {type: string}}
        - name: "where[0][type]"
          in: query
          description: Operator of the first condition.
          x-crmkit-part-of: {argument: where, items: object, description: Conditions.}
          schema: {type: string}
        - name: searchParams
          in: query
          x-crmkit-part-of: {argument: where, items: object}
          content: {application/json: {schema: {type: object}}}
        - name: "only[]"
          in: query
          description: Names of filters.
          x-crmkit-part-of: {argument: filters, items: text}
          schema: {type: array, items: {type: string}}
      responses:
        "200": {$ref: "#/components/responses/Books"}
    post:
      operationId: books_create
      tags: [books]
      summary: Create a book.
      parameters:
        - $ref: "#/components/parameters/Format"
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema: {$ref: "#/components/schemas/BookInput"}
      responses:
        "200": {$ref: "#/components/responses/Book"}
  /shelves/{shelf_id}/books:
    get:
      operationId: books_list_of_shelf
      tags: [books]
      summary: List the books of a shelf.
      x-crmkit-narrows: books_list
      x-crmkit-paging: {strategy: page, number: page, size: size}
      parameters:
        - name: shelf_id
          in: path
          required: true
          description: The shelf.
          schema: {type: integer}
        - {name: page, in: query, schema: {type: integer}}
        - {name: size, in: query, schema: {type: integer}}
        - {name: genre, in: query, schema: {type: integer}}
      responses:
        "200": {$ref: "#/components/responses/Books"}
  /books/{id}.{format}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}}
      - $ref: "#/components/parameters/Format"
    get:
      operationId: books_get
      tags: [books]
      summary: Read a book.
      responses:
        "200": {$ref: "#/components/responses/Book"}
    put:
      operationId: books_update
      tags: [books]
      summary: Update a book.
      x-crmkit-replace: books_get
      requestBody: {$ref: "#/components/requestBodies/Book"}
      responses:
        "200": {$ref: "#/components/responses/Book"}
        "409": {description: Another was quicker.}
    patch:
      operationId: books_update_patch
      tags: [books]
      summary: Update a book.
      requestBody: {$ref: "#/components/requestBodies/Book"}
      responses:
        "200": {$ref: "#/components/responses/Book"}
    delete:
      operationId: books_delete
      tags: [books]
      summary: Delete a book.
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/ReasonInput"}
      responses:
        "200": {$ref: "#/components/responses/Book"}
  /books/{id}/text:
    put:
      operationId: books_write
      tags: [books]
      summary: Write the text of a book.
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
        - {name: Start, in: header, required: true, schema: {type: integer}}
      requestBody:
        content:
          text/markdown: {schema: {type: string}}
          multipart/form-data: {schema: {type: string}}
      responses:
        "204": {description: Written.}
  /misc/sort:
    get:
      operationId: books_sort
      tags: [books]
      summary: Sort all books.
      x-crmkit-effect: write
      x-crmkit-envelope: null
      x-crmkit-profile: [old]
      responses:
        "200": {$ref: "#/components/responses/Book"}
    post:
      operationId: books_sort_post
      tags: [books]
      summary: Sort all books.
      x-crmkit-envelope: null
      responses:
        "200": {$ref: "#/components/responses/Book"}
  /books/{id}/cover:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}}
    get:
      operationId: covers_get
      tags: [covers]
      summary: Read a picture.
      responses:
        "200":
          description: The picture.
          content: {"*/*": {schema: {type: string, format: binary}}}
    post:
      operationId: covers_add
      tags: [covers]
      summary: Add a picture.
      requestBody:
        content:
          multipart/form-data:
            schema: {$ref: "#/components/schemas/PictureUploadInput"}
      responses:
        "204": {description: Added.}
    put:
      operationId: covers_set
      tags: [covers]
      summary: Set the picture, by a file or by an address.
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/PictureInput"}
          multipart/form-data:
            schema: {$ref: "#/components/schemas/PictureUploadInput"}
      responses:
        "204": {description: Set.}
  /labels/{entityType}/{id}:
    parameters:
      - {name: entityType, in: path, required: true, x-crmkit-name: entity, schema: {type: string}}
      - {name: id, in: path, required: true, schema: {type: string}}
    put:
      operationId: labels_rename
      tags: [labels]
      summary: Rename a label.
      parameters:
        - {name: id, in: query, x-crmkit-name: old_id, schema: {type: string}}
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/LabelInput"}
      responses:
        "200":
          description: All labels.
          content:
            application/json:
              schema:
                type: object
                properties:
                  data: {type: array, items: {type: string}}
    post:
      operationId: labels_count
      tags: [labels]
      summary: Set the counts of labels.
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/CountsInput"}
      responses:
        "204": {description: Set.}
  /labels/Book/{id}:
    put:
      operationId: labels_rename_book
      tags: [labels]
      summary: Rename a label of books.
      x-crmkit-envelope: ""
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/LabelInput"}
      responses:
        "200":
          description: The label.
          content: {application/json: {schema: {$ref: "#/components/schemas/Label"}}}
  /facts:
    get:
      operationId: facts_get
      tags: [facts]
      summary: Read facts.
      parameters:
        - {name: key, in: query, schema: {type: string}}
      responses:
        "200":
          description: Facts.
          content:
            application/json:
              schema: {type: object, properties: {data: {}}}
  /facts/counts:
    get:
      operationId: counts
      tags: [facts]
      summary: Count everything.
      responses:
        "200":
          description: Counts.
          content:
            application/json:
              schema:
                type: object
                properties:
                  data: {$ref: "#/components/schemas/LabelMap"}
  /facts/last:
    get:
      operationId: facts_last
      tags: [facts]
      summary: Read the last thing.
      responses:
        "200":
          description: It.
          content:
            application/json:
              schema:
                type: object
                properties:
                  data:
                    anyOf:
                      - $ref: "#/components/schemas/Pen"
                      - $ref: "#/components/schemas/Ink"
  /facts/best:
    get:
      operationId: facts_best
      tags: [facts]
      summary: Read the best book, if there is one.
      responses:
        "200":
          description: It.
          content:
            application/json:
              schema:
                type: object
                properties:
                  data:
                    anyOf: [{$ref: "#/components/schemas/Book"}, {type: "null"}]
components:
  parameters:
    Format:
      name: format
      in: path
      required: true
      x-crmkit-setting: format
      schema: {type: string, enum: [json, xml]}
  requestBodies:
    Book:
      content:
        application/json:
          schema: {$ref: "#/components/schemas/BookChangeInput"}
  responses:
    Book:
      description: A book.
      content:
        application/json:
          schema: {type: object, properties: {data: {$ref: "#/components/schemas/Book"}}}
        application/xml:
          schema: {type: object}
    Books:
      description: Books.
      content:
        application/json:
          schema:
            type: object
            properties:
              data: {type: array, items: {$ref: "#/components/schemas/Book"}}
  schemas:
    Order: {type: string, enum: [up, down]}
    View:
      type: object
      description: The state of the shelf.
      properties:
        dust: {type: integer}
    Book:
      type: object
      required: [id]
      properties:
        id: {type: integer}
        title: {type: [string, "null"]}
        about: {type: [string, "null"]}
        heavy: {type: boolean}
        bought: {type: string, format: date-time}
        place: {anyOf: [{$ref: "#/components/schemas/Place"}, {type: "null"}]}
        phones: {type: array, items: {$ref: "#/components/schemas/Phone"}}
        words: {type: array, items: {type: string}}
    Place: {type: object, properties: {shelf: {$ref: "#/components/schemas/Shelf"}}}
    Shelf: {type: object, properties: {id: {type: integer}}}
    Phone: {type: object, properties: {kind: {type: string}, number: {type: string}}}
    PhoneInput:
      type: object
      required: [kind, number]
      properties: {kind: {type: string}, number: {type: string}}
    BookInput:
      type: object
      required: [title]
      properties:
        title: {type: string}
        pages: {type: integer}
        heavy: {type: boolean}
        authors: {type: array, items: {type: string}}
    BookChangeInput:
      type: object
      x-crmkit-read-schema: Book
      required: [title, secret]
      properties:
        title: {type: string}
        about: {type: [string, "null"]}
        secret: {type: string}
        heavy: {type: integer, x-crmkit-format: bit}
        bought: {type: string, format: date}
        shelf_id: {type: integer, x-crmkit-read-as: place.shelf.id}
        numbers: {type: array, items: {type: string}, x-crmkit-read-as: phones.number}
        phones: {type: string, x-crmkit-separated: {by: ",", element: PhoneInput, between: "|"}}
        words: {type: string, x-crmkit-separated: {by: ",", element: text}}
    ReasonInput: {type: object, properties: {reason: {type: string}, sure: {type: boolean}}}
    PictureInput:
      type: object
      properties:
        address: {type: string}
        caption: {type: string}
    PictureUploadInput:
      type: object
      required: [picture]
      properties:
        caption: {type: string}
        picture: {type: string, format: binary}
    LabelInput:
      type: object
      required: [name]
      properties:
        name: {type: string, x-crmkit-name: new_name}
    Label: {type: object, properties: {name: {type: string}}}
    CountsInput: {type: object, additionalProperties: {type: integer}}
    LabelMap: {type: object, additionalProperties: {$ref: "#/components/schemas/Label"}}
    Pen: {type: object, required: [kind], properties: {kind: {type: string, const: pen}}}
    Ink: {type: object, required: [kind], properties: {kind: {type: string, const: ink}}}
"""


def document() -> dict[str, Any]:
    """Return the document."""
    tree: dict[str, Any] = yaml.safe_load(DOCUMENT)
    return tree
