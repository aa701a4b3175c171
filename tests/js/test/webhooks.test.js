import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { Webhook } from "@portone/server-sdk";
import * as shop from "../shop.js";
import { checkType } from "../types.js";

const { portone } = shop;

/** What the shop's server hears, and who waits for it. */
const heard = [];
const waiting = [];

const server = createServer((request, response) => {
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    const message = { headers: request.headers, body };
    const next = waiting.shift();
    if (next) next(message);
    else heard.push(message);
    response.end();
  });
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
after(() => server.close());
const noticeUrls = [`http://127.0.0.1:${server.address().port}/hook`];

const nextWebhook = () => {
  const message = heard.shift();
  return message ? Promise.resolve(message) : new Promise((done) => waiting.push(done));
};

test("a webhook passes the SDK's own verifier, and a tampered one does not", async () => {
  const paymentId = shop.newPaymentId();
  await shop.pay(paymentId, { noticeUrls });
  const { headers, body } = await nextWebhook();
  const webhook = await Webhook.verify(shop.webhookSecret, body, headers);
  assert.equal(webhook.type, "Transaction.Paid");
  assert.equal(webhook.data.paymentId, paymentId);
  const { transactionId } = await shop.read(paymentId);
  assert.equal(webhook.data.transactionId, transactionId);

  const refused = (message) => assert.rejects(message, Webhook.WebhookVerificationError);
  await refused(Webhook.verify(shop.webhookSecret, body.replace(paymentId, `${paymentId}x`), headers));
  await refused(Webhook.verify(shop.webhookSecret, body, { ...headers, "webhook-id": "another" }));
  await refused(Webhook.verify(shop.webhookSecret, JSON.stringify(JSON.parse(body), null, 1), headers));
  const old = String(Number(headers["webhook-timestamp"]) - 301);
  await refused(Webhook.verify(shop.webhookSecret, body, { ...headers, "webhook-timestamp": old }));
  const other = `whsec_${Buffer.from("somebody else's secret, quite").toString("base64")}`;
  await refused(Webhook.verify(other, body, headers));
});

test("a cancel and a declined payment are told as they are", async () => {
  const paymentId = shop.newPaymentId();
  await shop.pay(paymentId, { noticeUrls });
  await nextWebhook();
  await portone.payment.cancelPayment({ paymentId, reason: "returned", amount: 900 });
  const part = await nextWebhook();
  const cancelled = await Webhook.verify(shop.webhookSecret, part.body, part.headers);
  assert.equal(cancelled.type, "Transaction.PartialCancelled");
  assert.equal(cancelled.data.paymentId, paymentId);
  assert.ok(cancelled.data.cancellationId);

  const declinedId = shop.newPaymentId();
  await assert.rejects(shop.pay(declinedId, { noticeUrls, method: shop.card(shop.declined) }));
  const failure = await nextWebhook();
  const failed = await Webhook.verify(shop.webhookSecret, failure.body, failure.headers);
  assert.equal(failed.type, "Transaction.Failed");
  assert.equal(failed.data.paymentId, declinedId);
});

test("a webhook is sent again, as it was", async () => {
  const paymentId = shop.newPaymentId();
  await shop.pay(paymentId, { noticeUrls });
  const first = await nextWebhook();
  // One that is under way is not sent twice: its end has to be known.
  const isThrough = async () => (await shop.read(paymentId)).webhooks?.[0]?.status === "SUCCEEDED";
  await shop.eventually("the first delivery is known to be through", isThrough);
  const resent = await portone.payment.resendWebhook({ paymentId });
  checkType("payment/ResendWebhookResponse", resent);
  const second = await nextWebhook();
  assert.equal(second.body, first.body);
  await Webhook.verify(shop.webhookSecret, second.body, second.headers);
});
