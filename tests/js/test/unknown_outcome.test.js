import assert from "node:assert/strict";
import { test } from "node:test";
import { Payment } from "@portone/server-sdk";
import * as shop from "../shop.js";

// The first inquiry follows at once; it fails as well, so that the answer must leave the outcome open. So do all others
// until the faults are taken back: the gateway compares earlier payments meanwhile, and would use up a single one.
const lostAnswer = (command, booked) => [
  { command, kind: "reset", booked, requests: 1 },
  { command: "READ", kind: "status", status: 503, requests: 1000 },
];

const unknown = (call, errorClass) => shop.failure(call, errorClass, "PG_PROVIDER", "common/PgProviderError");

test("a payment whose answer was lost is open, and then PAID, once", async () => {
  const paymentId = shop.newPaymentId();
  const data = await shop.withFaults(lostAnswer("PAY_INSTANTLY", true), async () => {
    const told = await unknown(shop.pay(paymentId), Payment.PayInstantlyError);
    assert.equal((await shop.read(paymentId)).status, "PAY_PENDING");
    // The same id meanwhile gets the same answer, without a call; a cancel has nothing to cancel yet.
    assert.deepEqual(await unknown(shop.pay(paymentId), Payment.PayInstantlyError), told);
    await shop.failure(
      shop.portone.payment.cancelPayment({ paymentId, reason: "too early" }),
      Payment.CancelPaymentError,
      "PAYMENT_NOT_PAID",
      "payment/PaymentNotPaidError",
    );
    return told;
  });
  assert.equal(data.pgCode, "UNKNOWN_OUTCOME");
  const paid = await shop.eventually("the payment is settled", async () => {
    const payment = await shop.read(paymentId);
    return payment.status === "PAID" && payment;
  });
  const booked = await shop.charges(paymentId);
  assert.deepEqual(booked.map((charge) => charge.pgTxId), [paid.pgTxId]);
});

test("a payment that was lost on its way FAILED in the end, and can be tried again", async () => {
  const paymentId = shop.newPaymentId();
  await shop.withFaults(lostAnswer("PAY_INSTANTLY", false), async () => {
    const data = await unknown(shop.pay(paymentId), Payment.PayInstantlyError);
    assert.equal(data.pgCode, "UNKNOWN_OUTCOME");
  });
  await shop.eventually("the payment is settled", async () => (await shop.read(paymentId)).status === "FAILED");
  assert.deepEqual(await shop.charges(paymentId), []);
  await shop.pay(paymentId);
  assert.equal((await shop.charges(paymentId)).length, 1);
});

test("a cancel whose answer was lost is counted once", async () => {
  const paymentId = shop.newPaymentId();
  await shop.pay(paymentId);
  await shop.withFaults(lostAnswer("CANCEL", true), async () => {
    const call = shop.portone.payment.cancelPayment({ paymentId, amount: 1000, reason: "part" });
    assert.equal((await unknown(call, Payment.CancelPaymentError)).pgCode, "UNKNOWN_OUTCOME");
  });
  const payment = await shop.eventually("the cancel is settled", async () => {
    const read = await shop.read(paymentId);
    return read.status === "PARTIAL_CANCELLED" && read;
  });
  assert.equal(payment.amount.cancelled, 1000);
  assert.equal((await shop.charges(paymentId))[0].cancelled, 1000);
});
