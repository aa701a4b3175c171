// A browser, a shop's page on an origin of its own, and what the tests ask the gateway from the server's side.

import { createServer } from 'node:http';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

const wanted = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; run these tests with cargo xtask test`);
  return value;
};

export const gateway = wanted('PORTONE_TEST_URL');
export const sandbox = wanted('PORTONE_TEST_SANDBOX_URL');
export const STORE = 'store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec';
export const GROUP = 'channel-group-test-demo';
export const SMARTRO = 'channel-key-smartro';
export const KPN = 'channel-key-kpn';
export const NICE = 'channel-key-nice';
export const PAYMENTWALL = 'channel-key-paymentwall';
export const USER_CODE = 'imp00000000';

const artefacts = process.env.PORTONE_TEST_ARTEFACTS || path.join(import.meta.dirname, 'artefacts');
mkdirSync(artefacts, { recursive: true });

export const DEVICES = {
  desktop: { viewport: { width: 1280, height: 800 } },
  mobile: {
    viewport: { width: 360, height: 740 },
    isMobile: true,
    hasTouch: true,
    deviceScaleFactor: 2,
    userAgent:
      'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36',
  },
};

/** What a shop's page is: it loads the SDK as `how` says, and comes back to itself. */
function shopPage(how) {
  const scripts = {
    script: `<script src="${gateway}/v2/browser-sdk.js"></script><script src="${gateway}/v1/iamport.js"></script>`,
    npm: `<script type="module">
      import * as PortOne from '/browser-sdk.js';
      PortOne.__INTERNAL__setPortOneSdkUrl('${gateway}/v2/browser-sdk.js');
      window.SDK = PortOne;
    </script>`,
    none: '',
  };
  return `<!doctype html><html lang="ko"><head><meta charset="utf-8"><title>상점</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="icon" href="data:,">${scripts[how] ?? ''}</head>
    <body><h1>상점</h1><button id="buy">구매</button></body></html>`;
}

/** Two shops, each an origin of its own. */
async function serveShop() {
  const sdk = readFileSync(new URL('node_modules/@portone/browser-sdk/dist/v2.js', import.meta.url));
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://shop');
    if (url.pathname === '/browser-sdk.js') {
      response.setHeader('content-type', 'text/javascript');
      response.end(sdk);
      return;
    }
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(shopPage(url.searchParams.get('sdk') ?? 'script'));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

export class World {
  static async start() {
    const world = new World();
    world.server = await serveShop();
    world.port = world.server.address().port;
    world.shop = `http://127.0.0.1:${world.port}`;
    world.other = `http://localhost:${world.port}`;
    world.browser = await chromium.launch({
      executablePath: process.env.PORTONE_CHROMIUM || '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--lang=ko-KR'],
    });
    return world;
  }

  async stop() {
    await this.browser.close();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** A page of a device; whatever it logs as an error is kept. */
  async page(device = 'desktop', more = {}) {
    const context = await this.browser.newContext({ ...DEVICES[device], locale: 'ko-KR', ...more });
    const page = await context.newPage();
    page.problems = [];
    page.on('pageerror', (error) => page.problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') page.problems.push(message.text());
    });
    page.setDefaultTimeout(20000);
    return page;
  }

  /** The shop's page, with the SDK loaded. */
  async shopPage(device = 'desktop', how = 'script', origin = this.shop) {
    const page = await this.page(device);
    await page.goto(`${origin}/?sdk=${how}`);
    if (how === 'npm') await page.waitForFunction(() => window.SDK);
    return page;
  }
}

let count = 0;
/** A payment id that no other run used: letters and digits only, as Smartro wants. */
export const paymentId = () => `browser${Date.now().toString(36)}${(count += 1)}x${process.pid}`;

/** A payment's argument that both PGs of the group take. */
export const payment = (world, more = {}) => ({
  storeId: STORE,
  channelKey: KPN,
  paymentId: paymentId(),
  orderName: '온기 머그',
  totalAmount: 58000,
  currency: 'KRW',
  payMethod: 'CARD',
  customer: { customerId: 'customer1', fullName: '김포트', phoneNumber: '010-1234-5678', email: 'kim@example.com' },
  redirectUrl: `${world.shop}/done?order=7`,
  ...more,
});

/** The same by V1. */
export const paymentV1 = (world, more = {}) => ({
  channelKey: KPN,
  pay_method: 'card',
  merchant_uid: paymentId(),
  name: '온기 머그',
  amount: 58000,
  customer_id: 'customer1',
  buyer_name: '김포트',
  buyer_tel: '010-1234-5678',
  buyer_email: 'kim@example.com',
  m_redirect_url: `${world.shop}/done?order=7`,
  ...more,
});

/** The PG's window: over the shop's page, or in its place. */
export async function pgWindow(page) {
  const deadline = Date.now() + 20000;
  for (;;) {
    const frame = page.frames().find((frame) => frame.url() === `${sandbox}/window`);
    if (frame && (await frame.locator('form').count().catch(() => 0))) return frame;
    if (Date.now() > deadline) throw new Error(`no PG's window; frames: ${page.frames().map((frame) => frame.url())}; ${page.problems}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What the gateway's own API says of a payment. */
export async function read(id) {
  const answer = await fetch(`${gateway}/payments/${encodeURIComponent(id)}`, {
    headers: { authorization: 'PortOne sandbox-api-secret' },
  });
  return answer.json();
}

export async function admin(path) {
  const answer = await fetch(`${gateway}/admin${path}`, { headers: { authorization: 'Bearer sandbox-admin-token' } });
  return answer.json();
}

/** A picture, kept as an artefact. */
export async function picture(page, name, more = {}) {
  await page.screenshot({ path: path.join(artefacts, `${name}.png`), ...more });
}

/** The widths of a page that nothing may stick out of. */
export async function overflow(frame) {
  return frame.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const out = [...document.querySelectorAll('body *')].filter((element) => {
      const box = element.getBoundingClientRect();
      if (box.width === 0 || getComputedStyle(element).position === 'absolute') return false;
      return box.right > width + 1 || box.left < -1;
    });
    return { scrolls: document.documentElement.scrollWidth > width, out: out.map((element) => element.outerHTML.slice(0, 120)) };
  });
}

const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** What axe finds that is serious or worse. */
export async function barriers(frame) {
  await frame.evaluate(axe);
  const found = await frame.evaluate(() => window.axe.run(document, { resultTypes: ['violations'], iframes: false }));
  return found.violations
    .filter((violation) => ['serious', 'critical'].includes(violation.impact))
    .map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(' | ')}`);
}
