// The V2 browser SDK of this gateway: defines window.PortOne. No dependency and no build step; the types are JSDoc, checked
// by `npm run types` in tests/browser.
//
// @ts-check
(function () {
  'use strict';

  /**
   * @typedef {{code?: string, message?: string, pgCode?: string, pgMessage?: string, transactionType?: string,
   *   txId?: string, paymentId?: string, paymentToken?: string, billingKey?: string, billingIssueToken?: string}} Told
   * @typedef {{token: string, mode: 'iframe' | 'popup' | 'redirect', ticket: string, dims: boolean, paymentId?: string,
   *   txId?: string, billingKey?: string}} Opened
   * @typedef {{onPaymentSuccess?: (told: Told) => void, onPaymentFail?: (error: Error) => void,
   *   onIssueBillingKeySuccess?: (told: Told) => void, onIssueBillingKeyFail?: (error: Error) => void}} Callbacks
   */

  const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
  /** Where this script came from: the only origin that is believed. */
  const gateway = new URL(script && script.src ? script.src : location.href).origin;

  /** @type {Record<string, {transactionType: string, errorType: string}>} */
  const KINDS = {
    requestPayment: { transactionType: 'PAYMENT', errorType: 'PaymentError' },
    requestIssueBillingKey: { transactionType: 'ISSUE_BILLING_KEY', errorType: 'IssueBillingKeyError' },
    requestIssueBillingKeyAndPay: {
      transactionType: 'ISSUE_BILLING_KEY_AND_PAY',
      errorType: 'IssueBillingKeyAndPayError',
    },
    requestIdentityVerification: {
      transactionType: 'IDENTITY_VERIFICATION',
      errorType: 'IdentityVerificationError',
    },
    loadPaymentUI: { transactionType: 'PAYMENT', errorType: 'LoadPaymentUIError' },
    loadIssueBillingKeyUI: { transactionType: 'ISSUE_BILLING_KEY', errorType: 'LoadIssueBillingKeyUIError' },
  };

  /**
   * An error as the published package recognises it: by __portOneErrorType.
   * @param {string} name the function that failed
   * @param {Told} told
   * @returns {Error}
   */
  function failure(name, told) {
    const kind = KINDS[name];
    const error = new Error(told.message || told.code || 'the window could not be opened');
    return Object.assign(error, told, {
      name: kind.errorType,
      __portOneErrorType: kind.errorType,
      transactionType: kind.transactionType,
      message: told.message || told.code || error.message,
    });
  }

  /**
   * Asks the gateway to open a window.
   * @param {string} name
   * @param {unknown} argument
   * @returns {Promise<Opened>}
   */
  async function open(name, argument) {
    let answer;
    try {
      // A text, so that the browser sends it without asking beforehand. No cookie goes along.
      answer = await fetch(gateway + '/window/open', {
        method: 'POST',
        headers: { 'content-type': 'text/plain;charset=UTF-8' },
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        body: JSON.stringify({ function: name, argument }),
      });
    } catch (cause) {
      throw failure(name, { code: 'UnknownError', message: 'the payment gateway cannot be reached at ' + gateway });
    }
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok || !body.token) {
      throw failure(name, body.error || { code: 'UnknownError', message: body.message || 'HTTP ' + answer.status });
    }
    return body;
  }

  /**
   * A form that asks for the window's page: the token is in its body, never in a URL.
   * @param {string} target where the page goes
   * @param {string} token
   */
  function submit(target, token) {
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

  let count = 0;

  /**
   * Waits for what a window's page tells. Only our page, in that very window, is heard.
   * @param {() => Window | null} page
   * @returns {{told: Promise<Told>, stop: () => void}}
   */
  function listen(page) {
    /** @type {(event: MessageEvent) => void} */
    let hear = () => {};
    const told = new Promise((resolve) => {
      hear = (event) => {
        const isOurs = event.origin === gateway && event.source !== null && event.source === page();
        if (isOurs && event.data && event.data.portone === 'window-result') {
          resolve(event.data.response);
        }
      };
      window.addEventListener('message', hear);
    });
    return { told, stop: () => window.removeEventListener('message', hear) };
  }

  /**
   * The window over the shop's page.
   * @param {Opened} opened
   * @returns {Promise<Told>}
   */
  async function overlay(opened) {
    const frame = document.createElement('iframe');
    frame.name = 'portone-window-' + ++count;
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
    const { told, stop } = listen(() => frame.contentWindow);
    document.body.append(frame);
    document.documentElement.style.overflow = 'hidden';
    submit(frame.name, opened.token);
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
   * The window in a window of its own. One that is closed half-way has ended, too.
   * @param {string} name
   * @param {Opened} opened
   * @param {Window | null} popup
   * @returns {Promise<Told>}
   */
  async function apart(name, opened, popup) {
    if (!popup) {
      throw failure(name, { code: 'UnknownError', message: 'the browser blocked the popup; call it from a click' });
    }
    const { told, stop } = listen(() => popup);
    submit(popup.name, opened.token);
    /** @type {ReturnType<typeof setInterval> | undefined} */
    let watch;
    const closed = new Promise((resolve) => {
      watch = setInterval(() => {
        // A result that was just told comes first.
        if (popup.closed) setTimeout(() => resolve(left(name, opened)), 500);
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
   * What a window came to that nobody told of.
   * @param {string} name
   * @param {Opened} opened
   * @returns {Told}
   */
  function left(name, opened) {
    return {
      transactionType: KINDS[name].transactionType,
      ...(opened.paymentId ? { paymentId: opened.paymentId, txId: opened.txId } : { billingKey: '' }),
      code: 'PAY_PROCESS_CANCELED',
      message: 'the window was closed before it had ended; look the payment up',
    };
  }

  /**
   * @param {string} name
   * @param {any} argument
   * @returns {Promise<Told | undefined>}
   */
  async function request(name, argument) {
    const asksPopup = argument && argument.windowType && /POPUP$/.test(String(argument.windowType.pc));
    const isMobile = /Android|iPhone|iPad|Mobile/.test(navigator.userAgent);
    // A browser lets a click open a popup, and not what comes after it.
    const popup = asksPopup && !isMobile ? window.open('about:blank', 'portone-popup-' + ++count, 'width=840,height=720') : null;
    let opened;
    try {
      opened = await open(name, argument);
    } catch (error) {
      if (popup) popup.close();
      throw error;
    }
    if (opened.mode === 'popup') return apart(name, opened, popup);
    if (popup) popup.close();
    if (opened.mode === 'redirect') {
      submit('_top', opened.token);
      // The page is leaving: nothing of it may go on.
      return new Promise(() => {});
    }
    return overlay(opened);
  }

  /**
   * PayPal's and such buttons are a PG's own element in the shop's page; no channel of this gateway has one.
   * @param {string} name
   * @returns {Promise<never>}
   */
  async function noButtons(name) {
    throw failure(name, {
      code: 'BadRequest',
      message: name + ': no channel of this gateway has a payment UI inside the shop\'s page; call ' +
        (name.includes('Billing') ? 'requestIssueBillingKey' : 'requestPayment') + ', which opens a window',
    });
  }

  const sdk = {
    /** @param {unknown} argument */
    requestPayment: (argument) => request('requestPayment', argument),
    /** @param {unknown} argument */
    requestIssueBillingKey: (argument) => request('requestIssueBillingKey', argument),
    /** @param {unknown} argument */
    requestIssueBillingKeyAndPay: (argument) => request('requestIssueBillingKeyAndPay', argument),
    /** @param {unknown} _argument */
    requestIdentityVerification: async (_argument) => {
      throw failure('requestIdentityVerification', {
        code: 'BadRequest',
        message: 'requestIdentityVerification: this gateway takes payments only; verify identities at PortOne directly',
      });
    },
    /** @param {unknown} _argument @param {Callbacks} [_callbacks] */
    loadPaymentUI: (_argument, _callbacks) => noButtons('loadPaymentUI'),
    /** @param {unknown} _argument @param {Callbacks} [_callbacks] */
    loadIssueBillingKeyUI: (_argument, _callbacks) => noButtons('loadIssueBillingKeyUI'),
    /** @param {unknown} _argument */
    updateLoadPaymentUIRequest: (_argument) => noButtons('loadPaymentUI'),
    /** @param {unknown} _argument */
    updateLoadIssueBillingKeyUIRequest: (_argument) => noButtons('loadIssueBillingKeyUI'),
  };

  Object.defineProperty(window, 'PortOne', { value: Object.freeze(sdk), enumerable: true, configurable: true });
})();
