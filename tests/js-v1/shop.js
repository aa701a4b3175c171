// The gateway under test, and what every file of tests shares. Addresses come from the environment (tests/tests/iamport_js.rs).
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

export const baseUrl = setting("PORTONE_TEST_URL");
const sandboxUrl = setting("PORTONE_TEST_SANDBOX_URL");
const secret = setting("PORTONE_TEST_SECRET");

/** The client shops use: where it sends to is all that is set, by the one way it has. */
export const Iamport = require("iamport");
Iamport.DEFAULT_HOST = `${baseUrl}/v1`;

export const key = { impKey: setting("PORTONE_TEST_V1_KEY"), impSecret: setting("PORTONE_TEST_V1_SECRET") };

export const iamport = new Iamport(key);

export const approved = "4242-4242-4242-4242";
/** Over its limit at payment; stored all the same. */
export const declined = "4000-0000-0000-0010";
/** Refused wherever it is stored. */
export const stolen = "4000-0000-0000-0044";

export const card = (card_number = approved) => ({
  card_number,
  expiry: "2029-12",
  birth: "900101",
  pwd_2digit: "00",
});

export const buyer = {
  buyer_name: "Port Kim",
  buyer_email: "kim@example.com",
  buyer_tel: "010-1234-5678",
};

let count = 0;

/** A merchant_uid, or a customer_uid, that no test of this run has used. */
export function newUid() {
  count += 1;
  return `v1c${process.pid}x${Date.now()}x${count}`;
}

export const order = (merchant_uid = newUid(), amount = 8900) => ({ merchant_uid, amount, name: "Monthly pass", ...buyer });

/** Pays by card number at a PG. */
export const pay = (request = {}) => iamport.subscribe.onetime({ pg: "kpn", ...card(), ...order(), ...request });

/** The error a call fails with, by the code the client gives it. */
export async function failure(call, code) {
  let error;
  try {
    const answer = await call;
    assert.fail(`it succeeded: ${JSON.stringify(answer)}`);
  } catch (caught) {
    error = caught;
  }
  assert.equal(error.code, code, `${error}`);
  return error.message;
}

/** The same ledger through V2. */
export async function v2(path) {
  const response = await fetch(`${baseUrl}${path}`, { headers: { authorization: `PortOne ${secret}` } });
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
}

/** What the V1 PGs hold of a payment. */
export async function pgAttempts(merchant_uid) {
  const response = await fetch(`${sandboxUrl}/sandbox/v1/payments`);
  const { payments } = await response.json();
  return payments.filter((payment) => payment.merchant_uid === merchant_uid);
}

export const secondsFromNow = (seconds) => Math.floor(Date.now() / 1000) + seconds;

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
  assert.ok(value, `${name} is not set; run these tests with \`cargo test -p portone-tests --test iamport_js\``);
  return value;
}
