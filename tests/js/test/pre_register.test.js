import assert from "node:assert/strict";
import { test } from "node:test";
import { Payment } from "@portone/server-sdk";
import * as shop from "../shop.js";
import { checkType } from "../types.js";

const { portone } = shop;

test("a payment is fixed before it is paid, and not after", async () => {
  const paymentId = shop.newPaymentId();
  const fix = () => portone.payment.preRegisterPayment({ paymentId, totalAmount: 8900, currency: "KRW" });
  checkType("payment/PreRegisterPaymentResponse", await fix());
  await shop.pay(paymentId);
  await shop.failure(fix(), Payment.PreRegisterPaymentError, "ALREADY_PAID", "payment/AlreadyPaidError");
});
