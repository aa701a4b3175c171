import assert from "node:assert/strict";
import { test } from "node:test";
import { Payment } from "@portone/server-sdk";
import * as shop from "../shop.js";
import { checkType } from "../types.js";

const { portone } = shop;

const address = { addressLine1: "Teheran-ro 1", addressLine2: "2F", city: "Seoul", province: "Gangnam-gu", country: "KR" };

const delivery = (paymentId, invoiceNumber) => ({
  paymentId,
  sender: { name: "The shop", phoneNumber: "0212345678", zipcode: "06236", address },
  receiver: { name: "Kim Port", phoneNumber: "01012345678", zipcode: "06236", address },
  logistics: { company: "CJ", invoiceNumber, sentAt: new Date().toISOString() },
});

/** A payment into an account that is held in escrow and was deposited. */
async function held() {
  const paymentId = shop.newPaymentId();
  const settings = { isEscrow: true, productCount: 1, channelKey: shop.smartro, channelGroupId: undefined };
  await shop.pay(paymentId, { method: shop.accountMethod(), ...settings });
  await shop.sandbox("POST", `/payments/${paymentId}/deposit`);
  await shop.eventually("the deposit is known", async () => (await shop.read(paymentId)).status === "PAID");
  return paymentId;
}

test("a delivery is told, corrected, and the purchase is confirmed", async () => {
  const paymentId = await held();
  const applied = await portone.payment.applyEscrowLogistics(delivery(paymentId, "111122223333"));
  checkType("payment/ApplyEscrowLogisticsResponse", applied);
  assert.equal(applied.invoiceNumber, "111122223333");
  const modified = await portone.payment.modifyEscrowLogistics(delivery(paymentId, "444455556666"));
  checkType("payment/ModifyEscrowLogisticsResponse", modified);
  const registered = await shop.read(paymentId);
  assert.deepEqual([registered.escrow.status, registered.escrow.invoiceNumber], ["REGISTERED", "444455556666"]);
  const confirmed = await portone.payment.confirmEscrow({ paymentId, fromStore: true });
  checkType("payment/ConfirmEscrowResponse", confirmed);
  assert.equal((await shop.read(paymentId)).escrow.status, "CONFIRMED");
});

test("escrow fails with the SDK's own errors", async () => {
  const paymentId = shop.newPaymentId();
  const call = portone.payment.applyEscrowLogistics(delivery(paymentId, "1"));
  await shop.failure(call, Payment.ApplyEscrowLogisticsError, "PAYMENT_NOT_FOUND", "payment/PaymentNotFoundError");
  await shop.pay(paymentId);
  const early = portone.payment.confirmEscrow({ paymentId });
  const data = await shop.failure(early, Payment.ConfirmEscrowError, "INVALID_REQUEST", "common/InvalidRequestError");
  assert.match(data.message, /escrow/i);
});
