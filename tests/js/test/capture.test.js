import assert from "node:assert/strict";
import { test } from "node:test";
import { Payment } from "@portone/server-sdk";
import * as shop from "../shop.js";
import { checkType } from "../types.js";

const { portone } = shop;

test("a payment is captured by hand", async () => {
  const paymentId = shop.newPaymentId();
  const early = portone.payment.capturePayment({ paymentId });
  await shop.failure(early, Payment.CapturePaymentError, "PAYMENT_NOT_FOUND", "payment/PaymentNotFoundError");
  await shop.pay(paymentId);
  checkType("payment/CapturePaymentResponse", await portone.payment.capturePayment({ paymentId }));
  assert.equal((await shop.read(paymentId)).status, "PAID");
  assert.ok((await shop.charges(paymentId))[0].capturedAt);
});

test("a cancel that is done cannot be withdrawn", async () => {
  const paymentId = shop.newPaymentId();
  await shop.pay(paymentId);
  const { cancellation } = await portone.payment.cancelPayment({ paymentId, reason: "all" });
  const stop = (cancellationId) => portone.payment.stopPaymentCancellation({ paymentId, cancellationId });
  await shop.failure(
    stop(cancellation.id),
    Payment.StopPaymentCancellationError,
    "PAYMENT_CANCELLATION_NOT_PENDING",
    "payment/PaymentCancellationNotPendingError",
  );
  await shop.failure(
    stop("another"),
    Payment.StopPaymentCancellationError,
    "PAYMENT_CANCELLATION_NOT_FOUND",
    "payment/PaymentCancellationNotFoundError",
  );
});
