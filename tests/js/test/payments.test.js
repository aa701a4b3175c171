import assert from "node:assert/strict";
import { test } from "node:test";
import { Payment, PortOneClient } from "@portone/server-sdk";
import * as shop from "../shop.js";
import { checkType } from "../types.js";

const { portone } = shop;

test("a card key-in through the group is paid, and its payment shows channel and group", async () => {
  const paymentId = shop.newPaymentId();
  const answer = await shop.pay(paymentId, { customData: "mine" });
  const payment = await shop.read(paymentId);
  assert.equal(Payment.isUnrecognizedPayment(payment), false);
  assert.equal(Payment.isUnrecognizedPaymentMethod(payment.method), false);
  assert.equal(payment.status, "PAID");
  assert.equal(payment.id, paymentId);
  assert.equal(payment.pgTxId, answer.payment.pgTxId);
  assert.equal(payment.customData, "mine");
  assert.equal(payment.customer.phoneNumber, shop.customer.phoneNumber);
  assert.deepEqual([payment.amount.total, payment.amount.paid, payment.amount.cancelled], [8900, 8900, 0]);
  // Smartro has no card key-in, so the group passes it over.
  assert.deepEqual([payment.channel.key, payment.channel.pgProvider, payment.channel.type], [shop.kpn, "KPN", "TEST"]);
  assert.equal(payment.channelGroup.id, shop.group);
  assert.equal(payment.channelGroup.isForTest, true);
  assert.equal((await shop.charges(paymentId))[0].pgTxId, payment.pgTxId);
});

test("a little later the payment shows what the PG knows of the card", async () => {
  const paymentId = shop.newPaymentId();
  await shop.pay(paymentId);
  const method = await shop.eventually("the card's facts", async () => {
    const payment = await shop.read(paymentId);
    return payment.method.approvalNumber && payment.method;
  });
  assert.equal(method.card.bin, shop.approved.slice(0, 6));
});

test("a virtual account through the group is issued, read and closed", async () => {
  const paymentId = shop.newPaymentId();
  await shop.pay(paymentId, { method: shop.accountMethod(), productCount: 1 });
  const waiting = await shop.read(paymentId);
  assert.equal(Payment.isUnrecognizedPaymentMethod(waiting.method), false);
  assert.equal(waiting.status, "VIRTUAL_ACCOUNT_ISSUED");
  assert.match(waiting.method.accountNumber, /^[0-9]+$/);
  assert.equal(waiting.channelGroup.id, shop.group);
  assert.deepEqual([waiting.amount.total, waiting.amount.paid], [8900, 0]);
  checkType("payment/CloseVirtualAccountResponse", await portone.payment.closeVirtualAccount({ paymentId }));
  assert.equal((await shop.read(paymentId)).status, "CANCELLED");
});

test("a cancel in parts, then of the rest", async () => {
  const paymentId = shop.newPaymentId();
  await shop.pay(paymentId);
  const part = await portone.payment.cancelPayment({ paymentId, amount: 3000, reason: "one of two" });
  checkType("payment/CancelPaymentResponse", part);
  assert.equal(Payment.isUnrecognizedPaymentCancellation(part.cancellation), false);
  assert.deepEqual([part.cancellation.status, part.cancellation.totalAmount], ["SUCCEEDED", 3000]);
  const between = await shop.read(paymentId);
  assert.equal(between.status, "PARTIAL_CANCELLED");
  assert.deepEqual([between.amount.paid, between.amount.cancelled], [8900, 3000]);

  const rest = await portone.payment.cancelPayment({ paymentId, reason: "the other", currentCancellableAmount: 5900 });
  assert.equal(rest.cancellation.totalAmount, 5900);
  const after = await shop.read(paymentId);
  assert.equal(after.status, "CANCELLED");
  assert.equal(after.amount.cancelled, 8900);
  assert.deepEqual(after.cancellations.map((cancellation) => cancellation.totalAmount), [3000, 5900]);
  assert.ok(after.cancellations.every((cancellation) => !Payment.isUnrecognizedPaymentCancellation(cancellation)));
  assert.equal((await shop.charges(paymentId))[0].cancelled, 8900);
});

test("a cancel of everything at once", async () => {
  const paymentId = shop.newPaymentId();
  await shop.pay(paymentId);
  const { cancellation } = await portone.payment.cancelPayment({ paymentId, reason: "all" });
  assert.deepEqual([cancellation.status, cancellation.totalAmount], ["SUCCEEDED", 8900]);
  assert.equal((await shop.read(paymentId)).status, "CANCELLED");
});

test("a failed payment id may be tried again, and every attempt is listed", async () => {
  const paymentId = shop.newPaymentId();
  await assert.rejects(shop.pay(paymentId, { method: shop.card(shop.declined) }), Payment.PayInstantlyError);
  assert.equal((await shop.read(paymentId)).status, "FAILED");
  await shop.pay(paymentId);
  const { items } = await portone.payment.getPaymentTransactions({ paymentId });
  items.forEach((item) => checkType("payment/PaymentTransaction", item));
  assert.ok(items.every((item) => !Payment.isUnrecognizedPaymentTransaction(item)));
  assert.deepEqual(items.map((item) => item.status).sort(), ["FAILED", "PAID"]);
  assert.equal((await shop.charges(paymentId)).length, 1);
});

test("a client with a store id of its own is the same shop", async () => {
  const paymentId = shop.newPaymentId();
  await shop.pay(paymentId);
  const { storeId } = await shop.read(paymentId);
  const other = PortOneClient({ secret: shop.secret, baseUrl: shop.baseUrl, storeId });
  assert.equal((await other.payment.getPayment({ paymentId })).status, "PAID");
  const { cancellation } = await other.payment.cancelPayment({ paymentId, reason: "all" });
  assert.equal(cancellation.status, "SUCCEEDED");
});
