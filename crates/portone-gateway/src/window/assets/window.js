// The window's page: makes the call on the upstream's own SDK, has the gateway settle what it came to, and tells the shop.
//
// @ts-check
(function () {
  'use strict';

  const data = document.getElementById('work');
  /** @type {{sdk: 'PortOne' | 'IMP', sdkUrl: string, function: string, userCode: string, arguments: any,
   *   mode: 'iframe' | 'popup' | 'redirect', shop: string, ticket: string, returnPath: string, isKorean: boolean,
   *   isV1: boolean}} */
  const work = JSON.parse((data && data.textContent) || '{}');
  const words = /** @type {HTMLElement} */ (document.getElementById('words'));
  const notice = /** @type {HTMLElement} */ (document.getElementById('notice'));
  const spinner = /** @type {HTMLElement} */ (document.getElementById('spinner'));
  const close = /** @type {HTMLButtonElement} */ (document.getElementById('close'));

  /** @param {string} korean @param {string} english */
  const say = (korean, english) => {
    words.textContent = work.isKorean ? korean : english;
  };

  /** @returns {Promise<void>} */
  function load() {
    return new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = work.sdkUrl;
      script.addEventListener('load', () => resolve());
      script.addEventListener('error', () => reject(new Error('the PG\'s script cannot be loaded')));
      document.head.append(script);
    });
  }

  /** What the upstream's SDK says: a hint, whatever it is. @returns {Promise<any>} */
  async function ask() {
    const argument = work.arguments;
    const comesBack = location.origin + work.returnPath;
    // The buyer comes back to us first, so that the result is settled before the shop's page sees him again.
    if (argument.redirectUrl) argument.redirectUrl = comesBack;
    if (argument.m_redirect_url) argument.m_redirect_url = comesBack;
    const sdk = /** @type {any} */ (window)[work.sdk];
    if (work.sdk === 'IMP') {
      sdk.init(work.userCode);
      return new Promise((resolve) => sdk[work.function](argument, resolve));
    }
    return sdk[work.function](argument);
  }

  /** @param {any} result @returns {Promise<any>} */
  async function settle(result) {
    const answer = await fetch('/window/result', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      credentials: 'omit',
      body: JSON.stringify({ ticket: work.ticket, result }),
    });
    if (!answer.ok) throw new Error('HTTP ' + answer.status);
    return answer.json();
  }

  /** @param {any} told */
  function tell(told) {
    if (work.mode === 'redirect') {
      if (told.redirectTo) location.replace(told.redirectTo);
      return;
    }
    const shop = work.mode === 'popup' ? window.opener : window.parent;
    // Nobody else hears it, even if the page around us is another by now.
    if (shop && shop !== window) shop.postMessage({ portone: 'window-result', response: told.response }, work.shop);
  }

  /** @param {any} result */
  async function end(result) {
    notice.hidden = false;
    say('결제 결과를 확인하고 있습니다…', 'Checking what became of the payment…');
    for (let tries = 1; ; tries += 1) {
      try {
        tell(await settle(result));
        return;
      } catch (error) {
        // Money may have moved: whoever asks again gets the same answer.
        if (tries === 3) break;
        await new Promise((resolve) => setTimeout(resolve, 1000 * tries));
      }
    }
    spinner.hidden = true;
    say(
      '결제 결과를 확인하지 못했습니다. 다시 결제하기 전에 상점의 주문 내역을 확인해 주세요.',
      'The result could not be checked. Look at your order in the shop before you pay again.',
    );
  }

  async function run() {
    let result;
    try {
      await load();
      notice.hidden = true;
      result = await ask();
    } catch (error) {
      const told = /** @type {any} */ (error);
      result = { code: told.code || 'UnknownError', message: told.message, pgCode: told.pgCode, pgMessage: told.pgMessage };
      if (!told.code) {
        notice.hidden = false;
        spinner.hidden = true;
        say('결제창을 열지 못했습니다. 잠시 후 다시 시도해 주세요.', 'The payment window could not be opened. Try again later.');
        close.hidden = false;
        close.focus();
        await new Promise((resolve) => close.addEventListener('click', resolve, { once: true }));
        close.hidden = true;
      }
    }
    // A window that takes the page's place has gone on to the PG, and comes back by another way.
    if (result !== undefined) await end(result);
  }

  void run();
})();
