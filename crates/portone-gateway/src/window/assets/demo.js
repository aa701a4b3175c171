// The demo shop: what its buttons do is what it shows.
//
// @ts-check
(function () {
  'use strict';

  const PRICE = 58000;
  /** The same in dollars. */
  const PRICE_ABROAD = 42;
  /** @type {Record<string, Record<string, string>>} */
  const WORDS = {
    ko: {
      title: '결제 데모 상점', kind: '핸드메이드 도자기', name: '온기 머그 320 ml', shipping: '무료배송',
      text: '이천 공방에서 한 점씩 빚은 머그입니다. 버튼을 누르면 고른 경로로 결제창이 열립니다.', how: '결제 방법', route: '경로', method: '결제 수단',
      CARD: '카드', TRANSFER: '계좌이체', VIRTUAL_ACCOUNT: '가상계좌', MOBILE: '휴대폰', EASY_PAY: '간편결제', skin: '스마트로 색상',
      payV2: 'V2로 결제하기', payV1: 'V1로 결제하기', issue: '카드 등록 (빌링키)', code: '버튼 뒤의 코드', result: '결과',
      nothing: '아직 결제하지 않았습니다.', routing: '경로를 고른 까닭', told: 'SDK가 알려 준 값', hooks: '도착한 웹훅',
      hooksHint: '상점 서버가 받은 그대로입니다. 창을 닫아도 웹훅은 옵니다.', groupHint: '스마트 라우팅 그룹: 비율에 따라 채널 하나가 정해집니다', channelHint: '이 채널로만 결제합니다',
      waiting: '결제창이 열려 있습니다…', failed: '결제되지 않았습니다', paid: '결제되었습니다', issued: '카드가 등록되었습니다', account: '가상계좌가 발급되었습니다',
      status: '상태', channel: '채널', amount: '금액', number: '주문 번호', reason: '까닭', price: '58,000원', chosen: '선택', group: '그룹', channels: '채널', key: '빌링키',
      noGroup: '결제창 빌링키는 채널 하나에만 발급됩니다.',
    },
    en: {
      title: 'Demo shop', kind: 'Handmade ceramics', name: 'Ongi mug, 320 ml', shipping: 'free shipping',
      text: 'Thrown one by one in a studio in Icheon. A button opens the payment window on the route you choose.', how: 'How to pay', route: 'Route', method: 'Method',
      CARD: 'Card', TRANSFER: 'Transfer', VIRTUAL_ACCOUNT: 'Virtual account', MOBILE: 'Carrier', EASY_PAY: 'Easy pay', skin: 'Smartro\'s colour',
      payV2: 'Pay by V2', payV1: 'Pay by V1', issue: 'Register a card', code: 'The code behind the buttons', result: 'Result',
      nothing: 'Nothing is paid yet.', routing: 'Why it went there', told: 'What the SDK told', hooks: 'Webhooks as they arrive',
      hooksHint: 'Exactly what the shop\'s server took. They come even if the window is closed.', groupHint: 'A smart routing group: one channel is drawn by weight', channelHint: 'Paid at this channel only',
      waiting: 'The payment window is open…', failed: 'Not paid', paid: 'Paid', issued: 'The card is registered', account: 'A virtual account was issued',
      status: 'Status', channel: 'Channel', amount: 'Amount', number: 'Order', reason: 'Reason', price: '₩58,000', chosen: 'chosen', group: 'Groups', channels: 'Channels', key: 'Billing key',
      noGroup: 'A window issues a billing key at one channel only.',
    },
  };

  /** @param {string} id @returns {any} */
  const at = (id) => document.getElementById(id);
  /** @type {{storeId: string, userCode: string | null, channels: any[], groups: any[]}} */
  let shop = { storeId: '', userCode: null, channels: [], groups: [] };
  let language = new URL(location.href).searchParams.get('lang') || localStorage.getItem('demo-language') || 'ko';
  let tab = 'v2';
  let shown = 0;

  /** @param {string} key */
  const word = (key) => (WORDS[language] || WORDS.ko)[key] || key;

  /** @param {string} tag @param {string} text @param {string} [name] */
  function element(tag, text, name) {
    const made = document.createElement(tag);
    made.textContent = text;
    if (name) made.className = name;
    return made;
  }

  const method = () => /** @type {HTMLInputElement} */ (document.querySelector('input[name=method]:checked')).value;
  const isGroup = () => at('route').value.startsWith('group:');
  const route = () => at('route').value.split(':').slice(1).join(':');
  const orderNumber = () => 'demo' + Date.now().toString(36) + Math.random().toString(36).slice(2, 8);

  /** The argument of requestPayment. @param {string} paymentId */
  function argumentV2(paymentId) {
    const chosen = method();
    /** @type {Record<string, any>} */
    const argument = {
      storeId: shop.storeId,
      [isGroup() ? 'channelGroupId' : 'channelKey']: route(),
      paymentId,
      orderName: word('name'),
      totalAmount: PRICE,
      currency: 'KRW',
      payMethod: chosen,
      customer: { customerId: 'demo-customer', fullName: '김포트', phoneNumber: '010-1234-5678', email: 'kim@example.com' },
      redirectUrl: location.origin + '/demo',
      noticeUrls: [location.origin + '/demo/webhooks'],
      locale: language === 'en' ? 'EN_US' : 'KO_KR',
    };
    if (isAbroad()) {
      Object.assign(argument, { totalAmount: PRICE_ABROAD * 100, currency: 'USD' });
      argument.customer.fullName = 'Jack Son';
    }
    if (chosen === 'VIRTUAL_ACCOUNT') argument.virtualAccount = { accountExpiry: { dueDate: due() } };
    if (chosen === 'EASY_PAY') argument.easyPay = { easyPayProvider: 'KAKAOPAY' };
    if (chosen === 'MOBILE') argument.productType = 'REAL';
    if (takesSkin()) argument.bypass = { smartro_v2: { SkinColor: at('skin').value } };
    return argument;
  }

  /** The argument of IMP.request_pay. @param {string} merchantUid */
  function argumentV1(merchantUid) {
    /** @type {Record<string, string>} */
    const methods = { CARD: 'card', TRANSFER: 'trans', VIRTUAL_ACCOUNT: 'vbank', MOBILE: 'phone', EASY_PAY: 'kakaopay' };
    /** @type {Record<string, any>} */
    const argument = {
      [isGroup() ? 'channelGroupId' : 'channelKey']: route(),
      pay_method: methods[method()],
      merchant_uid: merchantUid,
      name: word('name'),
      amount: PRICE,
      buyer_name: '김포트',
      buyer_tel: '010-1234-5678',
      buyer_email: 'kim@example.com',
      customer_id: 'demo-customer',
      m_redirect_url: location.origin + '/demo',
      notice_url: location.origin + '/demo/webhooks',
      language: language,
    };
    if (isAbroad()) Object.assign(argument, { amount: PRICE_ABROAD, currency: 'USD', buyer_name: 'Jack Son' });
    if (method() === 'VIRTUAL_ACCOUNT') argument.vbank_due = due().slice(0, 10).replaceAll('-', '');
    if (method() === 'MOBILE') argument.digital = false;
    return argument;
  }

  /** The argument of requestIssueBillingKey. @param {string} issueId */
  function argumentIssue(issueId) {
    return {
      storeId: shop.storeId,
      channelKey: isGroup() ? (shop.channels[0] || {}).key : route(),
      billingKeyMethod: 'CARD',
      issueId,
      issueName: word('issue'),
      // Paymentwall takes the first payment with the card (PW-018).
      ...(isAbroad() ? { displayAmount: PRICE_ABROAD * 100, currency: 'USD' } : {}),
      customer: { customerId: 'demo-customer', fullName: isAbroad() ? 'Jack Son' : '김포트', phoneNumber: '010-1234-5678', email: 'kim@example.com' },
      redirectUrl: location.origin + '/demo',
      noticeUrls: [location.origin + '/demo/webhooks'],
    };
  }

  /** The channel that is chosen, or nothing where a group is. */
  const channel = () => (isGroup() ? undefined : shop.channels.find((it) => it.key === route()));
  /** Paymentwall wants a given name and a family name, and is paid from abroad. */
  const isAbroad = () => (channel() || {}).provider === 'PAYMENTWALL';

  const due = () => new Date(Date.now() + 3 * 86400000).toISOString().slice(0, 10) + 'T23:59:59+09:00';

  function takesSkin() {
    if (isGroup()) return false;
    return (channel() || {}).provider === 'SMARTRO_V2';
  }

  /** @param {unknown} value */
  const script = (value) => JSON.stringify(value, null, 2).replace(/^(\s*)"([A-Za-z_]\w*)":/gm, '$1$2:');

  function showCode() {
    const samples = {
      v2: () => '<script src="' + location.origin + '/v2/browser-sdk.js"></' + 'script>\n\nconst response = await PortOne.requestPayment(' + script(argumentV2('demo…')) + ');\nif (response.code !== undefined) alert(response.message);',
      v1: () => '<script src="' + location.origin + '/v1/iamport.js"></' + 'script>\n\nIMP.init("' + shop.userCode + '");\nIMP.request_pay(' + script(argumentV1('demo…')) + ', function (rsp) {\n  if (!rsp.success) alert(rsp.error_msg);\n});',
      issue: () => 'const response = await PortOne.requestIssueBillingKey(' + script(argumentIssue('demo…')) + ');',
    };
    at('code').textContent = /** @type {any} */ (samples)[tab]();
    for (const button of document.querySelectorAll('[data-tab]')) {
      button.setAttribute('aria-pressed', String(/** @type {HTMLElement} */ (button).dataset.tab === tab));
    }
    at('route-hint').textContent = word(isGroup() ? 'groupHint' : 'channelHint');
    at('skin-field').hidden = !takesSkin();
  }

  function showWords() {
    document.documentElement.lang = language;
    document.title = word('title');
    for (const node of document.querySelectorAll('[data-words]')) {
      const key = /** @type {HTMLElement} */ (node).dataset.words || '';
      if (key !== 'nothing' || shown === 0) node.textContent = word(key);
    }
    at('price').textContent = word('price');
    for (const button of document.querySelectorAll('[data-language]')) {
      button.setAttribute('aria-pressed', String(/** @type {HTMLElement} */ (button).dataset.language === language));
    }
    showCode();
  }

  /** @param {string} name @param {string | null | undefined} value */
  function fact(name, value) {
    if (!value) return;
    at('facts').append(element('dt', name), element('dd', value));
  }

  /** @param {number} minor @param {string} currency */
  function money(minor, currency) {
    if (language !== 'en' && currency === 'KRW') return minor.toLocaleString('ko-KR') + '원';
    const format = new Intl.NumberFormat(language === 'en' ? 'en-US' : 'ko-KR', { style: 'currency', currency });
    return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits || 0));
  }

  /** What the SDK told, and what the gateway knows. @param {any} told @param {string | undefined} paymentId */
  async function show(told, paymentId) {
    const answer = paymentId ? await fetch('/demo/payments/' + encodeURIComponent(paymentId)) : undefined;
    const known = answer && answer.ok ? await answer.json() : undefined;
    const payment = known && known.payment;
    const status = payment ? payment.status : told.billingKey ? 'ISSUED' : 'FAILED';
    /** @type {Record<string, string>} */
    const states = { PAID: 'paid', VIRTUAL_ACCOUNT_ISSUED: 'account', ISSUED: 'issued' };
    at('state').textContent = word(states[status] || 'failed');
    at('state').dataset.state = states[status] ? 'good' : 'bad';
    at('outcome').hidden = false;
    at('facts').replaceChildren();
    fact(word('status'), status);
    fact(word('number'), paymentId);
    if (payment) {
      fact(word('channel'), payment.channel.name + ' · ' + payment.channel.provider);
      fact(word('amount'), money(payment.total, payment.currency));
    }
    fact(word('key'), told.billingKey);
    fact(word('reason'), told.message || told.error_msg);
    at('told').textContent = script(told);
    at('explanation').textContent = (known && known.explanation) || '–';
    const group = payment && payment.channelGroup && shop.groups.find((it) => it.id === payment.channelGroup.id);
    at('members').replaceChildren(...(group ? group.members : []).map((/** @type {any} */ member) => {
      const isChosen = member.channelKey === payment.channel.key;
      const item = element('li', '', isChosen ? 'chosen' : '');
      const meter = document.createElement('meter');
      meter.max = 100;
      meter.value = member.weight;
      meter.setAttribute('aria-label', member.channelKey);
      item.append(element('span', member.channelKey + (isChosen ? ' · ' + word('chosen') : '')), meter, element('span', member.weight + '%'));
      return item;
    }));
  }

  /** @param {() => Promise<any>} work @param {string} [paymentId] */
  async function run(work, paymentId) {
    shown += 1;
    at('state').textContent = word('waiting');
    delete at('state').dataset.state;
    try {
      await show(await work(), paymentId);
    } catch (error) {
      const told = /** @type {any} */ (error);
      await show({ code: told.code, message: told.message, pgCode: told.pgCode }, undefined);
    }
    at('state').scrollIntoView({ block: 'center', behavior: 'smooth' });
  }

  async function showWebhooks() {
    const answer = await fetch('/demo/webhooks').catch(() => undefined);
    if (answer && answer.ok) {
      const { webhooks } = await answer.json();
      const list = at('webhooks');
      const known = new Set([...list.children].map((item) => item.dataset.number));
      for (const webhook of webhooks) {
        if (known.has(String(webhook.number))) continue;
        const item = document.createElement('li');
        item.dataset.number = String(webhook.number);
        const head = document.createElement('p');
        head.append(element('strong', webhook.body.type || webhook.body.status || '–'), element('span', webhook.at.slice(11, 19) + ' UTC'));
        const pre = document.createElement('pre');
        pre.tabIndex = 0;
        pre.append(element('code', JSON.stringify(webhook.body, null, 2)));
        item.append(head, pre);
        list.prepend(item);
      }
    }
    setTimeout(() => void showWebhooks(), 1500);
  }

  /** A buyer who was redirected is back: the URL tells of what. */
  function comeBack() {
    const back = new URL(location.href).searchParams;
    const paymentId = back.get('paymentId') || back.get('merchant_uid') || undefined;
    if (!paymentId && !back.get('billingKey')) return;
    const told = Object.fromEntries(back.entries());
    history.replaceState(null, '', '/demo');
    void run(async () => told, paymentId);
  }

  /** @param {string} label @param {string} kind @param {any[]} items */
  function options(label, kind, items) {
    const group = document.createElement('optgroup');
    group.label = label;
    for (const item of items) {
      const option = document.createElement('option');
      option.value = kind + ':' + (item.id || item.key);
      option.textContent = item.name;
      group.append(option);
    }
    return group;
  }

  async function start() {
    shop = await (await fetch('/demo/shop')).json();
    at('route').replaceChildren(options(word('group'), 'group', shop.groups), options(word('channels'), 'channel', shop.channels));
    const wanted = new URL(location.href).searchParams.get('route');
    if (wanted) at('route').value = wanted;
    showWords();
    at('choices').addEventListener('change', showCode);
    for (const button of document.querySelectorAll('[data-tab]')) {
      button.addEventListener('click', () => {
        tab = /** @type {HTMLElement} */ (button).dataset.tab || 'v2';
        showCode();
      });
    }
    for (const button of document.querySelectorAll('[data-language]')) {
      button.addEventListener('click', () => {
        language = /** @type {HTMLElement} */ (button).dataset.language || 'ko';
        localStorage.setItem('demo-language', language);
        showWords();
      });
    }
    at('pay-v2').addEventListener('click', () => {
      const id = orderNumber();
      void run(() => /** @type {any} */ (window).PortOne.requestPayment(argumentV2(id)), id);
    });
    at('pay-v1').addEventListener('click', () => {
      const id = orderNumber();
      const imp = /** @type {any} */ (window).IMP;
      imp.init(shop.userCode);
      void run(() => new Promise((resolve) => imp.request_pay(argumentV1(id), resolve)), id);
    });
    at('issue').addEventListener('click', () => {
      void run(() => /** @type {any} */ (window).PortOne.requestIssueBillingKey(argumentIssue(orderNumber())));
    });
    comeBack();
    void showWebhooks();
  }

  void start();
})();
