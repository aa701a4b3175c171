import assert from "node:assert/strict";
import { test } from "node:test";
import { Payment } from "@portone/server-sdk";
import * as shop from "../shop.js";
import { checkType } from "../types.js";

const { portone } = shop;
const { billingKey } = portone.payment;

const payment = (paymentId) => ({
  storeId: "store-tests",
  channelKey: shop.kpn,
  paymentId,
  orderName: "Monthly pass",
  totalAmount: 8900,
  currency: "CURRENCY_KRW",
  payMethod: "CARD",
  customer: { fullName: "Kim Port", phoneNumber: "01012345678", email: "kim@example.com" },
});

test("what a window paid is approved once, for the amount that was agreed", async () => {
  const paymentId = shop.newPaymentId();
  const { paymentToken } = await shop.finishWindow(await shop.openWindow(payment(paymentId)));
  const confirm = (totalAmount) => portone.payment.confirmPayment({ paymentId, paymentToken, totalAmount });
  const { ConfirmPaymentError } = Payment;
  await shop.failure(confirm(1), ConfirmPaymentError, "INFORMATION_MISMATCH", "common/InformationMismatchError");
  const done = await confirm(8900);
  checkType("payment/ConfirmedPaymentSummary", done);
  const paid = await shop.read(paymentId);
  assert.deepEqual([paid.status, paid.amount.paid], ["PAID", 8900]);
  assert.equal((await shop.charges(paymentId)).length, 1);
  await shop.failure(confirm(8900), ConfirmPaymentError, "ALREADY_PAID", "payment/AlreadyPaidError");
});

test("a billing key of a window is approved", async () => {
  const opened = await shop.openWindow({
    storeId: "store-tests",
    channelKey: shop.kpn,
    billingKeyMethod: "CARD",
    issueId: shop.newPaymentId(),
    issueName: "Monthly pass",
    customer: { customerId: "customer1", fullName: "Kim Port", phoneNumber: "01012345678", email: "kim@example.com" },
  });
  const { billingIssueToken: upstream } = await shop.finishWindow(opened);
  const billingIssueToken = `${opened.billingKey}.${upstream}`;
  const done = await billingKey.confirmBillingKey({ billingIssueToken, isTest: true });
  checkType("payment/billingKey/ConfirmedBillingKeySummary", done);
  const key = await billingKey.getBillingKeyInfo({ billingKey: done.billingKey });
  checkType("payment/billingKey/BillingKeyInfo", key);
  assert.equal(key.status, "ISSUED");
});

test("a key and its first payment are approved only where a window issued them", async () => {
  const paymentId = shop.newPaymentId();
  const call = billingKey.confirmBillingKeyIssueAndPay({ billingIssueToken: "billing-key-none.token", paymentId, totalAmount: 8900 });
  const { ConfirmBillingKeyIssueAndPayError } = Payment.BillingKey;
  await shop.failure(call, ConfirmBillingKeyIssueAndPayError, "BILLING_KEY_NOT_FOUND", "common/BillingKeyNotFoundError");
});
