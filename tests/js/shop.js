// The gateway under test, and what every file of tests shares. Addresses come from the environment (tests/tests/sdk_js.rs).
import assert from "node:assert/strict";
import { PortOneClient } from "@portone/server-sdk";
import { checkType } from "./types.js";

export const baseUrl = setting("PORTONE_TEST_URL");
export const secret = setting("PORTONE_TEST_SECRET");
export const webhookSecret = setting("PORTONE_TEST_WEBHOOK_SECRET");
export const adminToken = setting("PORTONE_TEST_ADMIN_TOKEN");
export const promotion = setting("PORTONE_TEST_PROMOTION");
export const sandboxUrl = setting("PORTONE_TEST_SANDBOX_URL");
export const group = setting("PORTONE_TEST_GROUP");
export const smartro = setting("PORTONE_TEST_SMARTRO");
export const kpn = setting("PORTONE_TEST_KPN");

/** The official client: the address and the secret are all that is set. */
export const portone = PortOneClient({ secret, baseUrl });

export const approved = "4242424242424242";
export const declined = "4000000000000002";
export const refusedBySmartroAtIssue = "4000000000000119";

export const customer = {
  id: "customer1",
  name: { full: "Kim Port" },
  phoneNumber: "01012345678",
  email: "kim@example.com",
};

export function credential(number) {
  return {
    number,
    expiryYear: "29",
    expiryMonth: "12",
    birthOrBusinessRegistrationNumber: "900101",
    passwordTwoDigits: "00",
  };
}

export const card = (number = approved) => ({ card: { credential: credential(number) } });

export const order = (total = 8900) => ({
  orderName: "Monthly pass",
  amount: { total },
  currency: "KRW",
  customer,
});

let count = 0;

/** A payment id that no test of this run has used. */
export function newPaymentId() {
  count += 1;
  return `sdk${process.pid}x${Date.now()}x${count}`;
}

export const accountMethod = () => ({
  virtualAccount: {
    bank: "SHINHAN",
    expiry: { dueDate: new Date(Date.now() + 86_400_000).toISOString() },
    option: { type: "NORMAL" },
    cashReceipt: { type: "PERSONAL", customerIdentityNumber: "01012345678" },
    remitteeName: "Kim Port",
  },
});

/** Pays by card number through the group; the answer is checked. */
export async function pay(paymentId, request = {}) {
  const answer = await portone.payment.payInstantly({
    paymentId,
    channelGroupId: group,
    method: card(),
    ...order(),
    ...request,
  });
  checkType("payment/PayInstantlyResponse", answer);
  return answer;
}

/** Reads a payment; every member must be as the SDK's types say. */
export async function read(paymentId) {
  const payment = await portone.payment.getPayment({ paymentId });
  checkType("payment/Payment", payment);
  return payment;
}

/** Issues a billing key through the group; the answer is checked. */
export async function issue(request = {}) {
  const answer = await portone.payment.billingKey.issueBillingKey({
    channelGroupId: group,
    method: card(),
    customer,
    ...request,
  });
  checkType("payment/billingKey/IssueBillingKeyResponse", answer);
  return answer;
}

/** The error a call fails with: of the SDK's class for that call, its data as the SDK's types say. */
export async function failure(call, errorClass, type, typeFile) {
  let error;
  try {
    const answer = await call;
    assert.fail(`it succeeded: ${JSON.stringify(answer)}`);
  } catch (caught) {
    error = caught;
  }
  assert.ok(error instanceof errorClass, `${error}`);
  assert.equal(error.data.type, type, JSON.stringify(error.data));
  checkType(typeFile, error.data);
  return error.data;
}

/** Makes coming requests to the PGs go wrong, while `work` runs. */
export async function withFaults(faults, work) {
  for (const fault of faults) await sandbox("POST", "/faults", fault);
  try {
    return await work();
  } finally {
    await sandbox("DELETE", "/faults");
  }
}

/** The sandbox's control API. */
export async function sandbox(method, path, body) {
  const response = await fetch(`${sandboxUrl}/sandbox${path}`, { method, body: JSON.stringify(body) });
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
}

/** Opens a window as the shop's page does, by the argument of the browser SDK. */
export async function openWindow(argument) {
  const headers = { authorization: `Bearer ${adminToken}`, "content-type": "application/json" };
  const response = await fetch(`${baseUrl}/admin/windows`, { method: "POST", headers, body: JSON.stringify(argument) });
  const opened = await response.json();
  assert.equal(response.status, 200, JSON.stringify(opened));
  return opened;
}

/** The buyer finishes a window: what its page is told. */
export function finishWindow(opened, cardNumber = approved) {
  return sandbox("POST", "/windows", { call: opened.arguments, cardNumber });
}

/** What the PGs charged for a payment, attempt by attempt. */
export async function charges(paymentId) {
  const { payments } = await sandbox("GET", "/ledger");
  const transactions = payments.find((payment) => payment.paymentId === paymentId)?.transactions ?? [];
  return transactions.filter((transaction) => transaction.charged > 0);
}

/** Asks again and again until there is an answer. */
export async function eventually(what, ask) {
  const givenUpAt = Date.now() + 30_000;
  while (Date.now() < givenUpAt) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return assert.fail(`waited in vain: ${what}`);
}

function setting(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set; run these tests with \`cargo test -p portone-tests --test sdk_js\``);
  return value;
}
