// How things look: every PG's window and the demo shop, in three widths, for everybody.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { World, barriers, gateway, overflow, pgWindow, picture, sandbox } from '../world.js';

let world;
before(async () => (world = await World.start()));
after(() => world.stop());

const WIDTHS = [360, 768, 1280];
const base = {
  channelKey: 'channel-key-smartro', paymentId: 'look1', orderName: '온기 머그 320 ml', totalAmount: 58000, currency: 'KRW', payMethod: 'CARD',
  customer: { customerId: 'look', fullName: '김포트', phoneNumber: '010-1234-5678', email: 'kim@example.com' },
};
const paymentwall = {
  channelKey: 'channel-key-paymentwall', merchant_uid: 'look2', name: 'Ongi mug', amount: 49.5, currency: 'USD', buyer_name: 'Jack Son',
  buyer_email: 'test@portone.io', use_test_method: true, language: 'en',
};

/** Each look, and what is asked for. */
const LOOKS = {
  ...Object.fromEntries(['RED', 'GREEN', 'BLUE', 'PURPLE'].map((colour) => [
    `smartro-${colour.toLowerCase()}`, ['pay', { ...base, bypass: { smartro_v2: { SkinColor: colour } } }],
  ])),
  'smartro-english': ['pay', { ...base, locale: 'EN_US' }],
  'smartro-account': ['pay', { ...base, payMethod: 'VIRTUAL_ACCOUNT', virtualAccount: { accountExpiry: { dueDate: '2030-11-12T23:59:59+09:00' } } }],
  'smartro-transfer': ['pay', { ...base, payMethod: 'TRANSFER' }],
  'smartro-identity': ['issue', { channelKey: base.channelKey, billingKeyMethod: 'CARD', issueId: 'look3', customer: base.customer }],
  'kpn-card': ['pay', { ...base, channelKey: 'channel-key-kpn' }],
  'kpn-card-select': ['pay', { ...base, channelKey: 'channel-key-kpn', bypass: { kpn: { CardSelect: ['GLOBAL', 'LEGACY_AUTH', 'KEY_IN'] } } }],
  'kpn-mobile': ['pay', { ...base, channelKey: 'channel-key-kpn', payMethod: 'MOBILE' }],
  'kpn-easy-pay': ['pay', { ...base, channelKey: 'channel-key-kpn', payMethod: 'EASY_PAY', locale: 'EN_US' }],
  'kpn-key': ['issue', { channelKey: 'channel-key-kpn', billingKeyMethod: 'CARD', issueId: 'look4', issueName: '정기 구독', customer: base.customer }],
  'paymentwall': ['v1-pay', paymentwall],
  'paymentwall-terminal3': ['v1-pay', { ...paymentwall, bypass: { widget_code: 't3_1', ps: 'all', country_code: 'DE' } }],
  'plain-v1': ['v1-pay', { channelKey: 'channel-key-nice', merchant_uid: 'look5', name: '온기 머그', amount: 58000, pay_method: 'card' }],
};

async function show(page, kind, call) {
  await page.goto(`${world.shop}/?sdk=none`);
  await page.evaluate(([kind, call, sandbox]) => {
    const form = document.createElement('form');
    Object.assign(form, { method: 'POST', action: `${sandbox}/window`, acceptCharset: 'UTF-8' });
    for (const [name, value] of Object.entries({ kind, call: JSON.stringify(call), page: '' })) {
      const field = document.createElement('input');
      Object.assign(field, { name, value });
      form.append(field);
    }
    document.body.append(form);
    form.submit();
  }, [kind, call, sandbox]);
  await page.waitForSelector('form.form');
}

for (const [name, [kind, call]] of Object.entries(LOOKS)) {
  test(`the window ${name}`, async () => {
    const page = await world.page();
    await show(page, kind, call);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: width === 360 ? 740 : 820 });
      const { scrolls, out } = await overflow(page);
      assert.deepEqual({ scrolls, out }, { scrolls: false, out: [] }, `${name} at ${width} px`);
      await picture(page, `pg-${name}-${width}`);
    }
    assert.deepEqual(await barriers(page), []);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });
}

test('a window is used by keyboard alone', async () => {
  const page = await world.page();
  await show(page, 'pay', base);
  const seen = [];
  for (let press = 0; press < 8; press += 1) {
    seen.push(await page.evaluate(() => document.activeElement.name || document.activeElement.className));
    await page.keyboard.press('Tab');
  }
  for (const name of ['cardCompany', 'installment', 'outcome', 'agree', 'quiet', 'go']) assert.ok(seen.includes(name), `${name} of ${seen}`);
  await page.context().close();
});

test('the demo shop, in both languages', async () => {
  for (const language of ['ko', 'en']) {
    const page = await world.page();
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(`${gateway}/demo?lang=${language}`);
      await page.waitForSelector('#route option', { state: 'attached' });
      assert.deepEqual(await overflow(page), { scrolls: false, out: [] }, `${language} at ${width} px`);
      await picture(page, `demo-${language}-${width}`);
    }
    assert.deepEqual(await barriers(page), []);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  }
});

test('the demo shop sells: by group, its result, its routing and its webhook', async () => {
  const page = await world.page();
  await page.goto(`${gateway}/demo`);
  await page.waitForSelector('#route option', { state: 'attached' });
  await page.click('#pay-v2');
  const frame = await pgWindow(page);
  await picture(page, 'demo-window');
  await frame.locator('button[type=submit]').click();
  await page.waitForSelector('#state[data-state=good]');
  await page.waitForSelector('#members .chosen');
  assert.match(await page.textContent('#facts'), /PAID/);
  await page.waitForFunction(() => /Transaction\.Paid/.test(document.getElementById('webhooks').textContent));
  await picture(page, 'demo-paid', { fullPage: true });
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('the demo shop sells by V1, and registers a card', async () => {
  const page = await world.page();
  await page.goto(`${gateway}/demo?route=channel:channel-key-kpn`);
  await page.waitForSelector('#route option', { state: 'attached' });
  await page.click('#pay-v1');
  await (await pgWindow(page)).locator('button[type=submit]').click();
  await page.waitForSelector('#state[data-state=good]');
  await page.click('#issue');
  await page.waitForFunction(() => !document.getElementById('state').dataset.state);
  await (await pgWindow(page)).locator('button[type=submit]').click();
  await page.waitForSelector('#state[data-state=good]');
  assert.match(await page.textContent('#facts'), /billing-key-/);
  await page.context().close();
});
