import assert from "node:assert/strict";
import { test } from "node:test";
import { Payment, PortOneClient } from "@portone/server-sdk";
import * as shop from "../shop.js";

const { portone } = shop;

test("a payment id that is paid is ALREADY_PAID", async () => {
  const paymentId = shop.newPaymentId();
  await shop.pay(paymentId);
  await shop.failure(shop.pay(paymentId), Payment.PayInstantlyError, "ALREADY_PAID", "payment/AlreadyPaidError");
  assert.equal((await shop.charges(paymentId)).length, 1);
});

test("a wrong secret is UNAUTHORIZED", async () => {
  const stranger = PortOneClient({ secret: "not the secret", baseUrl: shop.baseUrl });
  const paymentId = shop.newPaymentId();
  const unauthorized = "common/UnauthorizedError";
  const paying = stranger.payment.payInstantly({
    paymentId,
    channelGroupId: shop.group,
    method: shop.card(),
    ...shop.order(),
  });
  await shop.failure(paying, Payment.PayInstantlyError, "UNAUTHORIZED", unauthorized);
  await shop.failure(
    stranger.payment.getPayment({ paymentId }),
    Payment.GetPaymentError,
    "UNAUTHORIZED",
    unauthorized,
  );
  assert.deepEqual(await shop.charges(paymentId), []);
});

test("another store's id is FORBIDDEN", async () => {
  const call = portone.payment.getPayment({ paymentId: shop.newPaymentId(), storeId: "store-of-another" });
  await shop.failure(call, Payment.GetPaymentError, "FORBIDDEN", "common/ForbiddenError");
});

test("a declined card is PG_PROVIDER with the PG's code and words, and the payment FAILED", async () => {
  const paymentId = shop.newPaymentId();
  const data = await shop.failure(
    shop.pay(paymentId, { method: shop.card(shop.declined) }),
    Payment.PayInstantlyError,
    "PG_PROVIDER",
    "common/PgProviderError",
  );
  assert.equal(data.pgCode, "K101");
  assert.notEqual(data.pgMessage, "");
  const payment = await shop.read(paymentId);
  assert.deepEqual([payment.status, payment.failure.pgCode], ["FAILED", "K101"]);
  assert.equal(payment.failure.pgMessage, data.pgMessage);
});

test("a payment nobody made is PAYMENT_NOT_FOUND", async () => {
  const paymentId = shop.newPaymentId();
  const notFound = "payment/PaymentNotFoundError";
  await shop.failure(portone.payment.getPayment({ paymentId }), Payment.GetPaymentError, "PAYMENT_NOT_FOUND", notFound);
  const cancel = portone.payment.cancelPayment({ paymentId, reason: "none" });
  await shop.failure(cancel, Payment.CancelPaymentError, "PAYMENT_NOT_FOUND", notFound);
});

test("a channel and a group nobody made are CHANNEL_NOT_FOUND", async () => {
  const notFound = "common/ChannelNotFoundError";
  for (const selector of [{ channelGroupId: "channel-group-gone" }, { channelGroupId: undefined, channelKey: "gone" }]) {
    const call = shop.pay(shop.newPaymentId(), selector);
    await shop.failure(call, Payment.PayInstantlyError, "CHANNEL_NOT_FOUND", notFound);
  }
});

test("both selectors at once are INVALID_REQUEST, told with every other mistake", async () => {
  const call = shop.pay(shop.newPaymentId(), { channelKey: shop.kpn, currency: undefined });
  const data = await shop.failure(call, Payment.PayInstantlyError, "INVALID_REQUEST", "common/InvalidRequestError");
  assert.match(data.message, /SR-020/);
  assert.match(data.message, /currency/);
});

test("a cancel of more than is left", async () => {
  const paymentId = shop.newPaymentId();
  await shop.pay(paymentId);
  const call = portone.payment.cancelPayment({ paymentId, amount: 8901, reason: "too much" });
  await shop.failure(
    call,
    Payment.CancelPaymentError,
    "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT",
    "payment/CancelAmountExceedsCancellableAmountError",
  );
  assert.equal((await shop.charges(paymentId))[0].cancelled, 0);
});

test("a cancel after everything was cancelled", async () => {
  const paymentId = shop.newPaymentId();
  await shop.pay(paymentId);
  await portone.payment.cancelPayment({ paymentId, reason: "all" });
  await shop.failure(
    portone.payment.cancelPayment({ paymentId, reason: "again" }),
    Payment.CancelPaymentError,
    "PAYMENT_ALREADY_CANCELLED",
    "payment/PaymentAlreadyCancelledError",
  );
});
