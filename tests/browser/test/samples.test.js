// What the PGs' and the routing guides call the SDKs with: each sample's arguments open a window here, or are refused with the
// rules of the same guide. Store, channel and group are the demo's, as each sample says to replace them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { GROUP, KPN, SMARTRO, STORE, USER_CODE, World, pgWindow } from '../world.js';

let world;
before(async () => (world = await World.start()));
after(() => world.stop());

const plain = () => `payment${Math.random().toString(36).slice(2)}${Date.now()}`;
const dashed = () => `payment${crypto.randomUUID()}`;
const shoes = { orderName: '나이키 와플 트레이너 2 SD', totalAmount: 1000, currency: 'CURRENCY_KRW', payMethod: 'CARD' };
const phone = { phoneNumber: '010-0000-1234' };
/** What the abbreviated samples leave to the reader. */
const rest = () => ({ paymentId: plain(), orderName: '나이키 와플 트레이너 2 SD', currency: 'CURRENCY_KRW', customer: phone });
const chair = {
  pay_method: 'card', name: 'Norway swivel chair', amount: 1000, buyer_email: 'gildong@gmail.com', buyer_name: 'Hong Gildong',
  buyer_tel: '010-4242-4242', buyer_addr: 'Shinsa-dong, Gangnam-gu, Seoul', buyer_postcode: '01181',
};
const buyer = { fullName: '홍길동', phoneNumber: '010-1234-5678', email: 'test@test.com' };

const jack = () => ({ pg: 'paymentwall.t_demo', pay_method: 'card', buyer_email: 'test@portone.io', buyer_name: 'Jack Son' });
const terminal3 = () => ({
  ...jack(), merchant_uid: plain(), name: '주문명:결제테스트', amount: 1004, currency: 'KRW', buyer_tel: '010-1234-5678',
  buyer_addr: '서울특별시 강남구 삼성동', buyer_postcode: '123-456', use_test_method: true,
  bypass: { widget_code: 't3_1', ps: 'all', country_code: 'DE' },
});

