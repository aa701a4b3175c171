// What the documents say happens in a PG's window, by rule: each window as the PG shows it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { KPN, NICE, PAYMENTWALL, SMARTRO, STORE, USER_CODE, World, payment, paymentV1, pgWindow, read } from '../world.js';

let world;
before(async () => (world = await World.start()));
after(() => world.stop());

const ACCOUNT = { payMethod: 'VIRTUAL_ACCOUNT', virtualAccount: { accountExpiry: { dueDate: '2030-11-12T23:59:59+09:00' } } };

/** Opens a window on a shop's page: the page, and what its promise or callback comes to. */
async function ask(call, argument, device) {
  const page = await world.shopPage(device);
  await page.evaluate(([call, argument, code]) => {
    const tell = (told) => (window.told = { ...told, message: told.message });
    window.told = undefined;
    if (call === 'request_pay') {
      window.IMP.init(code);
      window.IMP.request_pay(argument, tell);
    } else {
      window.PortOne[call](argument).then(tell, tell);
    }
  }, [call, argument, USER_CODE]);
  return { page, told: () => page.waitForFunction(() => window.told).then((it) => it.jsonValue()) };
}

const submit = (frame) => frame.locator('button[type=submit]').click();
const has = async (frame, id) => (await frame.locator(id).count()) > 0;

test('SMARTRO-062: where the bank is named nobody is asked, and the account is there', async () => {
  const argument = payment(world, {
    channelKey: SMARTRO, ...ACCOUNT, virtualAccount: { ...ACCOUNT.virtualAccount, bankCode: 'SHINHAN_BANK', cashReceiptType: 'ANONYMOUS' },
  });
  const { page, told } = await ask('requestPayment', argument);
  assert.equal((await told()).code, undefined);
  const known = await read(argument.paymentId);
  assert.deepEqual([known.status, known.method.bank], ['VIRTUAL_ACCOUNT_ISSUED', 'SHINHAN']);
  await page.context().close();
});

test('SMARTRO-071: a transfer whose receipt the shop named asks its buyer for none', async () => {
  for (const [transfer, isAsked] of [[undefined, true], [{ cashReceiptType: 'PERSONAL', customerIdentifier: '01012345678' }, false]]) {
    const { page } = await ask('requestPayment', payment(world, { channelKey: SMARTRO, payMethod: 'TRANSFER', transfer }));
    const frame = await pgWindow(page);
    assert.equal(await has(frame, '#receipt'), isAsked);
    await page.context().close();
  }
});

test('SMARTRO-095, SMARTRO-097: a person is verified once a customer id, and nothing is charged', async () => {
  const page = await world.shopPage();
  const issue = async (customerId, isVerified) => {
    const argument = {
      storeId: STORE, channelKey: SMARTRO, billingKeyMethod: 'CARD', issueId: `issue${Date.now()}`, displayAmount: 1000, currency: 'KRW',
      customer: { customerId, phoneNumber: '010-1234-5678' },
    };
    await page.evaluate((argument) => {
      window.told = undefined;
      window.PortOne.requestIssueBillingKey(argument).then((told) => (window.told = told), (error) => (window.told = { code: error.code, message: error.message }));
    }, argument);
    const frame = await pgWindow(page);
    assert.equal(await has(frame, '#code'), isVerified, customerId);
    if (isVerified) await submit(frame);
    await frame.locator('#outcome').waitFor();
    await submit(frame);
    const told = await page.waitForFunction(() => window.told).then((it) => it.jsonValue());
    assert.ok(told.billingKey && !told.code, JSON.stringify(told));
    assert.equal((await read(argument.issueId)).type, 'PAYMENT_NOT_FOUND');
  };
  const [first, other] = [`person${Date.now()}`, `other${Date.now()}`];
  await issue(first, true);
  await issue(first, false);
  await issue(other, true);
  await page.context().close();
});

