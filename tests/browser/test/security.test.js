// What a hostile page tries.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { World, gateway, payment, pgWindow, read } from '../world.js';

let world;
before(async () => (world = await World.start()));
after(() => world.stop());

const open = async (argument, origin) => {
  const answer = await fetch(`${gateway}/window/open`, {
    method: 'POST', headers: { origin }, body: JSON.stringify({ function: 'requestPayment', argument }),
  });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
};
const page = (token) => fetch(`${gateway}/window/page`, { method: 'POST', body: `token=${token}` });

test('a token shows its window once, and no URL holds it', async () => {
  const opened = await open(payment(world), world.shop);
  assert.equal(opened.status, 200);
  assert.equal(opened.headers.get('access-control-allow-origin'), world.shop);
  assert.equal(opened.headers.get('access-control-allow-credentials'), null);
  const first = await page(opened.body.token);
  assert.equal(first.status, 200);
  assert.ok(!(await first.text()).includes(opened.body.token));
  assert.equal((await page(opened.body.token)).status, 410);
  assert.equal((await page('guess')).status, 410);
});

test('only the shop that asked may frame the window, and no inline script runs', async () => {
  const { body } = await open(payment(world), world.shop);
  const shown = await page(body.token);
  const policy = shown.headers.get('content-security-policy');
  assert.match(policy, new RegExp(`frame-ancestors ${world.shop}(;|$)`));
  assert.ok(!/unsafe-inline|unsafe-eval|\*/.test(policy), policy);
  assert.equal(shown.headers.get('referrer-policy'), 'no-referrer');
  assert.equal(shown.headers.get('cache-control'), 'no-store');
  const alone = await page((await open(payment(world, { forceRedirect: true }), world.shop)).body.token);
  assert.match(alone.headers.get('content-security-policy'), /frame-ancestors 'none'/);
  assert.equal(alone.headers.get('x-frame-options'), 'DENY');
});

test('a page that stole a token cannot frame the window', async () => {
  const { body } = await open(payment(world), world.shop);
  const thief = await world.shopPage('desktop', 'none', world.other);
  await thief.evaluate(([url, token]) => {
    document.body.innerHTML = `<iframe name="prey"></iframe><form method="post" target="prey" action="${url}"><input name="token" value="${token}"></form>`;
    document.forms[0].submit();
  }, [`${gateway}/window/page`, body.token]);
  for (let tries = 0; thief.problems.length === 0 && tries < 100; tries += 1) await thief.waitForTimeout(50);
  assert.match(thief.problems.join('\n'), /frame-ancestors/);
  assert.ok(!thief.frames().some((frame) => frame.url() === `${sandboxOf()}/window`));
  await thief.context().close();
});

const sandboxOf = () => process.env.PORTONE_TEST_SANDBOX_URL;

test('a forged message ends nothing', async () => {
  const shop = await world.shopPage();
  const argument = payment(world);
  await shop.evaluate((argument) => {
    window.told = undefined;
    window.PortOne.requestPayment(argument).then((response) => (window.told = response));
  }, argument);
  const frame = await pgWindow(shop);
  await shop.evaluate((id) => {
    window.postMessage({ portone: 'window-result', response: { paymentId: id, forged: true } }, '*');
  }, argument.paymentId);
  // The PG's own frame is no more believed than the page is.
  await frame.evaluate((id) => window.top.postMessage({ portone: 'window-result', response: { paymentId: id, forged: true } }, '*'), argument.paymentId);
  await shop.waitForTimeout(300);
  assert.equal(await shop.evaluate(() => window.told), undefined);
  await frame.locator('button[type=submit]').click();
  const told = await shop.waitForFunction(() => window.told).then((it) => it.jsonValue());
  assert.equal(told.forged, undefined);
  assert.equal((await read(argument.paymentId)).status, 'PAID');
  await shop.context().close();
});

test('a page that says it is paid is not believed', async () => {
  const argument = payment(world);
  const { body } = await open(argument, world.shop);
  const result = { transactionType: 'PAYMENT', paymentId: argument.paymentId, txId: 'x', status: 'PAID' };
  const told = await fetch(`${gateway}/window/result`, {
    method: 'POST', headers: { origin: gateway, 'content-type': 'application/json' },
    body: JSON.stringify({ ticket: body.ticket, result }),
  });
  const { response } = await told.json();
  assert.ok(response.code, JSON.stringify(response));
  assert.equal((await read(argument.paymentId)).status, 'READY');
  const forged = await fetch(`${gateway}/window/result`, {
    method: 'POST', headers: { origin: gateway, 'content-type': 'application/json' },
    body: JSON.stringify({ ticket: body.ticket, result: { ...result, paymentToken: 'payment-token-of-mine' } }),
  });
  assert.ok((await forged.json()).response.code);
  assert.notEqual((await read(argument.paymentId)).status, 'PAID');
});

test('the end of a window is told by its own page only', async () => {
  const { body } = await open(payment(world), world.shop);
  for (const origin of [world.shop, 'null', undefined]) {
    const headers = origin ? { origin } : {};
    const told = await fetch(`${gateway}/window/result`, { method: 'POST', headers, body: JSON.stringify({ ticket: body.ticket }) });
    assert.equal(told.status, 403, String(origin));
  }
});

test('the way back leads to the shop\'s own URL, and to no other', async () => {
  const argument = payment(world);
  const { body } = await open(argument, world.shop);
  const back = await fetch(`${gateway}/window/return/${body.ticket}?code=X&message=left&redirectUrl=https://evil.example`, { redirect: 'manual' });
  assert.equal(back.status, 303);
  assert.ok(back.headers.get('location').startsWith(`${world.shop}/done?order=7&transactionType=PAYMENT&paymentId=${argument.paymentId}`));
  const [claims, seal] = body.ticket.split('.');
  const changed = JSON.parse(Buffer.from(claims, 'base64url'));
  changed.redirect_url = 'https://evil.example/';
  const forged = `${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${seal}`;
  const lost = await fetch(`${gateway}/window/return/${forged}`, { redirect: 'manual' });
  assert.deepEqual([lost.status, lost.headers.get('location')], [404, null]);
});

test('a URL that runs something is no URL to come back to', async () => {
  for (const redirectUrl of ['javascript:alert(1)', 'javascript://x/%0aalert(1)', 'data:text/html,x', '//evil.example', 'https://a@evil.example']) {
    const { status, body } = await open(payment(world, { redirectUrl }), world.shop);
    assert.equal(status, 400, redirectUrl);
    assert.match(body.error.message, /redirectUrl/);
  }
});

test('a page without an origin opens nothing', async () => {
  for (const origin of ['null', 'file://', 'https://a.example/path']) {
    const { status, body } = await open(payment(world), origin);
    assert.equal(status, 400, origin);
    assert.match(body.error.message, /origin/);
  }
});

test('scripts are cached long, tagged, and have the hash that is told', async () => {
  for (const path of ['/v2/browser-sdk.js', '/v1/iamport.js']) {
    const script = await fetch(gateway + path);
    assert.match(script.headers.get('cache-control'), /max-age=86400/);
    assert.equal(script.headers.get('x-content-type-options'), 'nosniff');
    const again = await fetch(gateway + path, { headers: { 'if-none-match': script.headers.get('etag') } });
    assert.equal(again.status, 304);
    const digest = await crypto.subtle.digest('SHA-384', await script.arrayBuffer());
    assert.equal(script.headers.get('etag'), `"${Buffer.from(digest).toString('base64')}"`);
  }
});
