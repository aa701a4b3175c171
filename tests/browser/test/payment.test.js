// Payments through both SDKs, on a PC and a mobile: paid, refused by the PG, left by the buyer.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  GROUP, KPN, NICE, PAYMENTWALL, SMARTRO, USER_CODE, World, admin, barriers, overflow, payment, paymentV1, pgWindow, picture,
  read,
} from '../world.js';

let world;
before(async () => (world = await World.start()));
after(() => world.stop());

/** A card that its issuer refuses, and what refuses other methods. */
const DECLINED = '4000000000000002';
const UNABLE = 'REFUSE:4000000000000093';

/** Each method: what its call has besides, what a success is in the ledger, and the failure that is chosen. */
const METHODS = {
  CARD: { v2: {}, v1: { pay_method: 'card' }, status: 'PAID', failure: DECLINED },
  TRANSFER: { v2: {}, v1: { pay_method: 'trans' }, status: 'PAID', failure: UNABLE },
  VIRTUAL_ACCOUNT: {
    v2: { virtualAccount: { accountExpiry: { dueDate: '2030-11-12T23:59:59+09:00' } } },
    v1: { pay_method: 'vbank', vbank_due: '20301112' }, status: 'VIRTUAL_ACCOUNT_ISSUED', failure: UNABLE,
  },
  MOBILE: { v2: { productType: 'REAL' }, v1: { pay_method: 'phone', digital: false }, status: 'PAID', failure: UNABLE },
  EASY_PAY: {
    v2: { easyPay: { easyPayProvider: 'KAKAOPAY' } }, v1: { pay_method: 'kakaopay' }, status: 'PAID', failure: DECLINED,
  },
};

const submit = (frame) => frame.locator('button[type=submit]').click();
/** How a buyer ends the PG's window. */
const ENDS = {
  success: submit,
  failure: async (frame, outcome = DECLINED) => {
    await frame.locator('#outcome').selectOption(outcome);
    await submit(frame);
  },
  cancel: async (frame) => frame.locator('button.quiet').click(),
};

/** What came back with the URL of the shop. */
async function returned(page) {
  await page.waitForURL(`${world.shop}/done?**`);
  const query = new URL(page.url()).searchParams;
  assert.equal(query.get('order'), '7', 'the shop\'s own query is kept');
  return Object.fromEntries(query.entries());
}

async function payV2(page, device, argument, how) {
  await page.evaluate(
    ([argument, how]) => {
      const sdk = how === 'npm' ? window.SDK : window.PortOne;
      window.told = undefined;
      sdk.requestPayment(argument).then(
        (response) => (window.told = response),
        (error) => (window.told = { thrown: error.__portOneErrorType, code: error.code, message: error.message }),
      );
    },
    [argument, how],
  );
  return device === 'mobile' ? () => returned(page) : () => page.waitForFunction(() => window.told).then((it) => it.jsonValue());
}

async function payV1(page, device, argument) {
  await page.evaluate(
    ([argument, code]) => {
      window.told = undefined;
      window.IMP.init(code);
      window.IMP.request_pay(argument, (response) => (window.told = response));
    },
    [argument, USER_CODE],
  );
  return device === 'mobile' ? () => returned(page) : () => page.waitForFunction(() => window.told).then((it) => it.jsonValue());
}

/** A page of each device, which its windows take turns on: what is new is each window. */
async function shopPages(how) {
  const pages = {};
  for (const device of ['desktop', 'mobile']) pages[device] = await world.shopPage(device, how);
  return pages;
}

const backToShop = async (page, how) => {
  await page.goto(`${world.shop}/?sdk=${how}`);
  if (how === 'npm') await page.waitForFunction(() => window.SDK);
};

test('V2, by the npm package: each method on a PC and a mobile is paid, refused, left', async (context) => {
  const pages = await shopPages('npm');
  for (const [method, { v2, status, failure }] of Object.entries(METHODS)) {
    for (const device of ['desktop', 'mobile']) {
      for (const [end, finish] of Object.entries(ENDS)) {
        await context.test(`${method}, ${device}: ${end}`, async () => {
          const page = pages[device];
          await backToShop(page, 'npm');
          const argument = payment(world, { channelKey: end === 'cancel' ? SMARTRO : KPN, payMethod: method, ...v2 });
          const told = await payV2(page, device, argument, 'npm');
          const frame = await pgWindow(page);
          if (end === 'success' && method === 'CARD') await picture(page, `window-v2-${device}`);
          await finish(frame, failure);
          const response = await told();
          const known = await read(argument.paymentId);
          assert.equal(response.transactionType, 'PAYMENT', JSON.stringify(response));
          assert.equal(response.paymentId, argument.paymentId);
          assert.equal(response.txId, known.transactionId);
          assert.equal(response.paymentToken, undefined, 'the gateway has approved it by itself');
          if (end === 'success') {
            assert.equal(response.code, undefined, JSON.stringify(response));
            assert.deepEqual([known.status, known.amount.total], [status, 58000]);
          } else {
            assert.ok(response.code && response.message, JSON.stringify(response));
            assert.equal(known.status, 'FAILED', JSON.stringify(known));
          }
          if (end === 'failure' && method === 'CARD') {
            assert.equal(response.pgCode, 'K101');
            assert.match(response.pgMessage, /승인을 거절/);
          }
        });
      }
    }
  }
  for (const page of Object.values(pages)) await page.context().close();
});

