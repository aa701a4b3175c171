import assert from "node:assert/strict";
import { test } from "node:test";
import * as shop from "../shop.js";

test("a key gets a token that is good for half an hour and many calls", async () => {
  const client = new shop.Iamport(shop.key);
  await client.payment.getByStatus({ payment_status: "all" });
  const { token } = client;
  assert.deepEqual(Object.keys(token).sort(), ["access_token", "expired_at", "now"]);
  assert.ok(token.expired_at - token.now <= 1800 && token.expired_at > token.now, JSON.stringify(token));
  await client.payment.getByStatus({ payment_status: "paid" });
  assert.equal(client.token, token);
});

test("a wrong secret is HTTP 401, and so is no key", async () => {
  const wrong = new shop.Iamport({ ...shop.key, impSecret: "wrong" });
  await shop.failure(wrong.payment.getByStatus({ payment_status: "all" }), "HTTP_401");
  await shop.failure(new shop.Iamport().payment.getByStatus({ payment_status: "all" }), "HTTP_401");
});

test("a token that is none any more is renewed by the client, and the call made again", async () => {
  const client = new shop.Iamport(shop.key);
  const forged = { access_token: "forged", expired_at: shop.secondsFromNow(600), now: shop.secondsFromNow(0) };
  client.token = forged;
  const paid = await client.subscribe.onetime({ pg: "kpn", ...shop.card(), ...shop.order() });
  assert.equal(paid.status, "paid");
  assert.notEqual(client.token.access_token, forged.access_token);
});
