// A PG's window that the sandbox plays: what the buyer chooses here happens to the payment.
//
// @ts-check
(function () {
  'use strict';

  const data = /** @type {HTMLElement} */ (document.getElementById('work'));
  /** @type {{kind: string, call: any, page: string, provider: string, environment: string}} */
  const work = JSON.parse(data.textContent || '{}');
  const call = work.call || {};
  const isV1 = work.kind.startsWith('v1-');
  const isIssue = work.kind.endsWith('issue');
  /** What PGs say of accounts and telephones as well: over the limit, too little money, closed for maintenance. */
  const REFUSALS = ['4000000000000010', '4000000000000028', '4000000000000093'];
  const UNABLE = ['4000000000000093'];
  const isBoth = work.kind === 'issue-and-pay';
  const look = lookOf(work.provider, call);
  const isEnglish = !(look.name === 'smartro' && isIssue) && /EN/i.test(String(call.locale || call.language || 'KO'));
  const words = /** @type {any} */ (window).sandboxWords[isEnglish ? 'en' : 'ko'];
  const choices = /** @type {any} */ (window).sandboxChoices;
  const method = methodOf();
  const root = /** @type {HTMLElement} */ (document.getElementById('root'));

  /** @typedef {{name: string, title: string, skin: string, bypass: any}} Look */

  /** One look per PG. @param {string} provider @param {any} call @returns {Look} */
  function lookOf(provider, call) {
    const code = String(provider).split('.')[0].toLowerCase();
    const bypass = call.bypass || {};
    if (code === 'smartro_v2' || code === 'smartro') {
      const own = bypass.smartro_v2 || bypass;
      return { name: 'smartro', title: 'smartro', skin: String(own.SkinColor || 'RED').toLowerCase(), bypass: own };
    }
    if (code === 'kpn') return { name: 'kpn', title: 'KPN', skin: 'kpn', bypass: bypass.kpn || {} };
    if (code === 'paymentwall') {
      const own = bypass.paymentwall || bypass;
      const isTerminal = (own.widget_code || own.widget) === 't3_1';
      return { name: isTerminal ? 'terminal3' : 'paymentwall', title: isTerminal ? 'Terminal3' : 'paymentwall', skin: isTerminal ? 'terminal3' : 'paymentwall', bypass: own };
    }
    return { name: 'plain', title: code.replace(/_v\d$/, '').toUpperCase() || 'PG', skin: 'plain', bypass };
  }

  function methodOf() {
    if (isIssue) return 'CARD';
    if (isBoth) return 'MOBILE';
    if (!isV1) return call.payMethod;
    const named = call.pay_method || 'card';
    /** @type {Record<string, string>} */
    const table = { card: 'CARD', trans: 'TRANSFER', vbank: 'VIRTUAL_ACCOUNT', phone: 'MOBILE' };
    return table[named] || 'EASY_PAY';
  }

  /**
   * An element with its attributes and children.
   * @param {string} tag @param {Record<string, any>} [attributes] @param {...(Node | string | null | false | undefined)} children
   * @returns {any}
   */
  function h(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, '');
      else if (value !== false && value !== undefined && value !== null) element.setAttribute(name, String(value));
    }
    element.append(.../** @type {any} */ (children.filter((child) => child || child === '')));
    return element;
  }

  function currency() {
    return String(call.currency || 'KRW').replace(/^CURRENCY_/, '');
  }

  function money() {
    const amount = isV1 ? Number(call.amount) : Number(call.totalAmount ?? call.displayAmount ?? 0);
    const digits = currency() === 'KRW' || currency() === 'JPY' ? 0 : 2;
    const major = isV1 ? amount : amount / 10 ** digits;
    if (currency() === 'KRW' && !isEnglish) return major.toLocaleString('ko-KR') + '원';
    return new Intl.NumberFormat(isEnglish ? 'en-US' : 'ko-KR', { style: 'currency', currency: currency() }).format(major);
  }

  /** Tiles that are radio buttons. @param {string} name @param {string} label @param {string[][]} items @param {string | undefined} chosen @param {boolean} [fixed] */
  function tiles(name, label, items, chosen, fixed) {
    const known = items.some(([value]) => value === chosen);
    const shown = fixed && known ? items.filter(([value]) => value === chosen) : items;
    return h('fieldset', { class: 'tiles ' + name }, h('legend', {}, label), h('div', { class: 'grid' }, ...shown.map(([value, korean, english], at) =>
      h('label', { class: 'tile' },
        h('input', { type: 'radio', name, value, checked: known ? value === chosen : at === 0 }),
        h('span', {}, isEnglish ? english : korean)))));
  }

  /** @param {string} id @param {string} label @param {[string, string][]} options @param {string} [chosen] @param {string} [note] */
  function select(id, label, options, chosen, note) {
    return h('div', { class: 'field' }, h('label', { for: id }, label),
      h('select', { id, name: id, 'aria-describedby': note ? id + '-note' : undefined },
        ...options.map(([value, text]) => h('option', { value, selected: value === chosen }, text))),
      note && h('p', { id: id + '-note', class: 'note' }, note));
  }

  /** @param {string} id @param {string} label @param {Record<string, any>} attributes @param {string} [note] */
  function input(id, label, attributes, note) {
    return h('div', { class: 'field' }, h('label', { for: id }, label),
      h('input', { id, name: id, 'aria-describedby': note ? id + '-note' : undefined, ...attributes }),
      note && h('p', { id: id + '-note', class: 'note' }, note));
  }

  /** @param {any} name */
  const bare = (name) => (name ? String(name).replace(/^(CARD_COMPANY|BANK|EASY_PAY_PROVIDER|CARRIER|CASH_RECEIPT_TYPE)_/, '') : undefined);
  /** @param {string[][]} items @param {any} names */
  const offered = (items, names) => (Array.isArray(names) && names.length ? items.filter(([value]) => names.map(bare).includes(value)) : items);

  function cardFields() {
    const card = call.card || {};
    const isForeign = look.bypass.OpenType === 'EN';
    const direct = bare(card.cardCompany);
    const fields = [];
    const kinds = Array.isArray(look.bypass.CardSelect) ? look.bypass.CardSelect : [];
    if (look.name === 'kpn' && kinds.length) {
      /** @type {Record<string, string>} */
      const names = { GLOBAL: words.global, LEGACY_AUTH: words.legacy, KEY_IN: words.keyin };
      fields.push(tiles('cardSelect', words.methods, kinds.map((/** @type {string} */ kind) => [kind, names[kind] || kind, names[kind] || kind]), undefined));
    }
    const domestic = tiles('cardCompany', words.cardCompany, isForeign ? choices.foreign : offered(choices.cards, card.availableCards), direct, Boolean(direct));
    if (kinds.length && look.name === 'kpn') fields.push(...byKind(fields[0], domestic));
    else fields.push(domestic);
    if (!isIssue) fields.push(installments(card));
    return fields;
  }

  /** What KPN asks for, by the kind that is chosen; what is hidden is not sent. @param {any} select @param {any} domestic */
  function byKind(select, domestic) {
    /** @type {Record<string, any>} */
    const parts = {
      GLOBAL: tiles('cardCompany', words.cardCompany, choices.foreign, undefined),
      LEGACY_AUTH: domestic,
      KEY_IN: h('fieldset', { class: 'tiles' }, input('keyed', words.cardNumber, { inputmode: 'numeric', autocomplete: 'off', maxlength: 16, pattern: '[0-9]{14,16}', value: '4242424242424242' }, words.cardNumberNote)),
    };
    const follow = () => {
      const chosen = select.querySelector('input:checked').value;
      for (const [kind, part] of Object.entries(parts)) part.hidden = part.disabled = kind !== chosen;
    };
    select.addEventListener('change', follow);
    follow();
    return Object.values(parts);
  }

  /** @param {any} card */
  function installments(card) {
    const option = (card.installment || {}).monthOption || {};
    const fixed = option.fixedMonth;
    const isSmall = currency() !== 'KRW' || Number(call.totalAmount ?? call.amount) < 50000;
    const months = fixed !== undefined ? [fixed] : isSmall ? [0] : [0, ...(option.availableMonthList || [2, 3, 4, 5, 6, 10, 12]).filter((/** @type {number} */ month) => month > 1)];
    return select('installment', words.installment, months.map((/** @type {number} */ month) => /** @type {[string, string]} */ ([String(month), month < 2 ? words.lump : month + words.months])), String(months[0]));
  }

  /** @param {any} settings */
  function receipt(settings) {
    const asked = bare(settings.cashReceiptType);
    // KPN lets a shop say only whether its buyer is asked, and not for which kind (KPN-038).
    if (look.name === 'kpn' && asked === 'ANONYMOUS') return [];
    const isForced = look.name === 'kpn' && Boolean(asked);
    const kinds = /** @type {[string, string][]} */ ([...(isForced ? [] : ['none']), 'PERSONAL', 'CORPORATE'].map((kind) => [kind, words[kind]]));
    const kind = select('receipt', words.receipt, kinds, asked || 'none');
    const identifier = input('identifier', words.identifier, { inputmode: 'numeric', autocomplete: 'off', required: true, value: settings.customerIdentifier || '' });
    const chosen = kind.querySelector('select');
    const follow = () => {
      identifier.hidden = identifier.querySelector('input').disabled = chosen.value === 'none';
    };
    chosen.addEventListener('change', follow);
    follow();
    return [kind, identifier];
  }

  function dueText() {
    const expiry = (call.virtualAccount || {}).accountExpiry || {};
    // V1's is a text of Korean time, whose day is meant to its end (IAMPORT-072).
    const told = /^(\d{4})-?(\d{2})-?(\d{2})(?: ?(\d{2}):?(\d{2}):?(\d{2}))?$/.exec(String(call.vbank_due || ''));
    const due = told ? `${told[1]}-${told[2]}-${told[3]}T${told[4] || '23'}:${told[5] || '59'}:${told[6] || '59'}+09:00` : expiry.dueDate;
    const time = due && !Number.isNaN(Date.parse(due)) ? new Date(due) : expiry.validHours ? new Date(Date.now() + expiry.validHours * 3600000) : undefined;
    return time ? time.toLocaleString(isEnglish ? 'en-US' : 'ko-KR', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'Asia/Seoul' }) : due;
  }

  /** What the buyer chooses of the method. */
  function methodFields() {
    if (look.name === 'paymentwall' || look.name === 'terminal3') return systems();
    if (method === 'CARD') return cardFields();
    if (method === 'TRANSFER') {
      // Smartro asks for no receipt that the shop has named (SMARTRO-071).
      const settings = (isV1 ? call.bypass : call.transfer) || {};
      const isNamed = look.name === 'smartro' && settings.cashReceiptType;
      return [tiles('bank', words.bank, choices.banks, undefined), ...(isNamed ? [] : receipt(settings))];
    }
    if (method === 'VIRTUAL_ACCOUNT') {
      const settings = call.virtualAccount || {};
      const direct = bare(settings.bankCode);
      const due = dueText();
      return [tiles('bank', words.bank, offered(choices.banks, settings.availableBanks), direct, Boolean(direct)), due && line(words.due, due), ...receipt(settings)];
    }
    if (method === 'MOBILE') {
      const settings = call.mobile || {};
      return [tiles('carrier', words.carrier, offered(choices.carriers, settings.avaliableCarriers), bare(settings.carrier)),
        input('phone', words.phone, { type: 'tel', autocomplete: 'off', value: (call.customer || {}).phoneNumber || call.buyer_tel || '' })];
    }
    const direct = bare((call.easyPay || {}).easyPayProvider) || (isV1 && method === 'EASY_PAY' ? String(call.pay_method).toUpperCase() : undefined);
    return [tiles('wallet', words.wallet, choices.wallets, direct, Boolean(direct)),
      select('walletMoney', words.money, [['CARD', words.CARD], ['CHARGE', words.CHARGE], ['TRANSFER', words.TRANSFER]], 'CARD')];
  }

  /** Paymentwall's list of payment systems. */
  function systems() {
    const only = look.bypass.ps && look.bypass.ps !== 'all' ? look.bypass.ps : undefined;
    const hasTest = call.use_test_method || look.bypass.use_test_method || only === 'test';
    const items = choices.systems.filter((/** @type {string[]} */ [value]) => value !== 'all' && (value !== 'test' || hasTest));
    const shown = only ? items.filter((/** @type {string[]} */ [value]) => value === only) : items;
    const named = shown.length ? shown : [[only, only, only]];
    return [look.bypass.country_code && line(words.country, String(look.bypass.country_code)),
      tiles('system', words.methods, named, undefined),
      line(words.email, (call.customer || {}).email || call.buyer_email || '–')];
  }

  /** @param {string} name @param {string} value */
  function line(name, value) {
    return h('dl', { class: 'line' }, h('dt', {}, name), h('dd', {}, value));
  }

  /** The documented failures, at a click. */
  function outcomes() {
    const isCard = method === 'CARD' || method === 'EASY_PAY';
    /** @type {[string, string][]} */
    const options = [['', words.approved]];
    const others = isBoth ? [] : method === 'VIRTUAL_ACCOUNT' ? UNABLE : REFUSALS;
    if (!isCard) options.push(...choices.failures.filter((/** @type {string[]} */ [number]) => others.includes(number)).map((/** @type {string[]} */ [number, korean, english]) => ['REFUSE:' + number, isEnglish ? english : korean]));
    if (isCard) options.push(...choices.failures.map((/** @type {string[]} */ [number, korean, english]) => [number, isEnglish ? english : korean]));
    if (!isIssue && !isBoth && !isV1 && method !== 'CARD' && method !== 'VIRTUAL_ACCOUNT') options.push(['PUT_OFF', words.putOff]);
    return select('outcome', words.outcome, options, '', words.outcomeNote);
  }

  const status = h('p', { id: 'status', class: 'status', role: 'alert' });

  /** @param {HTMLFormElement} form */
  function body(form) {
    const chosen = new FormData(form);
    const outcome = String(chosen.get('outcome') || '');
    const isRefused = outcome.startsWith('REFUSE:');
    const named = isRefused ? outcome.slice('REFUSE:'.length) : outcome !== 'PUT_OFF' && outcome;
    const number = chosen.get('keyed') || named || undefined;
    const all = {
      call, cardNumber: number, bank: chosen.get('bank') || undefined, wallet: chosen.get('wallet') || undefined,
      walletMoney: chosen.get('walletMoney') || undefined, receipt: chosen.get('receipt') || undefined, ending: isRefused ? 'REFUSE' : outcome === 'PUT_OFF' ? 'PUT_OFF' : undefined,
    };
    return all;
  }

  /** @param {any} request */
  async function tell(request) {
    const answer = await fetch(isV1 ? '/sandbox/v1/windows' : '/sandbox/windows', {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request),
    });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.message || 'HTTP ' + answer.status);
    return told;
  }

  /** @param {any} result */
  function end(result) {
    const back = call.redirectUrl || call.m_redirect_url;
    if (work.page) {
      window.parent.postMessage({ sandbox: 'ended', result }, work.page);
    } else if (back) {
      const url = new URL(back);
      for (const [name, value] of Object.entries(result)) {
        if (value !== null && value !== undefined && value !== '') url.searchParams.set(name, String(value));
      }
      location.replace(url.href);
    }
  }

  async function leave() {
    /** @type {any} */
    let result = isV1
      ? { success: false, imp_uid: null, merchant_uid: call.merchant_uid, error_code: 'PAY_PROCESS_CANCELED', error_msg: words.left }
      : { transactionType: isIssue ? 'ISSUE_BILLING_KEY' : isBoth ? 'ISSUE_BILLING_KEY_AND_PAY' : 'PAYMENT', paymentId: call.paymentId, code: 'PAY_PROCESS_CANCELED', message: words.left, pgCode: 'PAY_PROCESS_CANCELED', pgMessage: words.left };
    if (!isIssue && !isBoth) {
      try {
        const told = await tell({ call, ending: 'LEAVE' });
        // Nobody may approve what its payer left.
        delete told.paymentToken;
        result = { ...result, ...told };
      } catch (error) {
        // The hub knows nothing of it: that is what the buyer wanted.
      }
    }
    end(result);
  }

  /** @param {SubmitEvent} event */
  async function pay(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.checkValidity()) {
      form.reportValidity();
      return;
    }
    root.setAttribute('aria-busy', 'true');
    for (const button of form.querySelectorAll('button')) button.disabled = true;
    status.textContent = words.processing;
    try {
      end(await tell(body(form)));
    } catch (error) {
      status.textContent = words.broken + ': ' + /** @type {Error} */ (error).message;
      root.removeAttribute('aria-busy');
      for (const button of form.querySelectorAll('button')) button.disabled = false;
    }
  }

  function header() {
    return h('header', { class: 'head' }, h('span', { class: 'brand' }, look.title),
      h('span', { class: 'badge' }, words.test),
      h('button', { type: 'button', class: 'close', 'aria-label': words.cancel, onclick: () => void leave() }, '×'));
  }

  function summary() {
    const name = call.orderName || call.issueName || call.name;
    const period = (call.offerPeriod || {}).range || call.offerPeriod || {};
    return h('section', { class: 'summary', 'aria-label': words.order },
      h('p', { class: 'method' }, isIssue ? words.BILLING : words[method]),
      name && h('p', { class: 'order' }, name),
      (!isIssue || call.displayAmount !== undefined || call.amount !== undefined) && h('p', { class: 'amount' }, money()),
      period.from && period.to && line(words.offer, period.from.slice(0, 10) + ' – ' + period.to.slice(0, 10)),
      h('p', { class: 'note' }, words.testNote));
  }

  function show() {
    const action = isIssue ? words.issue : method === 'VIRTUAL_ACCOUNT' ? words.account : money() + ' ' + words.pay;
    const form = h('form', { class: 'form', onsubmit: pay, novalidate: false },
      ...methodFields(),
      outcomes(),
      h('label', { class: 'agree' }, h('input', { type: 'checkbox', name: 'agree', required: true, checked: true }),
        h('span', {}, h('strong', {}, words.agreeAll), h('span', { class: 'note' }, words.agreeNote))),
      status,
      h('div', { class: 'actions' },
        h('button', { type: 'button', class: 'quiet', onclick: () => void leave() }, words.cancel),
        h('button', { type: 'submit', class: 'go' }, isEnglish && !isIssue && method !== 'VIRTUAL_ACCOUNT' ? words.pay + ' ' + money() : action)));
    root.replaceChildren(header(), h('h1', { class: 'hidden' }, look.title + ' ' + (isIssue ? words.BILLING : words[method])), summary(), form);
    const first = form.querySelector('input[type=radio]:checked, select, input');
    if (first) first.focus({ preventScroll: true });
  }

  /** Smartro verifies a card's holder by phone, once a customer id. @param {() => void} next */
  function verify(next) {
    const key = 'sandbox-smartro-verified-' + ((call.customer || {}).customerId || '');
    const known = () => {
      try {
        return localStorage.getItem(key);
      } catch (error) {
        return null;
      }
    };
    if (known()) {
      next();
      return;
    }
    const form = h('form', { class: 'form' },
      h('h2', {}, words.identity), h('p', { class: 'note' }, words.identityNote),
      tiles('carrier', words.carrier, choices.carriers, undefined),
      input('phone', words.phone, { type: 'tel', autocomplete: 'off', required: true, value: (call.customer || {}).phoneNumber || '01000001234' }),
      input('code', words.code, { inputmode: 'numeric', autocomplete: 'off', required: true, pattern: '[0-9]{6}', maxlength: 6, value: '000000' }, words.codeNote),
      h('div', { class: 'actions' },
        h('button', { type: 'button', class: 'quiet', onclick: () => void leave() }, words.cancel),
        h('button', { type: 'submit', class: 'go' }, words.confirm)));
    form.addEventListener('submit', (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      try {
        localStorage.setItem(key, 'yes');
      } catch (error) {
        // A browser that keeps nothing asks again.
      }
      next();
    });
    root.replaceChildren(header(), h('h1', { class: 'hidden' }, look.title + ' ' + words.identity), summary(), form);
  }

  document.documentElement.lang = words.lang;
  document.title = look.title + ' · ' + words.test;
  document.body.dataset.look = look.name;
  document.body.dataset.skin = look.skin;
  document.body.classList.toggle('alone', !work.page);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') void leave();
  });
  /** Smartro asks nobody where the bank is named: the account is issued at once (SMARTRO-062). */
  async function issueAtOnce() {
    show();
    root.setAttribute('aria-busy', 'true');
    try {
      end(await tell({ call, bank: bare((call.virtualAccount || {}).bankCode) }));
    } catch (error) {
      status.textContent = words.broken + ': ' + /** @type {Error} */ (error).message;
      root.removeAttribute('aria-busy');
    }
  }

  if (look.name === 'smartro' && isIssue) verify(show);
  else if (look.name === 'smartro' && !isV1 && method === 'VIRTUAL_ACCOUNT' && (call.virtualAccount || {}).bankCode) void issueAtOnce();
  else show();
})();
