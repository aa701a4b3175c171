// What the SDK hides: every answer is JSON, and no member is null.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as shop from "../shop.js";

async function ask(method, path, body, authorization = `PortOne ${shop.secret}`) {
  const headers = authorization ? { authorization } : {};
  const response = await fetch(shop.baseUrl + path, { method, headers, body: body && JSON.stringify(body) });
  assert.match(response.headers.get("content-type") ?? "", /^application\/json/, `${method} ${path}`);
  const value = await response.json();
  assertNoNull(value, `${method} ${path}`);
  return { status: response.status, value };
}

function assertNoNull(value, at) {
  assert.notEqual(value, null, at);
  if (typeof value === "object") {
    for (const [name, member] of Object.entries(value)) assertNoNull(member, `${at} ${name}`);
  }
}

const payment = (request = {}) => ({ channelGroupId: shop.group, method: shop.card(), ...shop.order(), ...request });

test("successes, reads and errors are JSON without null", async () => {
  const id = shop.newPaymentId();
  const key = { channelGroupId: shop.group, method: shop.card(shop.refusedBySmartroAtIssue), customer: shop.customer };
  assert.equal((await ask("POST", `/payments/${id}/instant`, payment())).status, 200);
  assert.equal((await ask("GET", `/payments/${id}`)).status, 200);
  assert.equal((await ask("GET", `/payments/${id}/transactions`)).status, 200);
  assert.equal((await ask("POST", `/payments/${id}/cancel`, { reason: "part", amount: 100 })).status, 200);
  assert.equal((await ask("GET", `/payments/${id}`)).value.status, "PARTIAL_CANCELLED");
  const issued = await ask("POST", "/billing-keys", key);
  assert.equal(issued.status, 200);
  const { billingKey } = issued.value.billingKeyInfo;
  assert.equal((await ask("GET", `/billing-keys/${billingKey}`)).status, 200);
  const failed = shop.newPaymentId();
  const declined = payment({ method: shop.card(shop.declined) });
  assert.equal((await ask("POST", `/payments/${failed}/instant`, declined)).status, 502);
  assert.equal((await ask("GET", `/payments/${failed}`)).value.status, "FAILED");
  assert.equal((await ask("DELETE", `/billing-keys/${billingKey}`)).status, 200);
  assert.equal((await ask("GET", `/billing-keys/${billingKey}`)).value.status, "DELETED");
});

test("what is refused is JSON as well", async () => {
  assert.equal((await ask("GET", "/payments/x", undefined, null)).status, 401);
  assert.equal((await ask("POST", "/payments/x/instant", undefined)).status, 400);
  assert.equal((await ask("POST", "/payments/x/instant", { orderName: null })).status, 400);
  assert.equal((await ask("GET", "/payments/%20")).value.type, "PAYMENT_NOT_FOUND");
  assert.equal((await ask("GET", "/no/such/path")).status, 404);
  assert.equal((await ask("PUT", "/payments/x")).status, 405);
});
