"use strict";
const place = document.getElementById("document");
const settings = JSON.parse(place.dataset.settings);

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const sha1 = async (text) => hex(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text)));

// OnePageCRM's requests are signed, by the time of the mock's clock.
async function sign(request, { uid, key }) {
  const url = new URL(request.url, location.href).href;
  const clock = await (await fetch("/__mock__/clock?crm=onepagecrm")).json();
  const time = String(Math.floor(Date.parse(clock.onepagecrm) / 1000));
  const method = request.method.toUpperCase();
  const parts = [uid, time, method, await sha1(url)];
  if (method === "POST" || method === "PUT") parts.push(await sha1(request.body ?? ""));
  const bytes = Uint8Array.from(atob(key), (character) => character.charCodeAt(0));
  const hmac = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signature = await crypto.subtle.sign("HMAC", hmac, new TextEncoder().encode(parts.join(".")));
  request.url = url;
  request.headers = {
    ...request.headers,
    "X-OnePageCRM-UID": uid,
    "X-OnePageCRM-TS": time,
    "X-OnePageCRM-Auth": hex(signature),
  };
  return request;
}

// Swagger UI takes ten times as long to read OpenAPI 3.1 as 3.0, and again for each operation that is
// opened. So it gets the document in the words of 3.0, as far as they differ in what it shows.
function simplify(node) {
  if (Array.isArray(node)) return node.map(simplify);
  if (node === null || typeof node !== "object") return node;
  const schema = {};
  for (const [name, value] of Object.entries(node)) {
    if (!name.startsWith("x-crmkit-")) schema[name] = simplify(value);
  }
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((type) => type !== "null");
    if (types.length < schema.type.length) schema.nullable = true;
    if (types.length === 1) schema.type = types[0];
    else {
      delete schema.type;
      schema.anyOf ??= types.map((type) => ({ type }));
    }
  }
  for (const word of ["anyOf", "oneOf"]) {
    if (!Array.isArray(schema[word]) || !schema[word].some((choice) => choice.type === "null")) continue;
    const choices = schema[word].filter((choice) => choice.type !== "null");
    schema.nullable = true;
    delete schema[word];
    schema[choices.length === 1 ? "allOf" : word] = choices;
  }
  if ("const" in schema && typeof schema.const !== "object") {
    schema.enum = [schema.const];
    delete schema.const;
  }
  return schema;
}

async function read(url) {
  const reply = await fetch(url);
  if (!reply.ok) throw new Error(`${url}: ${reply.status}`);
  return { ...simplify(await reply.json()), openapi: "3.0.3" };
}

read(settings.url).then((spec) => {
  const ui = SwaggerUIBundle({
    spec,
    domNode: place,
    deepLinking: true,
    docExpansion: settings.short ? "list" : "none",
    defaultModelsExpandDepth: -1,
    tryItOutEnabled: true,
    displayRequestDuration: true,
    filter: true,
    validatorUrl: null,
    // crypto.subtle is there on loopback and over https only.
    requestInterceptor: settings.signature && window.crypto?.subtle
      ? (request) => sign(request, settings.signature)
      : (request) => request,
    onComplete: () => {
      for (const [name, value] of Object.entries(settings.authorizations)) {
        ui.preauthorizeApiKey(name, value);
      }
      place.dataset.ready = "true";
    },
  });
}).catch((error) => {
  place.textContent = `The document cannot be shown: ${error.message}`;
});
