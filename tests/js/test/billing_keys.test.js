import assert from "node:assert/strict";
import { test } from "node:test";
import { Payment } from "@portone/server-sdk";
import * as shop from "../shop.js";
import { checkType } from "../types.js";

const { portone } = shop;
const { BillingKey } = Payment;

async function readKey(billingKey) {
  const info = await portone.payment.billingKey.getBillingKeyInfo({ billingKey });
  checkType("payment/billingKey/BillingKeyInfo", info);
  assert.equal(BillingKey.isUnrecognizedBillingKeyInfo(info), false);
  assert.ok((info.methods ?? []).every((method) => !BillingKey.isUnrecognizedBillingKeyPaymentMethod(method)));
  return info;
}

async function payWith(billingKey, request = {}) {
  const paymentId = shop.newPaymentId();
  const answer = await portone.payment.payWithBillingKey({ paymentId, billingKey, ...shop.order(), ...request });
  checkType("payment/PayWithBillingKeyResponse", answer);
  const payment = await shop.read(paymentId);
  assert.equal(Payment.isUnrecognizedPayment(payment), false);
  assert.deepEqual([payment.status, payment.billingKey], ["PAID", billingKey]);
  return payment;
}

test("a super billing key is issued at every channel of the group and pays at any of them", async () => {
  const { billingKeyInfo, channelSpecificFailures } = await shop.issue();
  assert.deepEqual(channelSpecificFailures ?? [], []);
  const { billingKey } = billingKeyInfo;
  const info = await readKey(billingKey);
  assert.equal(info.status, "ISSUED");
  assert.deepEqual(info.channels.map((channel) => channel.key).sort(), [shop.kpn, shop.smartro].sort());
  assert.equal(info.channelGroup.id, shop.group);

  const drawn = await payWith(billingKey);
  assert.ok([shop.kpn, shop.smartro].includes(drawn.channel.key));
  assert.equal(drawn.channelGroup.id, shop.group);
});

test("channelKey overrides the draw", async () => {
  const { billingKeyInfo } = await shop.issue();
  for (const channelKey of [shop.smartro, shop.kpn, shop.smartro]) {
    const payment = await payWith(billingKeyInfo.billingKey, { channelKey });
    assert.equal(payment.channel.key, channelKey);
  }
});

test("a key that one PG refused is issued all the same, and pays at the other", async () => {
  const method = shop.card(shop.refusedBySmartroAtIssue);
  const { billingKeyInfo, channelSpecificFailures } = await shop.issue({ method });
  assert.equal(channelSpecificFailures.length, 1);
  const [failure] = channelSpecificFailures;
  assert.equal(BillingKey.isUnrecognizedChannelSpecificFailure(failure), false);
  assert.deepEqual([failure.type, failure.pgCode, failure.channel.key], ["PG_PROVIDER", "S108", shop.smartro]);
  const info = await readKey(billingKeyInfo.billingKey);
  assert.deepEqual(info.channels.map((channel) => channel.key), [shop.kpn]);
  for (let round = 0; round < 4; round += 1) {
    assert.equal((await payWith(billingKeyInfo.billingKey)).channel.key, shop.kpn);
  }
});

test("when every PG refuses, the error names each", async () => {
  const data = await shop.failure(
    shop.issue({ method: shop.card(shop.declined) }),
    BillingKey.IssueBillingKeyError,
    "CHANNEL_SPECIFIC",
    "payment/billingKey/ChannelSpecificError",
  );
  assert.ok(data.failures.every((failure) => !BillingKey.isUnrecognizedChannelSpecificFailure(failure)));
  assert.deepEqual(data.failures.map((failure) => failure.pgCode).sort(), ["K101", "S101"]);
  assert.deepEqual(data.succeededChannels, []);
});

test("a deleted key pays no more", async () => {
  const { billingKeyInfo } = await shop.issue();
  const { billingKey } = billingKeyInfo;
  checkType(
    "payment/billingKey/DeleteBillingKeyResponse",
    await portone.payment.billingKey.deleteBillingKey({ billingKey }),
  );
  assert.equal((await readKey(billingKey)).status, "DELETED");
  const deletedError = "common/BillingKeyAlreadyDeletedError";
  await shop.failure(payWith(billingKey), Payment.PayWithBillingKeyError, "BILLING_KEY_ALREADY_DELETED", deletedError);
  await shop.failure(
    portone.payment.billingKey.deleteBillingKey({ billingKey }),
    BillingKey.DeleteBillingKeyError,
    "BILLING_KEY_ALREADY_DELETED",
    deletedError,
  );
  const { billingKeys } = await shop.sandbox("GET", "/ledger");
  const left = billingKeys.filter((key) => key.status === "ISSUED").map((key) => key.billingKey);
  const { channels } = await readKey(billingKey);
  assert.equal(channels.length, 2);
  assert.ok(!left.includes(billingKey));
});

test("a card that is refused only when it pays", async () => {
  const { billingKeyInfo } = await shop.issue({ method: shop.card("4000000000000010") });
  const data = await shop.failure(
    payWith(billingKeyInfo.billingKey, { channelKey: shop.smartro }),
    Payment.PayWithBillingKeyError,
    "PG_PROVIDER",
    "common/PgProviderError",
  );
  assert.equal(data.pgCode, "S102");
});
