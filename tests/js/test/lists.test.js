import assert from "node:assert/strict";
import { test } from "node:test";
import { Payment } from "@portone/server-sdk";
import * as shop from "../shop.js";
import { checkType } from "../types.js";

const { portone } = shop;

/** Everything a walk by cursor tells, in steps of two. */
async function walk(step) {
  const found = [];
  let cursor;
  for (;;) {
    const { items } = await step({ size: 2, ...(cursor && { cursor }) });
    if (items.length === 0) return found;
    found.push(...items);
    cursor = items.at(-1).cursor;
  }
}

test("payments are listed by page, by what is known of them", async () => {
  const ids = [shop.newPaymentId(), shop.newPaymentId(), shop.newPaymentId()];
  const orderName = `Pass ${ids[0]}`;
  for (const id of ids) await shop.pay(id, { orderName });
  const filter = { textSearch: [{ field: "ORDER_NAME", value: orderName }], sortBy: "REQUESTED_AT", sortOrder: "ASC" };
  const list = await portone.payment.getPayments({ page: { number: 1, size: 2 }, filter });
  checkType("payment/GetPaymentsResponse", list);
  assert.deepEqual(list.items.map((payment) => payment.id), [ids[2]]);
  assert.deepEqual(list.page, { number: 1, size: 2, totalCount: 3 });
});

test("a walk by cursor meets every payment once, and every movement of money", async () => {
  const from = new Date(Date.now() - 1).toISOString();
  const ids = [shop.newPaymentId(), shop.newPaymentId(), shop.newPaymentId()];
  for (const id of ids) await shop.pay(id);
  await portone.payment.cancelPayment({ paymentId: ids[0], reason: "returned", amount: 900 });
  const payments = await walk(async (step) => {
    const answer = await portone.payment.getAllPaymentsByCursor({ from, ...step });
    checkType("payment/GetAllPaymentsByCursorResponse", answer);
    return answer;
  });
  assert.deepEqual(payments.map(({ payment }) => payment.id), ids);
  const events = await walk(async (step) => {
    const answer = await portone.payment.getAllPaymentEventsByCursor({ from, ...step });
    checkType("payment/GetAllPaymentEventsByCursorResponse", answer);
    return answer;
  });
  const told = events.map(({ paymentEvent }) => [paymentEvent.type, paymentEvent.paymentId, paymentEvent.eventAmount]);
  assert.deepEqual(told, [...ids.map((id) => ["PAID", id, 8900]), ["PARTIAL_CANCELLED", ids[0], -900]]);
});

test("billing keys are listed by their buyer", async () => {
  const customer = { ...shop.customer, id: shop.newPaymentId() };
  const { billingKeyInfo } = await shop.issue({ customer });
  const list = await portone.payment.billingKey.getBillingKeyInfos({ filter: { customerId: customer.id } });
  checkType("payment/billingKey/GetBillingKeyInfosResponse", list);
  assert.deepEqual(list.items.map((key) => key.billingKey), [billingKeyInfo.billingKey]);
  assert.equal(Payment.BillingKey.isUnrecognizedBillingKeyInfo(list.items[0]), false);
});
