import assert from "node:assert/strict";
import { test } from "node:test";
import { Auth } from "@portone/server-sdk";
import * as shop from "../shop.js";
import { checkType } from "../types.js";

const auth = Auth.AuthClient({ secret: shop.secret, baseUrl: shop.baseUrl });

test("a secret is changed for a token, and the token for the next", async () => {
  const login = await auth.loginViaApiSecret({ apiSecret: shop.secret });
  checkType("auth/LoginViaApiSecretResponse", login);
  const next = await auth.refreshToken({ refreshToken: login.refreshToken });
  checkType("auth/RefreshTokenResponse", next);
  const paymentId = shop.newPaymentId();
  await shop.pay(paymentId);
  const headers = { authorization: `Bearer ${next.accessToken}` };
  const answer = await fetch(`${shop.baseUrl}/payments/${paymentId}`, { headers });
  assert.equal((await answer.json()).status, "PAID");
});

test("a wrong secret and a wrong token are UNAUTHORIZED", async () => {
  const wrong = auth.loginViaApiSecret({ apiSecret: "wrong" });
  await shop.failure(wrong, Auth.LoginViaApiSecretError, "UNAUTHORIZED", "common/UnauthorizedError");
  const forged = auth.refreshToken({ refreshToken: "forged" });
  await shop.failure(forged, Auth.RefreshTokenError, "UNAUTHORIZED", "common/UnauthorizedError");
});