test('V1: each method on a PC and a mobile is paid, refused, left', async (context) => {
  const pages = await shopPages('script');
  for (const [method, { v1, status, failure }] of Object.entries(METHODS)) {
    for (const device of ['desktop', 'mobile']) {
      for (const [end, finish] of Object.entries(ENDS)) {
        await context.test(`${method}, ${device}: ${end}`, async () => {
          const page = pages[device];
          await backToShop(page, 'script');
          const argument = paymentV1(world, { channelKey: end === 'cancel' ? SMARTRO : KPN, ...v1 });
          const told = await payV1(page, device, argument);
          await finish(await pgWindow(page), failure);
          const response = await told();
          const known = await read(argument.merchant_uid);
          assert.equal(response.merchant_uid, argument.merchant_uid, JSON.stringify(response));
          const succeeded = end === 'success';
          assert.equal(String(response.success), String(succeeded), JSON.stringify(response));
          assert.equal(known.status, succeeded ? status : 'FAILED');
          if (succeeded) assert.ok(response.imp_uid);
          else assert.ok(response.error_code && response.error_msg, JSON.stringify(response));
          if (device === 'desktop' && succeeded) assert.equal(response.paid_amount, 58000);
          if (device === 'desktop' && succeeded && method === 'VIRTUAL_ACCOUNT') assert.ok(response.vbank_num);
        });
      }
    }
  }
  for (const page of Object.values(pages)) await page.context().close();
});

/** PGs at a V1 upstream: our page makes the call on the upstream's V1 SDK. */
const AT_V1 = {
  'NICE, by V1': ['v1', { channelKey: NICE }],
  'NICE, by V2': ['v2', { channelKey: NICE }],
  'Paymentwall, by V1': ['v1', { channelKey: PAYMENTWALL, amount: 49, currency: 'USD', buyer_name: 'Jack Son' }],
};

for (const [name, [face, more]] of Object.entries(AT_V1)) {
  test(`a PG of V1, ${name}: paid, refused, left`, async (context) => {
    const pages = await shopPages('script');
    for (const device of ['desktop', 'mobile']) {
      for (const [end, finish] of Object.entries(ENDS)) {
        await context.test(`${device}: ${end}`, async () => {
          const page = pages[device];
          await backToShop(page, 'script');
          const argument = face === 'v1' ? paymentV1(world, more) : payment(world, more);
          const told = await (face === 'v1' ? payV1(page, device, argument) : payV2(page, device, argument, 'script'));
          await finish(await pgWindow(page), more.currency ? undefined : DECLINED);
          const response = await told();
          const known = await read(argument.merchant_uid ?? argument.paymentId);
          const succeeded = end === 'success';
          assert.equal(known.status, succeeded ? 'PAID' : 'FAILED', JSON.stringify(response));
          if (face === 'v1') assert.equal(String(response.success), String(succeeded), JSON.stringify(response));
          else assert.equal(response.code === undefined, succeeded, JSON.stringify(response));
        });
      }
    }
    for (const page of Object.values(pages)) await page.context().close();
  });
}

test('Paymentwall takes the first payment with a card that is registered', async () => {
  const page = await world.shopPage();
  const argument = paymentV1(world, {
    channelKey: PAYMENTWALL, amount: 20, currency: 'USD', buyer_name: 'Jack Son', customer_uid: `customer-${Date.now()}`,
  });
  const told = await payV1(page, 'desktop', argument);
  await submit(await pgWindow(page));
  const response = await told();
  assert.deepEqual([response.success, response.paid_amount, response.customer_uid], [true, 20, argument.customer_uid], JSON.stringify(response));
  const known = await read(argument.merchant_uid);
  assert.deepEqual([known.status, known.billingKey], ['PAID', response.billing_key]);
  await page.context().close();
});

test('a buyer who reloads the shop opens the same payment again', async () => {
  const page = await world.shopPage();
  const argument = payment(world);
  await payV2(page, 'desktop', argument, 'script');
  await pgWindow(page);
  await backToShop(page, 'script');
  const told = await payV2(page, 'desktop', argument, 'script');
  await submit(await pgWindow(page));
  assert.equal((await told()).code, undefined);
  assert.equal((await read(argument.paymentId)).status, 'PAID');
  await page.context().close();
});

