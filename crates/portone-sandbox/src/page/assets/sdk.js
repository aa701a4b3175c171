// The sandbox's own browser SDKs: window.PortOne at /v2/browser-sdk.js, window.IMP at /v1/iamport.js. They open a PG's window
// that this sandbox plays, over the page or in its place, as the documents tell.
//
// @ts-check
(function () {
  'use strict';

  const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
  const source = new URL(script && script.src ? script.src : location.href);
  const sandbox = source.origin;
  const isV1 = source.pathname.startsWith('/v1/');
  let count = 0;

  /** @param {string} target @param {Record<string, string>} fields */
  function submit(target, fields) {
    const form = document.createElement('form');
    form.method = 'POST';
    form.acceptCharset = 'UTF-8';
    form.action = sandbox + '/window';
    form.target = target;
    form.hidden = true;
    for (const [name, value] of Object.entries(fields)) {
      const field = document.createElement('input');
      field.type = 'hidden';
      field.name = name;
      field.value = value;
      form.append(field);
    }
    document.body.append(form);
    form.submit();
    form.remove();
  }

  /** @param {any} call */
  function takesThePlace(call) {
    const isMobile = /Android|iPhone|iPad|Mobile/.test(navigator.userAgent);
    const named = call.windowType && call.windowType[isMobile ? 'mobile' : 'pc'];
    const comesBack = call.redirectUrl || call.m_redirect_url;
    if (!comesBack) return false;
    if (call.forceRedirect || /REDIRECTION$/.test(String(named))) return true;
    return isMobile && !named;
  }

  /** @param {string} kind @param {any} call @returns {Promise<any>} */
  function open(kind, call) {
    const fields = { kind, call: JSON.stringify(call), page: location.origin };
    if (takesThePlace(call)) {
      submit('_self', { ...fields, page: '' });
      return new Promise(() => {});
    }
    const frame = document.createElement('iframe');
    frame.name = 'sandbox-pg-' + ++count;
    frame.title = 'PG';
    const look = {
      position: 'fixed', inset: '0', width: '100%', height: '100%', border: '0', background: 'transparent',
      'z-index': '10', 'color-scheme': 'normal',
    };
    for (const [name, value] of Object.entries(look)) frame.style.setProperty(name, value);
    return new Promise((resolve) => {
      /** @param {MessageEvent} event */
      const hear = (event) => {
        const isOurs = event.origin === sandbox && event.source === frame.contentWindow;
        if (!isOurs || !event.data || event.data.sandbox !== 'ended') return;
        window.removeEventListener('message', hear);
        frame.remove();
        resolve(event.data.result);
      };
      window.addEventListener('message', hear);
      document.body.append(frame);
      submit(frame.name, fields);
      frame.focus();
    });
  }

  const sdk = isV1
    ? {
        init() {},
        /** @param {any} call @param {(result: any) => void} [callback] */
        request_pay(call, callback) {
          void open(call.customer_uid ? 'v1-issue' : 'v1-pay', call).then((result) => callback && callback(result));
        },
      }
    : {
        /** @param {any} call */
        requestPayment: (call) => open('pay', call),
        /** @param {any} call */
        requestIssueBillingKey: (call) => open('issue', call),
        /** @param {any} call */
        requestIssueBillingKeyAndPay: (call) => open('issue-and-pay', call),
      };
  Object.defineProperty(window, isV1 ? 'IMP' : 'PortOne', { value: Object.freeze(sdk), configurable: true });
})();
