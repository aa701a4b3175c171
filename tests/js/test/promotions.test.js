import assert from "node:assert/strict";
import { test } from "node:test";
import { Payment } from "@portone/server-sdk";
import * as shop from "../shop.js";
import { checkType } from "../types.js";

const { additionalFeature, promotion } = shop.portone.payment;

test("a store's promotion is read", async () => {
  const answer = await promotion.getPromotion({ promotionId: shop.promotion });
  checkType("payment/promotion/Promotion", answer);
  assert.deepEqual([answer.id, answer.status], [shop.promotion, "IN_PROGRESS"]);
  const none = promotion.getPromotion({ promotionId: "another" });
  const { Promotion } = Payment;
  await shop.failure(none, Promotion.GetPromotionError, "PROMOTION_NOT_FOUND", "payment/promotion/PromotionNotFoundError");
});

test("what a PG offers for an amount", async () => {
  const offers = (amount) => additionalFeature.getPgCardPromotions({ channelKey: shop.smartro, amount });
  const answer = await offers(50_000);
  checkType("payment/additionalFeature/GetPgCardPromotionsResponse", answer);
  assert.deepEqual(answer.promotions.map(({ promotionId }) => promotionId), ["pg-tests"]);
  assert.deepEqual((await offers(49_999)).promotions, []);
});
