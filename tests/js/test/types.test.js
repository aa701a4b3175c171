// The checker itself: it must be able to fail.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkType } from "../types.js";

const summary = { payment: { pgTxId: "tx", paidAt: "2026-01-01T00:00:00Z" } };

test("a value of the type passes, unknown members too", () => {
  checkType("payment/PayInstantlyResponse", { ...summary, more: 1 });
});

test("null, a missing member and a wrong type fail", () => {
  for (const payment of [{ pgTxId: null }, { pgTxId: undefined }, { pgTxId: 1 }, { paidAt: {} }]) {
    const wrong = { payment: { ...summary.payment, ...payment } };
    assert.throws(() => checkType("payment/PayInstantlyResponse", wrong), JSON.stringify(payment));
  }
});

test("a union's discriminator and an enumeration's words count", () => {
  const channel = { type: "TEST", pgProvider: "KPN", pgMerchantId: "m" };
  checkType("common/SelectedChannel", channel);
  assert.throws(() => checkType("common/SelectedChannel", { ...channel, pgProvider: "Kpn" }));
  assert.throws(() => checkType("payment/Payment", { status: "PAYED" }));
  assert.throws(() => checkType("payment/PaymentCancellation", { status: "SUCCEEDED" }));
});
