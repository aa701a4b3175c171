// The V2 browser SDK of this gateway: defines window.PortOne, on what shared.js holds.
//
// @ts-check

/**
 * @typedef {{code?: string, message?: string, pgCode?: string, pgMessage?: string, transactionType?: string,
 *   txId?: string, paymentId?: string, paymentToken?: string, billingKey?: string, billingIssueToken?: string}} Told
 * @typedef {{onPaymentSuccess?: (told: Told) => void, onPaymentFail?: (error: Error) => void,
 *   onIssueBillingKeySuccess?: (told: Told) => void, onIssueBillingKeyFail?: (error: Error) => void}} Callbacks
 */

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
 * What a window came to that nobody told of.
 * @param {string} name
 * @param {Opened} opened
 * @returns {Told}
 */
function left(name, opened) {
  return {
    transactionType: KINDS[name].transactionType,
    ...(opened.paymentId ? { paymentId: opened.paymentId, txId: opened.txId } : {}),
    ...(opened.billingKey ? { billingKey: '' } : {}),
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
  const ended = await runWindow({ function: name, argument }, Boolean(asksPopup));
  if ('refusal' in ended) throw failure(name, ended.refusal);
  return 'left' in ended ? left(name, ended.left) : ended.told;
}

/**
 * PayPal's buttons are the PG's own element in the shop's page; no PG that this gateway reaches has one.
 * @param {string} name
 * @param {any} argument
 * @returns {Error}
 */
function noButtons(name, argument) {
  const asked = argument && argument.uiType ? 'uiType ' + String(argument.uiType) : 'a UI';
  return failure(name, {
    code: 'BadRequest',
    message: name + ': no channel of this gateway draws ' + asked + ' inside the shop\'s page; call ' +
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
  /** @param {unknown} argument @param {Callbacks} [_callbacks] */
  loadPaymentUI: async (argument, _callbacks) => {
    throw noButtons('loadPaymentUI', argument);
  },
  /** @param {unknown} argument @param {Callbacks} [_callbacks] */
  loadIssueBillingKeyUI: async (argument, _callbacks) => {
    throw noButtons('loadIssueBillingKeyUI', argument);
  },
  /** @param {unknown} argument */
  updateLoadPaymentUIRequest: async (argument) => {
    throw noButtons('loadPaymentUI', argument);
  },
  /** @param {unknown} argument */
  updateLoadIssueBillingKeyUIRequest: async (argument) => {
    throw noButtons('loadIssueBillingKeyUI', argument);
  },
};

Object.defineProperty(window, 'PortOne', { value: Object.freeze(sdk), enumerable: true, configurable: true });
