// The hosted checkout of a payment session, on what shared.js holds: asks for what the session does not know, opens the
// window, and shows what it came to.
//
// @ts-check

/** @param {string} id @returns {any} */
const part = (id) => document.getElementById(id);
/** @type {{sessionId: string, offer: any, status: string | null, isKorean: boolean, exponent: number, methods: string[]}} */
const checkout = JSON.parse(part('checkout').textContent || '{}');
/** @type {Record<string, [string, string]>} */
const CHECKOUT_WORDS = {
  CARD_KR: ['신용·체크카드', 'Korean card'], KAKAO_PAY: ['카카오페이', 'Kakao Pay'], N_PAY: ['네이버페이', 'Naver Pay'],
  TOSS_PAY: ['토스페이', 'Toss Pay'], CARD_INTERNATIONAL: ['해외카드', 'International card'], PAY_PAL: ['PayPal', 'PayPal'],
  method: ['결제 수단', 'Pay by'], name: ['이름', 'Name'], email: ['이메일', 'E-mail'], phone: ['휴대폰 번호', 'Phone number'],
  buyer: ['구매자', 'Buyer'], items: ['주문 항목', 'Items'], pay: ['결제하기', 'Pay'], open: ['결제창이 열려 있습니다…', 'The payment window is open…'],
  paid: ['결제가 완료되었습니다.', 'The payment is complete.'], account: ['가상계좌가 발급되었습니다. 기한 안에 입금해 주세요.', 'An account was issued. Pay into it in time.'],
  pending: ['결제 결과를 기다리고 있습니다.', 'The result of the payment is awaited.'], agree: ['에 동의합니다', ' – I agree'],
  failed: ['결제되지 않았습니다', 'Not paid'], again: ['다시 시도할 수 있습니다.', 'You may try again.'],
};
/** @param {string} key */
const say = (key) => (CHECKOUT_WORDS[key] || [key, key])[checkout.isKorean ? 0 : 1];

/** @param {string} tag @param {Record<string, any>} [properties] @param {...(Node | string)} children @returns {any} */
function make(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties || {});
  made.append(...children);
  return made;
}

/** @param {number} minor */
function moneyOf(minor) {
  if (checkout.isKorean && checkout.offer.currency === 'KRW') return minor.toLocaleString('ko-KR') + '원';
  const format = new Intl.NumberFormat(checkout.isKorean ? 'ko-KR' : 'en-US', { style: 'currency', currency: checkout.offer.currency });
  return format.format(minor / 10 ** checkout.exponent);
}

function items() {
  const lines = checkout.offer.products || [];
  if (lines.length === 0) return '';
  const rows = lines.map((/** @type {any} */ it) =>
    make('li', {}, make('span', {}, it.name + (it.quantity > 1 ? ' × ' + it.quantity : '')), make('span', {}, moneyOf(it.unitPrice * it.quantity))));
  return make('ul', { className: 'items', ariaLabel: say('items') }, ...rows);
}

/** @param {string} name @param {string} type @param {string} complete */
function field(name, type, complete) {
  const input = make('input', { id: name, name, type, required: true, maxLength: 100, autocomplete: complete });
  return make('p', { className: 'field' }, make('label', { htmlFor: name }, say(name)), input);
}

function choices() {
  const options = checkout.methods.map((method, at) =>
    make('label', { className: 'choice' }, make('input', { type: 'radio', name: 'method', value: method, checked: at === 0 }), make('span', {}, say(method))));
  return make('fieldset', {}, make('legend', {}, say('method')), make('div', { className: 'choices' }, ...options));
}

function agreements() {
  return (checkout.offer.agreements || []).map((/** @type {any} */ terms, /** @type {number} */ at) => {
    const link = make('a', { href: terms.url, target: '_blank', rel: 'noopener noreferrer' }, terms.name);
    return make('p', { className: 'agree' }, make('input', { type: 'checkbox', id: 'agree' + at, required: true }), make('label', { htmlFor: 'agree' + at }, link, say('agree')));
  });
}

/** @param {string} text @param {string} state */
function tell(text, state) {
  part('status').textContent = text;
  part('status').dataset.state = state;
}

/** @param {string | null} status */
function settled(status) {
  const words = { PAID: 'paid', VIRTUAL_ACCOUNT_ISSUED: 'account', PAY_PENDING: 'pending' };
  const word = status && /** @type {any} */ (words)[status];
  if (word) tell(say(word), 'good');
  return Boolean(word);
}

/** Where the shop wants its buyer, with the result in the query (V2-055). @param {any} told */
function goOn(told) {
  const back = checkout.offer.redirectUrl;
  if (!back) {
    location.reload();
    return;
  }
  const url = new URL(back);
  for (const name of ['transactionType', 'paymentId', 'txId', 'paymentToken', 'code', 'message', 'pgCode', 'pgMessage']) {
    if (told[name]) url.searchParams.set(name, told[name]);
  }
  location.assign(url.href);
}

/** @param {Record<string, string>} argument @param {boolean} isQuiet */
async function payNow(argument, isQuiet) {
  tell(say('open'), '');
  const ended = await runWindow({ function: 'checkout', sessionId: checkout.sessionId, argument }, false);
  if ('told' in ended && ended.told.code === undefined) {
    goOn(ended.told);
    return;
  }
  part('form').hidden = false;
  if (isQuiet && 'refusal' in ended) {
    // The PG wants more than the session knows: the form asks for it.
    tell('', '');
    return;
  }
  const why = 'told' in ended ? ended.told.pgMessage || ended.told.message : 'refusal' in ended ? ended.refusal.message : '';
  tell(say('failed') + (why ? ': ' + why : '') + ' – ' + say('again'), 'bad');
}

function colours() {
  const colors = checkout.offer.colors || {};
  const names = { primary: '--brand', primaryHover: '--brand-hover', primaryLight: '--brand-light' };
  for (const [name, variable] of Object.entries(names)) {
    if (colors[name] && CSS.supports('color', colors[name])) document.documentElement.style.setProperty(variable, colors[name]);
  }
  if (isLight(getComputedStyle(part('form')).outlineColor)) document.documentElement.style.setProperty('--brand-ink', '#0f172a');
}

/** Whether dark words are read better on a colour than white ones (WCAG 2: relative luminance). @param {string} colour */
function isLight(colour) {
  const linear = (colour.match(/[\d.]+/g) || []).slice(0, 3).map(Number).map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  const [red = 0, green = 0, blue = 0] = linear;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18;
}

function start() {
  const { offer } = checkout;
  colours();
  part('total').textContent = moneyOf(offer.totalAmount);
  if (offer.orderImageUrl) /** @type {HTMLElement} */ (document.querySelector('header')).prepend(make('img', { src: offer.orderImageUrl, alt: '', className: 'image' }));
  if (settled(checkout.status)) return;
  const form = part('form');
  const asked = [offer.customerName ? '' : field('name', 'text', 'name'), offer.customerEmail ? '' : field('email', 'email', 'email'), field('phone', 'tel', 'tel')];
  form.append(items(), checkout.methods.length > 1 ? choices() : '', ...asked, ...agreements(), make('button', { type: 'submit' }, moneyOf(offer.totalAmount) + ' ' + say('pay')));
  form.addEventListener('submit', (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const values = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    void payNow(values, false);
  });
  const isWhole = offer.paymentMethod && offer.customerName && offer.customerEmail && !(offer.agreements || []).length;
  if (isWhole && !new URL(location.href).searchParams.has('code')) void payNow({}, true);
  else form.hidden = false;
}

start();
