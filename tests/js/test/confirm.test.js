import { test } from "node:test";
import { Payment } from "@portone/server-sdk";
import * as shop from "../shop.js";

const { portone } = shop;

test("nothing is approved that no window was opened for", async () => {
  const paymentId = shop.newPaymentId();
  const confirm = () => portone.payment.confirmPayment({ paymentId, paymentToken: "token", totalAmount: 8900 });
  await shop.failure(confirm(), Payment.ConfirmPaymentError, "PAYMENT_NOT_FOUND", "payment/PaymentNotFoundError");
  await shop.pay(paymentId);
  await shop.failure(confirm(), Payment.ConfirmPaymentError, "ALREADY_PAID", "payment/AlreadyPaidError");
});