test('KPN-038: the shop says whether a receipt is asked for, and the buyer which', async () => {
  for (const [cashReceiptType, kinds] of [
    [undefined, ['none', 'PERSONAL', 'CORPORATE']], ['ANONYMOUS', []], ['PERSONAL', ['PERSONAL', 'CORPORATE']], ['CORPORATE', ['PERSONAL', 'CORPORATE']],
  ]) {
    const argument = payment(world, { channelKey: KPN, ...ACCOUNT, virtualAccount: { ...ACCOUNT.virtualAccount, cashReceiptType } });
    const { page } = await ask('requestPayment', argument);
    const frame = await pgWindow(page);
    const offered = await frame.locator('#receipt option').evaluateAll((options) => options.map((option) => option.value));
    assert.deepEqual(offered, kinds, String(cashReceiptType));
    if (kinds.length === 2) {
      // Nobody gets on without saying whose receipt it is.
      await submit(frame);
      assert.ok(await frame.locator('#identifier:invalid').count());
    }
    await page.context().close();
  }
});

test('PW-012: test methods are shown in a live project where they are asked for', async () => {
  for (const shown of [true, false]) {
    const argument = paymentV1(world, {
      channelKey: PAYMENTWALL, amount: 49, currency: 'USD', buyer_name: 'Jack Son', ...(shown ? { use_test_method: true, bypass: { ps: 'test' } } : {}),
    });
    const { page } = await ask('request_pay', argument);
    const frame = await pgWindow(page);
    assert.equal(await has(frame, 'input[value=test]'), shown);
    await page.context().close();
  }
});

test('V1-100: the callback of a V1 PG tells of an account that it was issued', async () => {
  const argument = paymentV1(world, { channelKey: NICE, pay_method: 'vbank', vbank_due: '20991231' });
  const { page, told } = await ask('request_pay', argument);
  const frame = await pgWindow(page);
  assert.match(await frame.locator('dl.line').first().textContent(), /2099. 12. 31/);
  await submit(frame);
  const response = await told();
  assert.deepEqual([response.success, response.status, response.vbank_date > 0], [true, 'ready', true], JSON.stringify(response));
  assert.equal((await read(argument.merchant_uid)).status, 'VIRTUAL_ACCOUNT_ISSUED');
  await page.context().close();
});

test('V1-101, V2-055: the way back has the documented names and no others, and the callback is not called', async () => {
  for (const [call, argument, names] of [
    ['requestPayment', payment(world), ['order', 'paymentId', 'transactionType', 'txId']],
    ['request_pay', paymentV1(world), ['imp_success', 'imp_uid', 'merchant_uid', 'order', 'success']],
  ]) {
    const { page } = await ask(call, argument, 'mobile');
    await submit(await pgWindow(page));
    await page.waitForURL(`${world.shop}/done?**`);
    assert.deepEqual([...new URL(page.url()).searchParams.keys()].sort(), names);
    assert.equal(await page.evaluate(() => window.told), undefined);
    await page.context().close();
  }
});

test('V1-043, V2-050: a window of another amount than was fixed beforehand does not open', async () => {
  const argument = payment(world);
  const fixed = await fetch(`${process.env.PORTONE_TEST_URL}/payments/${argument.paymentId}/pre-register`, {
    method: 'POST', headers: { authorization: 'PortOne sandbox-api-secret', 'content-type': 'application/json' },
    body: JSON.stringify({ storeId: STORE, totalAmount: 58000, currency: 'KRW' }),
  });
  assert.equal(fixed.status, 200);
  const { page, told } = await ask('requestPayment', { ...argument, totalAmount: 100 });
  assert.match((await told()).message, /totalAmount/);
  assert.equal(page.frames().length, 1, 'no window opened');
  await page.context().close();
});

test('V2-111: a shop that does not agree stops the payment, in its own words', async () => {
  const { createServer } = await import('node:http');
  const asked = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      asked.push(JSON.parse(body));
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ errorMessage: 'sold out' }));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const argument = payment(world, { confirmUrl: `http://127.0.0.1:${server.address().port}/confirm` });
  const { page, told } = await ask('requestPayment', argument);
  await submit(await pgWindow(page));
  const response = await told();
  assert.match(response.message, /sold out/, JSON.stringify(response));
  assert.equal((await read(argument.paymentId)).status, 'FAILED');
  assert.equal(asked[0].data.paymentId, argument.paymentId);
  await page.context().close();
  server.close();
});
