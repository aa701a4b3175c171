import assert from "node:assert/strict";
import { test } from "node:test";
import { Payment } from "@portone/server-sdk";
import * as shop from "../shop.js";
import { checkType } from "../types.js";

const { portone } = shop;
const { CashReceipt } = Payment;
const { cashReceipt } = portone.payment;

const receiver = { identityNumber: "01000001234", name: "Port Kim", phoneNumber: "01000001234" };

const request = (paymentId) => ({
  paymentId,
  channelKey: shop.smartro,
  type: "PERSONAL",
  orderName: "Monthly pass",
  currency: "KRW",
  amount: { total: 8900 },
  customer: receiver,
});

async function read(paymentId) {
  const answer = await cashReceipt.getCashReceiptByPaymentId({ paymentId });
  checkType("payment/cashReceipt/CashReceipt", answer);
  assert.equal(CashReceipt.isUnrecognizedCashReceipt(answer), false);
  return answer;
}

test("a receipt is issued by hand, read, listed and cancelled", async () => {
  const paymentId = shop.newPaymentId();
  const issued = await cashReceipt.issueCashReceipt(request(paymentId));
  checkType("payment/cashReceipt/IssueCashReceiptResponse", issued);
  const receipt = await read(paymentId);
  assert.equal(receipt.status, "ISSUED");
  assert.equal(receipt.issueNumber, issued.cashReceipt.issueNumber);
  const list = await cashReceipt.getCashReceipts({
    filter: { paymentId, statuses: ["ISSUED"], isManual: true },
    sort: { by: "ISSUED_AT", order: "DESC" },
  });
  checkType("payment/cashReceipt/GetCashReceiptsResponse", list);
  assert.deepEqual(list.items, [receipt]);
  const cancelled = await cashReceipt.cancelCashReceiptByPaymentId({ paymentId });
  checkType("payment/cashReceipt/CancelCashReceiptResponse", cancelled);
  assert.equal(cancelled.cancelledAmount, 8900);
  assert.equal((await read(paymentId)).status, "CANCELLED");
});

test("receipts fail with the SDK's own errors", async () => {
  const paymentId = shop.newPaymentId();
  await shop.failure(
    cashReceipt.getCashReceiptByPaymentId({ paymentId }),
    CashReceipt.GetCashReceiptError,
    "CASH_RECEIPT_NOT_FOUND",
    "payment/cashReceipt/CashReceiptNotFoundError",
  );
  await cashReceipt.issueCashReceipt(request(paymentId));
  await shop.failure(
    cashReceipt.issueCashReceipt(request(paymentId)),
    CashReceipt.IssueCashReceiptError,
    "CASH_RECEIPT_ALREADY_ISSUED",
    "payment/cashReceipt/CashReceiptAlreadyIssuedError",
  );
  await cashReceipt.cancelCashReceiptByPaymentId({ paymentId });
  await shop.failure(
    cashReceipt.cancelCashReceiptByPaymentId({ paymentId }),
    CashReceipt.CancelCashReceiptError,
    "CASH_RECEIPT_NOT_ISSUED",
    "payment/cashReceipt/CashReceiptNotIssuedError",
  );
});

test("items of a shop's receipt are registered where the PG takes them, and refused elsewhere", async () => {
  const paymentId = shop.newPaymentId();
  await shop.pay(paymentId);
  const item = { storeBusinessRegistrationNumber: "1234567890", storeName: "Pass shop", totalAmount: 8900, currency: "KRW" };
  const call = portone.payment.registerStoreReceipt({ paymentId, items: [item] });
  const { RegisterStoreReceiptError } = Payment;
  const data = await shop.failure(call, RegisterStoreReceiptError, "INVALID_REQUEST", "common/InvalidRequestError");
  assert.match(data.message, /-CAP /);
});