test('the hosted checkout sells what its session says', async () => {
  const id = payment(world).paymentId;
  const made = await fetch(`${process.env.PORTONE_TEST_URL}/payment-sessions`, {
    method: 'POST', headers: { authorization: 'PortOne sandbox-api-secret', 'content-type': 'application/json' },
    body: JSON.stringify({
      storeId: payment(world).storeId, paymentId: id, profileKey: KPN, country: 'KR', currency: 'KRW', totalAmount: 58000,
      orderName: '온기 머그', storeName: '온기', agreements: [{ name: '이용약관', url: 'https://shop.example/terms' }],
      products: [{ name: '머그', unitPrice: 29000, quantity: 2 }], colors: { primary: '#166534' },
    }),
  });
  const session = await made.json();
  const page = await world.page();
  const url = new URL(session.url);
  await page.goto(process.env.PORTONE_TEST_URL + url.pathname);
  for (const width of [360, 768, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    assert.deepEqual(await overflow(page), { scrolls: false, out: [] }, `${width} px`);
    await picture(page, `checkout-${width}`);
  }
  assert.deepEqual(await barriers(page), []);
  await page.fill('#name', '김포트');
  await page.fill('#email', 'kim@example.com');
  await page.fill('#phone', '010-1234-5678');
  await page.click('button[type=submit]');
  assert.equal(page.frames().length, 1, 'the terms come first');
  await page.check('#agree0');
  await page.click('button[type=submit]');
  await submit(await pgWindow(page));
  await page.waitForSelector('#status[data-state=good]');
  assert.equal((await read(id)).status, 'PAID');
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('a group draws one channel of its members, and the decision is kept', async () => {
  const page = await world.shopPage();
  const argument = payment(world, { channelKey: undefined, channelGroupId: GROUP });
  const told = await payV2(page, 'desktop', argument, 'script');
  await ENDS.success(await pgWindow(page));
  assert.equal((await told()).code, undefined);
  const known = await read(argument.paymentId);
  assert.ok([SMARTRO, KPN].includes(known.channel.key));
  const routing = await admin(`/payments/${argument.paymentId}/routing`);
  assert.equal(routing.items[0].channelKey, known.channel.key);
  assert.equal(routing.items[0].replay.agrees, true);
  await page.context().close();
});

test('two hundred windows of a group are drawn by its weights', async () => {
  const counts = { [SMARTRO]: 0, [KPN]: 0 };
  const page = await world.shopPage();
  // The windows are asked for as the SDK does, and not shown.
  const ids = Array.from({ length: 200 }, () => payment(world, { channelKey: undefined, channelGroupId: GROUP }));
  const opened = await page.evaluate(
    async ([ids, url]) => {
      const open = (argument) =>
        fetch(url, { method: 'POST', body: JSON.stringify({ function: 'requestPayment', argument }) }).then((it) => it.json());
      const all = [];
      for (let at = 0; at < ids.length; at += 20) all.push(...(await Promise.all(ids.slice(at, at + 20).map(open))));
      return all;
    },
    [ids, `${process.env.PORTONE_TEST_URL}/window/open`],
  );
  for (const window of opened) {
    assert.ok(window.token, JSON.stringify(window));
    const routing = await admin(`/payments/${window.paymentId}/routing`);
    counts[routing.items[0].channelKey] += 1;
  }
  // 50 : 50 of 200: five standard deviations are 35.4.
  assert.ok(Math.abs(counts[KPN] - 100) <= 35, JSON.stringify(counts));
  await page.context().close();
});

test('the result is told though the shop\'s tab has gone, by the ledger', async () => {
  const page = await world.shopPage();
  const argument = payment(world);
  await payV2(page, 'desktop', argument, 'script');
  const frame = await pgWindow(page);
  const confirmed = page.waitForRequest((request) => request.url().endsWith('/window/result'));
  await ENDS.success(frame);
  await confirmed;
  await page.context().close();
  const deadline = Date.now() + 15000;
  let known = await read(argument.paymentId);
  while (known.status !== 'PAID' && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    known = await read(argument.paymentId);
  }
  assert.equal(known.status, 'PAID');
});

test('a popup that is closed half-way has ended', async () => {
  const page = await world.shopPage();
  const popped = page.waitForEvent('popup');
  const argument = payment(world, { channelKey: KPN, windowType: { pc: 'POPUP' } });
  await page.evaluate((argument) => {
    document.getElementById('buy').onclick = () => {
      window.PortOne.requestPayment(argument).then((it) => (window.told = it), (error) => (window.told = { thrown: error.message }));
    };
  }, argument);
  await page.click('#buy');
  const popup = await popped;
  popup.problems = [];
  await pgWindow(popup);
  await popup.close();
  const told = await page.waitForFunction(() => window.told).then((it) => it.jsonValue());
  assert.deepEqual([told.code, told.paymentId], ['PAY_PROCESS_CANCELED', argument.paymentId], JSON.stringify(told));
  await page.context().close();
});
