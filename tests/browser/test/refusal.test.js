// What is refused before a window opens, and how an error looks to the published package.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { GROUP, KPN, SMARTRO, STORE, USER_CODE, World, payment, paymentV1 } from '../world.js';

let world;
let page;
before(async () => {
  world = await World.start();
  page = await world.shopPage('desktop', 'npm');
});
after(() => world.stop());

const call = (name, argument, ...more) =>
  page.evaluate(
    async ([name, argument, more]) => {
      try {
        return { resolved: await window.SDK[name](argument, ...more) };
      } catch (error) {
        return {
          code: error.code, message: error.message, type: error.__portOneErrorType,
          isPaymentError: error instanceof window.SDK.PaymentError, isKeyError: error instanceof window.SDK.IssueBillingKeyError,
        };
      }
    },
    [name, argument, more],
  );

test('every rule that an argument breaks is told at once, by its code', async () => {
  const told = await call('requestPayment', payment(world, {
    channelKey: SMARTRO, paymentId: 'p-1', currency: 'JPY', customer: { customerId: 'x'.repeat(21) },
  }));
  assert.equal(told.code, 'RequestParseFailed', JSON.stringify(told));
  assert.ok(told.isPaymentError);
  const codes = new Set(told.message.match(/SMARTRO-\d+/g));
  assert.ok(codes.size >= 3, told.message);
});

test('a type that is wrong is named by its field', async () => {
  const told = await call('requestPayment', payment(world, { totalAmount: '58000' }));
  assert.match(told.message, /SDK-TYPE.*totalAmount/s);
});

test('a key\'s window takes no group, and the error says what to do', async () => {
  const told = await call('requestIssueBillingKey', { storeId: STORE, channelGroupId: GROUP, billingKeyMethod: 'CARD' });
  assert.match(told.message, /SR-024.*POST \/billing-keys/s);
  assert.ok(told.isKeyError);
});

test('what this gateway has not got is refused clearly', async () => {
  for (const name of ['requestIdentityVerification', 'loadPaymentUI', 'loadIssueBillingKeyUI', 'updateLoadPaymentUIRequest', 'updateLoadIssueBillingKeyUIRequest']) {
    const told = await call(name, { storeId: STORE, channelKey: KPN }, {});
    assert.ok(told.type && told.message.includes(name.replace(/^update(L)(.*)Request$/, (_, first, rest) => first.toLowerCase() + rest)), JSON.stringify(told));
  }
});

test('a key with its first payment: at a PG that has such windows only, and at no group', async () => {
  const argument = payment(world, { billingKeyAndPayMethod: 'MOBILE' });
  delete argument.payMethod;
  const told = await call('requestIssueBillingKeyAndPay', argument);
  assert.match(told.message, /KPN has no/);
  assert.equal(told.type, 'IssueBillingKeyAndPayError');
  const group = await call('requestIssueBillingKeyAndPay', { ...argument, channelKey: undefined, channelGroupId: GROUP });
  assert.match(group.message, /SR-024/);
});

test('an unknown store, both selectors, none', async () => {
  assert.equal((await call('requestPayment', payment(world, { storeId: 'store-unknown' }))).code, 'StoreNotFound');
  assert.match((await call('requestPayment', payment(world, { channelGroupId: GROUP }))).message, /SR-020/);
  assert.match((await call('requestPayment', payment(world, { channelKey: undefined }))).message, /channelKey/);
});

test('a mobile\'s window needs a URL to come back to', async () => {
  const mobile = await world.shopPage('mobile', 'npm');
  const told = await mobile.evaluate((argument) => window.SDK.requestPayment(argument).catch((error) => error.message), payment(world, { redirectUrl: undefined }));
  assert.match(told, /redirectUrl/);
});

test('V1: `success` is always there, and errors carry the rules', async () => {
  const plain = await world.shopPage();
  const tell = (argument, code) =>
    plain.evaluate(
      ([argument, code]) => new Promise((resolve) => {
        if (code) window.IMP.init(code);
        window.IMP.request_pay(argument, resolve);
      }),
      [argument, code],
    );
  const uninitialised = await tell(paymentV1(world), null);
  assert.equal(uninitialised.success, false);
  assert.match(uninitialised.error_msg, /IMP\.init/);
  const refused = await tell(paymentV1(world, { currency: 'JPY' }), USER_CODE);
  assert.equal(refused.success, false);
  assert.match(refused.error_msg, /KPN-\d+/);
  const group = await tell(paymentV1(world, { channelKey: undefined, channelGroupId: GROUP, customer_uid: 'c1' }), USER_CODE);
  assert.match(group.error_msg, /SR-024/);
  const unknown = await tell(paymentV1(world), 'imp99999999');
  assert.match(unknown.error_msg, /user code/);
  const certified = await plain.evaluate(() => new Promise((resolve) => window.IMP.certification({}, resolve)));
  assert.equal(certified.success, false);
  assert.match(certified.error_msg, /certification/);
});
