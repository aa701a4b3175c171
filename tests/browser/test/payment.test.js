// Payments through both SDKs, on a PC and a mobile: paid, refused by the PG, left by the buyer.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  GROUP, KPN, SMARTRO, USER_CODE, World, admin, payment, paymentV1, pgWindow, picture, read,
} from '../world.js';

let world;
before(async () => (world = await World.start()));
after(() => world.stop());

const DECLINED = '4000000000000002';

/** How a buyer ends the PG's window. */
const ENDS = {
  success: async (frame) => frame.locator('button[type=submit]').click(),
  failure: async (frame) => {
    await frame.locator('#outcome').selectOption(DECLINED);
    await frame.locator('button[type=submit]').click();
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

for (const device of ['desktop', 'mobile']) {
  for (const [end, finish] of Object.entries(ENDS)) {
    test(`V2, the npm package, ${device}: ${end}`, async () => {
      const page = await world.shopPage(device, 'npm');
      const argument = payment(world, { channelKey: end === 'cancel' ? SMARTRO : KPN });
      const told = await payV2(page, device, argument, 'npm');
      const frame = await pgWindow(page);
      if (end === 'success') await picture(page, `window-v2-${device}`);
      await finish(frame);
      const response = await told();
      const known = await read(argument.paymentId);
      assert.equal(response.transactionType, 'PAYMENT');
      assert.equal(response.paymentId, argument.paymentId);
      assert.equal(response.txId, known.transactionId);
      assert.equal(response.paymentToken, undefined, 'the gateway has approved it by itself');
      if (end === 'success') {
        assert.equal(response.code, undefined, JSON.stringify(response));
        assert.deepEqual([known.status, known.amount.total], ['PAID', 58000]);
      } else {
        assert.ok(response.code && response.message, JSON.stringify(response));
        assert.notEqual(known.status, 'PAID');
      }
      if (end === 'failure') {
        assert.deepEqual([response.pgCode, known.status], ['K101', 'FAILED']);
        assert.match(response.pgMessage, /승인을 거절/);
      }
      await page.context().close();
    });

    test(`V1, ${device}: ${end}`, async () => {
      const page = await world.shopPage(device);
      const argument = paymentV1(world);
      const told = await payV1(page, device, argument);
      await finish(await pgWindow(page));
      const response = await told();
      const known = await read(argument.merchant_uid);
      assert.equal(response.merchant_uid, argument.merchant_uid);
      const succeeded = end === 'success';
      assert.equal(String(response.success), String(succeeded), JSON.stringify(response));
      assert.equal(known.status === 'PAID', succeeded);
      if (succeeded) assert.ok(response.imp_uid);
      else assert.ok(response.error_code && response.error_msg, JSON.stringify(response));
      if (device === 'desktop' && succeeded) assert.equal(response.paid_amount, 58000);
      await page.context().close();
    });
  }
}

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
