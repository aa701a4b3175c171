import assert from "node:assert/strict";
import { test } from "node:test";
import { Payment } from "@portone/server-sdk";
import * as shop from "../shop.js";
import { checkType } from "../types.js";

const { portone } = shop;
const { PaymentSchedule } = Payment;
const { paymentSchedule } = portone.payment;

const fromNow = (milliseconds) => new Date(Date.now() + milliseconds).toISOString();

async function schedule(billingKey, timeToPay) {
  const paymentId = shop.newPaymentId();
  const answer = await paymentSchedule.createPaymentSchedule({
    paymentId,
    payment: { billingKey, ...shop.order() },
    timeToPay,
  });
  checkType("payment/paymentSchedule/CreatePaymentScheduleResponse", answer);
  return { paymentId, id: answer.schedule.id };
}

async function readSchedule(paymentScheduleId) {
  const read = await paymentSchedule.getPaymentSchedule({ paymentScheduleId });
  checkType("payment/paymentSchedule/PaymentSchedule", read);
  assert.equal(PaymentSchedule.isUnrecognizedPaymentSchedule(read), false);
  return read;
}

test("a schedule is made, read, listed and revoked", async () => {
  const { billingKeyInfo } = await shop.issue();
  const { billingKey } = billingKeyInfo;
  const first = await schedule(billingKey, fromNow(86_400_000));
  const second = await schedule(billingKey, fromNow(172_800_000));
  assert.equal((await readSchedule(first.id)).status, "SCHEDULED");
  const list = await paymentSchedule.getPaymentSchedules({
    filter: { billingKey, from: fromNow(0), until: fromNow(604_800_000) },
    sort: { by: "TIME_TO_PAY", order: "ASC" },
  });
  checkType("payment/paymentSchedule/GetPaymentSchedulesResponse", list);
  assert.deepEqual(list.items.map((item) => item.id), [first.id, second.id]);
  const revoked = await paymentSchedule.revokePaymentSchedules({ billingKey });
  checkType("payment/paymentSchedule/RevokePaymentSchedulesResponse", revoked);
  assert.deepEqual(revoked.revokedScheduleIds, [first.id, second.id]);
  assert.equal((await readSchedule(second.id)).status, "REVOKED");
});

test("a due schedule is paid by the gateway itself", async () => {
  const { billingKeyInfo } = await shop.issue();
  const due = await schedule(billingKeyInfo.billingKey, fromNow(1_500));
  const deadline = Date.now() + 20_000;
  let read = await readSchedule(due.id);
  while (read.status !== "SUCCEEDED" && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    read = await readSchedule(due.id);
  }
  assert.equal(read.status, "SUCCEEDED");
  const payment = await shop.read(due.paymentId);
  assert.deepEqual([payment.status, payment.scheduleId], ["PAID", due.id]);
});
