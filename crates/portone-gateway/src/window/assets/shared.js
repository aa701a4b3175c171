// What both browser SDKs of this gateway are made of: the gateway's origin, and a window opened, shown and waited for. The
// gateway puts it before the part of each. No dependency and no build step; the types are JSDoc, checked by `npm run types`
// in tests/browser.
//
// @ts-check
'use strict';

/**
 * @typedef {{code: string, message: string, pgCode?: string, pgMessage?: string}} Refusal
 * @typedef {{token: string, mode: 'iframe' | 'popup' | 'redirect', ticket: string, dims: boolean, paymentId?: string,
 *   txId?: string, billingKey?: string}} Opened
 * @typedef {{refusal: Refusal} | {told: any} | {left: Opened}} Ended
 */

const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
/** Where this script came from: the only origin that is believed. */
const gateway = new URL(script && script.src ? script.src : location.href).origin;
let windowCount = 0;

/**
 * Asks the gateway to open a window.
 * @param {any} call the function, its argument, and what `IMP.init` was called with
 * @returns {Promise<Opened | {refusal: Refusal}>}
 */
async function openWindow(call) {
  let answer;
  try {
    // A text, so that the browser sends it without asking beforehand. No cookie goes along.
    answer = await fetch(gateway + '/window/open', {
      method: 'POST',
      headers: { 'content-type': 'text/plain;charset=UTF-8' },
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      body: JSON.stringify(call),
    });
  } catch (cause) {
    return { refusal: { code: 'UnknownError', message: 'the payment gateway cannot be reached at ' + gateway } };
  }
  const body = await answer.json().catch(() => ({}));
  if (answer.ok && body.token) return body;
  return { refusal: body.error || { code: 'UnknownError', message: body.message || 'HTTP ' + answer.status } };
}

/**
 * A form that asks for the window's page: the token is in its body, never in a URL.
 * @param {string} target where the page goes
 * @param {string} token
 */
function submitToken(target, token) {
  const form = document.createElement('form');
  form.method = 'POST';
  form.acceptCharset = 'UTF-8';
  form.action = gateway + '/window/page';
  form.target = target;
  form.hidden = true;
  const field = document.createElement('input');
  field.type = 'hidden';
  field.name = 'token';
  field.value = token;
  form.append(field);
  document.body.append(form);
  form.submit();
  form.remove();
}

/**
 * Waits for what a window's page tells. Only our page, in that very window, is heard.
 * @param {() => Window | null} page
 * @returns {{told: Promise<Ended>, stop: () => void}}
 */
function listenTo(page) {
  /** @type {(event: MessageEvent) => void} */
  let hear = () => {};
  /** @type {Promise<Ended>} */
  const told = new Promise((resolve) => {
    hear = (event) => {
      const isOurs = event.origin === gateway && event.source !== null && event.source === page();
      if (isOurs && event.data && event.data.portone === 'window-result') resolve({ told: event.data.response });
    };
    window.addEventListener('message', hear);
  });
  return { told, stop: () => window.removeEventListener('message', hear) };
}

/**
 * The window over the shop's page.
 * @param {Opened} opened
 * @returns {Promise<Ended>}
 */
async function showOver(opened) {
  const frame = document.createElement('iframe');
  frame.name = 'portone-window-' + ++windowCount;
  frame.title = document.documentElement.lang.startsWith('en') ? 'Payment window' : '결제창';
  frame.setAttribute('allow', 'payment *; publickey-credentials-get *; clipboard-write *');
  const look = {
    position: 'fixed', inset: '0', width: '100%', height: '100%', border: '0', margin: '0', padding: '0',
    'z-index': '2147483647', 'color-scheme': 'normal', 'max-width': 'none', 'max-height': 'none',
    background: opened.dims ? 'rgba(15, 23, 42, .55)' : 'transparent',
  };
  for (const [name, value] of Object.entries(look)) frame.style.setProperty(name, value, 'important');
  const scrolled = document.documentElement.style.overflow;
  const focused = document.activeElement;
  const { told, stop } = listenTo(() => frame.contentWindow);
  document.body.append(frame);
  document.documentElement.style.overflow = 'hidden';
  submitToken(frame.name, opened.token);
  frame.focus();
  try {
    return await told;
  } finally {
    stop();
    frame.remove();
    document.documentElement.style.overflow = scrolled;
    if (focused instanceof HTMLElement) focused.focus();
  }
}

/**
 * The window in a popup, which its buyer may close.
 * @param {Opened} opened
 * @param {Window} popup
 * @returns {Promise<Ended>}
 */
async function showApart(opened, popup) {
  const { told, stop } = listenTo(() => popup);
  submitToken(popup.name, opened.token);
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let watch;
  /** @type {Promise<Ended>} */
  const closed = new Promise((resolve) => {
    watch = setInterval(() => {
      // A result that was just told comes first.
      if (popup.closed) setTimeout(() => resolve({ left: opened }), 500);
    }, 300);
  });
  try {
    return await Promise.race([told, closed]);
  } finally {
    clearInterval(watch);
    stop();
    popup.close();
  }
}

/**
 * Opens a window, shows it and waits for its end. A window in the page's place has no end here.
 * @param {any} call
 * @param {boolean} asksPopup
 * @returns {Promise<Ended>}
 */
async function runWindow(call, asksPopup) {
  const isMobile = /Android|iPhone|iPad|Mobile/.test(navigator.userAgent);
  // A browser lets a click open a popup, and not what comes after it.
  const name = 'portone-popup-' + ++windowCount;
  const popup = asksPopup && !isMobile ? window.open('about:blank', name, 'width=840,height=720') : null;
  const opened = await openWindow(call);
  if (popup && ('refusal' in opened || opened.mode !== 'popup')) popup.close();
  if ('refusal' in opened) return opened;
  if (opened.mode === 'popup') {
    if (popup) return showApart(opened, popup);
    return { refusal: { code: 'UnknownError', message: 'the browser blocked the popup; call it from a click' } };
  }
  if (opened.mode === 'redirect') {
    submitToken('_top', opened.token);
    // The page is leaving: nothing of it may go on.
    return new Promise(() => {});
  }
  return showOver(opened);
}
