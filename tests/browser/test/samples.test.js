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

/** Name: function, argument, and the rules that refuse it; none where it opens. */
const SAMPLES = {
  '001 card': ['requestPayment', { channelKey: SMARTRO, paymentId: dashed(), ...shoes, customer: phone }, ['SMARTRO-001', 'SMARTRO-002']],
  '001 card, with an id that Smartro takes': ['requestPayment', { channelKey: SMARTRO, paymentId: plain(), ...shoes, customer: phone }, []],
  '001 billing key': ['requestIssueBillingKey', { channelKey: SMARTRO, billingKeyMethod: 'CARD' }, ['SMARTRO-091', 'SMARTRO-092']],
  '001 virtual account': ['requestPayment', {
    channelKey: SMARTRO, paymentId: dashed(), ...shoes, payMethod: 'VIRTUAL_ACCOUNT',
    virtualAccount: { accountExpiry: { dueDate: '2024-11-12T23:59:59+09:00' }, cashReceiptType: 'PERSONAL', customerIdentifier: '01088325501', bankCode: 'KOOOKMIN_BANK' },
  }, ['SMARTRO-001', 'SMARTRO-002', 'SMARTRO-007', 'SMARTRO-063', 'SMARTRO-064']],
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
