// The V1 browser SDK of this gateway: defines window.IMP, on what shared.js holds.
//
// @ts-check

/**
 * @typedef {{success: boolean, imp_success?: boolean, imp_uid?: string | null, merchant_uid?: string,
 *   customer_uid?: string, error_code?: string, error_msg?: string}} ToldV1
 */

let userCode = '';
/** @type {string | undefined} */
let tier;

/**
 * What a callback is told where no window opened, or none ended. `success` is always there.
 * @param {any} argument
 * @param {string} code
 * @param {string} message
 * @returns {ToldV1}
 */
function unpaid(argument, code, message) {
  return {
    success: false,
    imp_success: false,
    imp_uid: null,
    merchant_uid: argument && argument.merchant_uid,
    ...(argument && argument.customer_uid ? { customer_uid: argument.customer_uid } : {}),
    error_code: code,
    error_msg: message,
  };
}

/** @param {any} argument @returns {Promise<ToldV1>} */
async function pay(argument) {
  if (!userCode) {
    return unpaid(argument, 'RequestParseFailed', 'IMP.init: call it with the store\'s user code before request_pay');
  }
  const call = { function: 'request_pay', userCode, tier, argument };
  const ended = await runWindow(call, Boolean(argument && argument.popup === true));
  if ('refusal' in ended) {
    const { code, pgCode, message } = ended.refusal;
    return unpaid(argument, pgCode || code, message);
  }
  if ('left' in ended) {
    return unpaid(argument, 'PAY_PROCESS_CANCELED', 'the window was closed before it had ended; look the payment up');
  }
  return { ...ended.told, success: ended.told.success === true };
}

const imp = {
  /** @param {string} code */
  init(code) {
    userCode = String(code);
    tier = undefined;
  },
  /** @param {string} code @param {string} [agencyTier] */
  agency(code, agencyTier) {
    userCode = String(code);
    tier = agencyTier ? String(agencyTier) : undefined;
  },
  /** @param {any} argument @param {(told: ToldV1) => void} [callback] */
  request_pay(argument, callback) {
    void pay(argument).then((told) => {
      if (typeof callback === 'function') callback(told);
    });
  },
  /** @param {any} argument @param {(told: ToldV1) => void} [callback] */
  certification(argument, callback) {
    const words = 'IMP.certification: this gateway takes payments only; verify identities at PortOne directly';
    if (typeof callback === 'function') callback(unpaid(argument, 'BadRequest', words));
    else throw new Error(words);
  },
  /** @param {...unknown} _arguments */
  loadUI(..._arguments) {
    throw new Error('IMP.loadUI: no channel of this gateway has a payment UI inside the page; call IMP.request_pay');
  },
  /** @param {...unknown} _arguments */
  updateLoadUIRequest(..._arguments) {
    throw new Error('IMP.updateLoadUIRequest: no channel of this gateway has a payment UI; call IMP.request_pay');
  },
};

Object.defineProperty(window, 'IMP', { value: Object.freeze(imp), enumerable: true, configurable: true });
