// The V1 browser SDK of this gateway: defines window.IMP. No dependency and no build step; the types are JSDoc, checked by
// `npm run types` in tests/browser.
//
// @ts-check
(function () {
  'use strict';

  /**
   * @typedef {{success: boolean, imp_success?: boolean, imp_uid?: string | null, merchant_uid?: string,
   *   error_code?: string, error_msg?: string}} Told
   * @typedef {{token: string, mode: 'iframe' | 'popup' | 'redirect', dims: boolean}} Opened
   */

  const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
  /** Where this script came from: the only origin that is believed. */
  const gateway = new URL(script && script.src ? script.src : location.href).origin;
  let userCode = '';
  /** @type {string | undefined} */
  let tier;
  let count = 0;

  /**
   * What a callback is told where no window opened. `success` is always there.
   * @param {any} argument
   * @param {string} code
   * @param {string} message
   * @returns {Told}
   */
  function refused(argument, code, message) {
    return {
      success: false,
      imp_success: false,
      imp_uid: null,
      merchant_uid: argument && argument.merchant_uid,
      error_code: code,
      error_msg: message,
    };
  }

  /**
   * @param {any} argument
   * @returns {Promise<Opened | {refused: Told}>}
   */
  async function open(argument) {
    let answer;
    try {
      answer = await fetch(gateway + '/window/open', {
        method: 'POST',
        headers: { 'content-type': 'text/plain;charset=UTF-8' },
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        body: JSON.stringify({ function: 'request_pay', userCode, tier, argument }),
      });
    } catch (cause) {
      return { refused: refused(argument, 'UnknownError', 'the payment gateway cannot be reached at ' + gateway) };
    }
    const body = await answer.json().catch(() => ({}));
    if (answer.ok && body.token) return body;
    const error = body.error || { code: 'UnknownError', message: body.message || 'HTTP ' + answer.status };
    return { refused: refused(argument, error.pgCode || error.code, error.message) };
  }

  /**
   * A form that asks for the window's page: the token is in its body, never in a URL.
   * @param {string} target
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

  /**
   * The window over the shop's page. Only our page, in that very frame, is heard.
   * @param {Opened} opened
   * @returns {Promise<Told>}
   */
  function overlay(opened) {
    const frame = document.createElement('iframe');
    frame.name = 'imp-window-' + ++count;
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
    return new Promise((resolve) => {
      /** @param {MessageEvent} event */
      const hear = (event) => {
        const isOurs = event.origin === gateway && event.source !== null && event.source === frame.contentWindow;
        if (!isOurs || !event.data || event.data.portone !== 'window-result') return;
        window.removeEventListener('message', hear);
        frame.remove();
        document.documentElement.style.overflow = scrolled;
        if (focused instanceof HTMLElement) focused.focus();
        resolve(event.data.response);
      };
      window.addEventListener('message', hear);
      document.body.append(frame);
      document.documentElement.style.overflow = 'hidden';
      submit(frame.name, opened.token);
      frame.focus();
    });
  }

  /**
   * @param {any} argument
   * @param {((told: Told) => void) | undefined} callback
   */
  async function pay(argument, callback) {
    /** @param {Told} told */
    const tell = (told) => {
      if (typeof callback === 'function') callback(told);
    };
    if (!userCode) {
      tell(refused(argument, 'RequestParseFailed', 'IMP.init: call it with the store\'s user code before request_pay'));
      return;
    }
    const opened = await open(argument);
    if ('refused' in opened) {
      tell(opened.refused);
      return;
    }
    if (opened.mode === 'redirect') {
      submit('_top', opened.token);
      return;
    }
    const told = await overlay(opened);
    tell({ ...told, success: told.success === true });
  }

  const imp = {
    /** @param {string} code */
    init(code) {
      userCode = String(code);
    },
    /** @param {string} code @param {string} [agencyTier] */
    agency(code, agencyTier) {
      userCode = String(code);
      tier = agencyTier;
    },
    /** @param {any} argument @param {(told: Told) => void} [callback] */
    request_pay(argument, callback) {
      void pay(argument, callback);
    },
    /** @param {any} argument @param {(told: Told) => void} [callback] */
    certification(argument, callback) {
      const words = 'IMP.certification: this gateway takes payments only; verify identities at PortOne directly';
      if (typeof callback === 'function') callback(refused(argument, 'BadRequest', words));
      else throw new Error(words);
    },
    /** @param {...unknown} _arguments */
    loadUI(..._arguments) {
      throw new Error('IMP.loadUI: no channel of this gateway has a payment UI inside the page; call IMP.request_pay');
    },
  };

  Object.defineProperty(window, 'IMP', { value: Object.freeze(imp), enumerable: true, configurable: true });
})();
