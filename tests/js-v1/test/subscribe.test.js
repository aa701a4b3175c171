import assert from "node:assert/strict";
import { test } from "node:test";
import * as shop from "../shop.js";

const { iamport } = shop;
const { subscribe, subscribe_customer } = iamport;

/** Stores a card under a new name. */
async function stored(request = {}) {
  const customer_uid = shop.newUid();
  const customer = await subscribe_customer.create({ customer_uid, pg: "nice_v2", ...shop.card(), ...request });
  assert.equal(customer.customer_uid, customer_uid);
  return customer;
}

const scheduleOf = (merchant_uid) =>
  subscribe._makeRequest("GET", `${shop.Iamport.DEFAULT_HOST}/subscribe/payments/schedule/${merchant_uid}`);

test("a card is stored, read, charged again and again, and deleted", async () => {
  const customer = await stored();
  const { customer_uid } = customer;
  assert.deepEqual(await subscribe_customer.get({ customer_uid }), customer);
  assert.match(customer.card_number, /\*/);
  for (const amount of [8900, 9900]) {
    const paid = await subscribe.again({ customer_uid, ...shop.order(undefined, amount) });
    assert.deepEqual([paid.status, paid.amount, paid.customer_uid], ["paid", amount, customer_uid]);
    assert.equal(paid.customer_uid_usage, "payment");
    const [attempt] = await shop.pgAttempts(paid.merchant_uid);
    assert.equal(attempt.amount, amount);
  }
  assert.equal((await subscribe_customer.delete({ customer_uid })).customer_uid, customer_uid);
  await shop.failure(subscribe_customer.get({ customer_uid }), "HTTP_404");
  await shop.failure(subscribe.again({ customer_uid, ...shop.order() }), "IAMPORT_1");
});

test("a card the PG does not take is IAMPORT_-1", async () => {
  const customer_uid = shop.newUid();
  const create = subscribe_customer.create({ customer_uid, pg: "nice_v2", ...shop.card(shop.stolen) });
  await shop.failure(create, "IAMPORT_-1");
  await shop.failure(subscribe_customer.get({ customer_uid }), "HTTP_404");
});

test("a payment by card number keeps the card under the name it gives", async () => {
  const customer_uid = shop.newUid();
  const first = await shop.pay({ pg: "nice_v2", customer_uid });
  assert.equal(first.status, "paid");
  assert.equal((await subscribe_customer.get({ customer_uid })).customer_uid, customer_uid);
  assert.equal((await subscribe.again({ customer_uid, ...shop.order() })).status, "paid");
});

test("payments are scheduled and called off, one by one and together", async () => {
  const { customer_uid } = await stored();
  const entries = [shop.secondsFromNow(3600), shop.secondsFromNow(7200)].map((schedule_at) => ({
    schedule_at,
    currency: "KRW",
    ...shop.order(),
  }));
  const made = await subscribe.schedule({ customer_uid, schedules: entries });
  assert.deepEqual(
    made.map(({ merchant_uid, schedule_at, schedule_status }) => [merchant_uid, schedule_at, schedule_status]),
    entries.map(({ merchant_uid, schedule_at }) => [merchant_uid, schedule_at, "scheduled"]),
  );
  const nameless = entries.map(({ name, ...entry }) => ({ ...entry, merchant_uid: shop.newUid() }));
  const wrong = await shop.failure(subscribe.schedule({ customer_uid, schedules: nameless }), "IAMPORT_1");
  assert.match(wrong, /schedules\[1\]\.name: is missing/);
  const [first, second] = entries.map((entry) => entry.merchant_uid);
  const one = await subscribe.unschedule({ customer_uid, merchant_uid: [first] });
  assert.deepEqual(one.map((schedule) => schedule.merchant_uid), [first]);
  const rest = await subscribe.unschedule({ customer_uid });
  assert.deepEqual(rest.map((schedule) => schedule.merchant_uid), [second]);
  assert.match(await shop.failure(subscribe.unschedule({ customer_uid }), "IAMPORT_1"), /^취소할 예약결제 기록이/);
});

test("a due schedule is paid by the gateway itself, and its card is stored where it has none", async () => {
  const customer_uid = shop.newUid();
  const merchant_uid = shop.newUid();
  const entry = { ...shop.order(merchant_uid), currency: "KRW", schedule_at: shop.secondsFromNow(2) };
  await subscribe.schedule({ customer_uid, pg: "nice_v2", ...shop.card(), schedules: [entry] });
  const executed = await shop.eventually("the schedule is paid", async () => {
    const schedule = await scheduleOf(merchant_uid);
    return schedule.schedule_status === "executed" && schedule.payment_status === "paid" && schedule;
  });
  const paid = await iamport.payment.getByMerchant({ merchant_uid });
  assert.deepEqual([paid.imp_uid, paid.customer_uid_usage], [executed.imp_uid, "payment.scheduled"]);
  assert.equal((await shop.v2(`/payments/${merchant_uid}`)).status, "PAID");
});