/** Name: function, argument, and the rules that refuse it; none where it opens. */
const SAMPLES = {
  '001 card': ['requestPayment', { channelKey: SMARTRO, paymentId: dashed(), ...shoes, customer: phone }, ['SMARTRO-001', 'SMARTRO-002']],
  '001 card, with an id that Smartro takes': ['requestPayment', { channelKey: SMARTRO, paymentId: plain(), ...shoes, customer: phone }, []],
  '001 billing key': ['requestIssueBillingKey', { channelKey: SMARTRO, billingKeyMethod: 'CARD' }, ['SMARTRO-091', 'SMARTRO-092']],
  '001 virtual account': ['requestPayment', {
    channelKey: SMARTRO, paymentId: dashed(), ...shoes, payMethod: 'VIRTUAL_ACCOUNT',
    virtualAccount: { accountExpiry: { dueDate: '2024-11-12T23:59:59+09:00' }, cashReceiptType: 'PERSONAL', customerIdentifier: '01088325501', bankCode: 'KOOOKMIN_BANK' },
  }, ['SMARTRO-001', 'SMARTRO-002', 'SMARTRO-007', 'SMARTRO-063', 'SMARTRO-064']],
  '001 virtual account, with an id, a deadline and a bank that are taken': ['requestPayment', {
    channelKey: SMARTRO, paymentId: plain(), ...shoes, customer: phone, payMethod: 'VIRTUAL_ACCOUNT',
    virtualAccount: { accountExpiry: { dueDate: '2030-11-12T23:59:59+09:00' }, cashReceiptType: 'PERSONAL', customerIdentifier: '01088325501' },
  }, []],
  '001 billing key, with the number and the buyer that Smartro needs': ['requestIssueBillingKey', {
    channelKey: SMARTRO, billingKeyMethod: 'CARD', issueId: plain(), customer: { customerId: 'customer1', ...phone },
  }, []],
  '001 Smartro\'s own parameters': ['requestPayment', {
    channelKey: SMARTRO, paymentId: plain(), ...shoes, customer: phone, bypass: { smartro_v2: { GoodsCnt: 2, SkinColor: 'BLUE' } },
  }, []],
  '001 Smartro\'s own parameters, for cards from abroad without the contract': ['requestPayment', {
    channelKey: SMARTRO, paymentId: plain(), ...shoes, customer: phone, bypass: { smartro_v2: { GoodsCnt: 2, SkinColor: 'BLUE', OpenType: 'EN' } },
  }, ['SMARTRO-036']],
  '001 escrow with a card called directly': ['requestPayment', {
    ...rest(), channelKey: SMARTRO, payMethod: 'CARD', totalAmount: 50000, isEscrow: true,
    card: { cardCompany: 'BC_CARD', installment: { monthOption: { fixedMonth: 5 } } },
  }, ['SMARTRO-082']],
  '001 escrow with an account called directly': ['requestPayment', {
    ...rest(), channelKey: SMARTRO, payMethod: 'VIRTUAL_ACCOUNT', totalAmount: 50000, isEscrow: true, virtualAccount: { bankCode: 'SHINHAN_BANK' },
  }, ['SMARTRO-083']],
  '001 escrow with a receipt': ['requestPayment', {
    ...rest(), channelKey: SMARTRO, payMethod: 'TRANSFER', totalAmount: 50000, isEscrow: true,
    transfer: { cashReceiptType: 'CORPORATE', customerIdentifier: '1178178260' },
  }, ['SMARTRO-084']],
  '002 card': ['requestPayment', { channelKey: KPN, paymentId: plain(), ...shoes }, []],
  '002 billing key': ['requestIssueBillingKey', {
    channelKey: KPN, billingKeyMethod: 'CARD', issueId: 'test-issueId', issueName: 'test-issueName', customer: { customerId: 'uniqueCustomerId', fullName: '포트원' },
  }, []],
  '002 KPN\'s own parameters': ['requestPayment', {
    channelKey: KPN, paymentId: plain(), ...shoes, bypass: { kpn: { CardSelect: ['GLOBAL', 'LEGACY_AUTH', 'KEY_IN'] } },
  }, []],
  // A project that is not live yet shows test methods with both switches only, as the same page says.
  '004 window, in a project that is not live': ['request_pay', terminal3(), ['PW-013']],
  '004 window, with both switches': ['request_pay', { ...terminal3(), bypass: { ...terminal3().bypass, ps: 'test' } }, []],
  '004 window, without test methods': ['request_pay', { ...terminal3(), use_test_method: undefined }, []],
  '004 billing key': ['request_pay', {
    ...jack(), merchant_uid: plain(), name: '최초인증결제', amount: 20, currency: 'USD', customer_uid: 'your-customer-unique-id', buyer_tel: '02-1234-1234',
  }, []],
  '004 billing key by its PG alone, without the e-mail address': ['request_pay', {
    ...jack(), pg: 'paymentwall', merchant_uid: plain(), name: '최초인증결제', amount: 20, currency: 'USD', customer_uid: 'your-customer-unique-id',
    buyer_email: undefined,
  }, ['PW-004']],
  '004 window, with a name in one part': ['request_pay', { ...terminal3(), use_test_method: undefined, buyer_name: 'Jackson' }, ['PW-002']],
  '004 window, with an amount as a text': ['request_pay', { ...terminal3(), use_test_method: undefined, amount: '1004' }, ['IAMPORT-050']],
  '000 V2 by group': ['requestPayment', { channelGroupId: GROUP, paymentId: `payment-${crypto.randomUUID()}`, ...shoes, customer: buyer }, ['SMARTRO-001', 'KPN-001']],
  '000 V2 by group, with an id that both take': ['requestPayment', { channelGroupId: GROUP, paymentId: plain(), ...shoes, customer: buyer }, []],
  '000 V1 by group': ['request_pay', { channelGroupId: GROUP, merchant_uid: 'ORD20180131-0000011', ...chair }, ['SMARTRO-001', 'KPN-001']],
  '000 V1 by group, with an id that both take': ['request_pay', { channelGroupId: GROUP, merchant_uid: plain(), ...chair }, []],
};

for (const [name, [call, argument, rules]] of Object.entries(SAMPLES)) {
  test(name, async () => {
    const page = await world.shopPage();
    await page.evaluate(([call, argument, store, code]) => {
      window.told = undefined;
      const tell = (told) => (window.told = { message: told.message ?? told.error_msg, code: told.code ?? told.error_code });
      if (call === 'request_pay') {
        window.IMP.init(code);
        window.IMP.request_pay(argument, tell);
      } else {
        window.PortOne[call]({ storeId: store, ...argument }).then(tell, tell);
      }
    }, [call, argument, STORE, USER_CODE]);
    if (rules.length === 0) {
      await pgWindow(page);
      assert.equal(await page.evaluate(() => window.told), undefined);
    } else {
      const told = await page.waitForFunction(() => window.told).then((it) => it.jsonValue());
      for (const rule of rules) assert.ok(told.message.includes(rule), `${rule} of ${told.message}`);
      assert.equal(page.frames().length, 1, 'no window opened');
    }
    await page.context().close();
  });
}
