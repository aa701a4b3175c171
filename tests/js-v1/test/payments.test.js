import assert from "node:assert/strict";
import { test } from "node:test";
import * as shop from "../shop.js";

const { iamport } = shop;
const { payment } = iamport;

/** A payment of a test channel is shown by its imp_uid to whoever asks for it (rule V1-036). */
const read = (imp_uid) => payment.getByImpUid({ imp_uid, include_sandbox: true });

test("a card is charged once, at a V2 PG and at a V1 PG", async () => {
  for (const pg of ["kpn", "nice_v2", "nice_v2.nicetest01m"]) {
    const paid = await shop.pay({ pg, amount: 11_000, custom_data: { basket: [1, 2] } });
    assert.equal(paid.status, "paid", JSON.stringify(paid));
    assert.deepEqual(await read(paid.imp_uid), paid);
    assert.deepEqual(await payment.getByMerchant({ merchant_uid: paid.merchant_uid }), paid);
    assert.deepEqual(JSON.parse(paid.custom_data), { basket: [1, 2] });
    assert.equal(paid.pg_provider, pg.split(".")[0]);
    const other = await shop.v2(`/payments/${paid.merchant_uid}`);
    assert.deepEqual([other.status, other.version, other.amount.total], ["PAID", "V1", 11_000]);
    assert.equal(other.transactionId, paid.imp_uid);
  }
});

test("a declined card is an answer with code 0 and status failed", async () => {
  const failed = await shop.pay(shop.card(shop.declined));
  assert.equal(failed.status, "failed", JSON.stringify(failed));
  assert.ok(failed.fail_reason && failed.failed_at > 0 && failed.paid_at === 0);
  const again = await shop.pay({ merchant_uid: failed.merchant_uid });
  assert.deepEqual([again.status, again.merchant_uid], ["paid", failed.merchant_uid]);
  assert.equal((await payment.getByMerchant({ merchant_uid: failed.merchant_uid })).imp_uid, again.imp_uid);
  assert.match(await shop.failure(shop.pay({ merchant_uid: failed.merchant_uid }), "IAMPORT_1"), /./);
});

test("what is wrong with a request is told, field by field, and no PG hears of it", async () => {
  const merchant_uid = shop.newUid();
  const wrong = { pg: "nice_v2", merchant_uid, card_number: "4242", expiry: "29-12", amount: 10.5 };
  const message = await shop.failure(shop.pay(wrong), "IAMPORT_1");
  for (const field of ["card_number", "expiry", "amount"]) assert.match(message, new RegExp(` ${field}: `), message);
  assert.deepEqual(await shop.pgAttempts(merchant_uid), []);
  const nowhere = await shop.failure(shop.pay({ pg: "danal", merchant_uid }), "IAMPORT_1");
  assert.match(nowhere, /kpn/, "the PGs there are");
});

test("a payment is cancelled in parts, with a checksum, until nothing is left", async () => {
  const { imp_uid, merchant_uid } = await shop.pay({ pg: "nice_v2" });
  const part = await payment.cancel({ imp_uid, amount: 900, checksum: 8900, reason: "one less" });
  assert.deepEqual([part.status, part.amount, part.cancel_amount], ["cancelled", 8900, 900]);
  const stale = await shop.failure(payment.cancel({ imp_uid, amount: 900, checksum: 8900 }), "IAMPORT_1");
  assert.match(stale, /checksum: is 8900, but 8000/);
  const rest = await payment.cancel({ merchant_uid });
  assert.deepEqual([rest.cancel_amount, rest.cancel_history.length], [8900, 2]);
  assert.match(await shop.failure(payment.cancel({ imp_uid }), "IAMPORT_1"), /^이미 전액취소된 주문입니다\./);
  assert.equal((await shop.v2(`/payments/${merchant_uid}`)).status, "CANCELLED");
  const wrong = payment.cancel({ imp_uid: "imp_000000000000", merchant_uid });
  assert.match(await shop.failure(wrong, "IAMPORT_1"), /^취소할 결제건이 존재하지 않습니다\./);
});

test("payments are listed by state, and what is not there is HTTP 404", async () => {
  const { imp_uid } = await shop.pay();
  const { list, total } = await payment.getByStatus({ payment_status: "paid", limit: 5, sorting: "-paid" });
  assert.ok(list.length <= 5 && total >= 1);
  assert.ok(list.some((listed) => listed.imp_uid === imp_uid));
  await shop.failure(payment.getByImpUid({ imp_uid: "imp_448280090638" }), "HTTP_404");
  await shop.failure(payment.getByMerchant({ merchant_uid: "nobody" }), "HTTP_404");
  await shop.failure(payment.getByStatus({ payment_status: "lost" }), "HTTP_400");
});

test("an amount is fixed beforehand and read back", async () => {
  const merchant_uid = shop.newUid();
  const prepared = await payment.prepare({ merchant_uid, amount: 420_000 });
  assert.deepEqual([prepared.merchant_uid, prepared.amount], [merchant_uid, 420_000]);
  assert.deepEqual(await payment.getPrepare({ merchant_uid }), prepared);
  await shop.failure(payment.getPrepare({ merchant_uid: "nobody" }), "HTTP_404");
});
