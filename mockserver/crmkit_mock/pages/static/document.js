"use strict";
const place = document.getElementById("document");
const settings = JSON.parse(place.dataset.settings);

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const sha1 = async (text) => hex(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text)));

// OnePageCRM's requests are signed, by the time of the mock's clock.
async function sign(request, { uid, key }) {
  const url = new URL(request.url, location.href).href;
  if (request.loadSpec) return request;
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

const ui = SwaggerUIBundle({
  url: settings.url,
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
