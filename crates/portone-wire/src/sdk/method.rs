//! The blocks of the argument that belong to one pay method.

use portone_core::{
    CardPromotion, FreeInstallmentPlan, Report, WindowCard, WindowEasyPay, WindowExpiry, WindowInstallment,
    WindowIssueAndPayMethod, WindowIssueMethod, WindowMethod, WindowMobile, WindowReceipt,
    WindowVirtualAccount,
};

use super::{TYPE, fields::Fields, prefix};

const PAYMENT_METHODS: &str = "CARD, VIRTUAL_ACCOUNT, TRANSFER, MOBILE, GIFT_CERTIFICATE, EASY_PAY, PAYPAL, ALIPAY, \
                               CONVENIENCE_STORE or ALIPAY_PLUS";
const ISSUE_METHODS: &str = "CARD, MOBILE, EASY_PAY or PAYPAL";

/// `payMethod` and its block. Blocks of other methods are not read.
pub(super) fn payment(argument: &mut Fields<'_>, report: &mut Report) -> Option<WindowMethod> {
    let code = argument.text("payMethod", report);
    let method = match argument.required("payMethod", code, report)?.as_str() {
        "CARD" => WindowMethod::Card(block(argument, "card", report, card)),
        "VIRTUAL_ACCOUNT" => {
            WindowMethod::VirtualAccount(block(argument, "virtualAccount", report, virtual_account))
        }
        "TRANSFER" => WindowMethod::Transfer(block(argument, "transfer", report, receipt)),
        "MOBILE" => WindowMethod::Mobile(block(argument, "mobile", report, mobile)),
        "EASY_PAY" => WindowMethod::EasyPay(block(argument, "easyPay", report, easy_pay)),
        "GIFT_CERTIFICATE" => WindowMethod::GiftCertificate {
            kind: block(argument, "giftCertificate", report, |fields, report| {
                fields.name("giftCertificateType", prefix::GIFT_CERTIFICATE_TYPE, report)
            }),
        },
        "PAYPAL" => {
            block(argument, "paypal", report, |_, _| ());
            WindowMethod::Paypal
        }
        "ALIPAY" => {
            block(argument, "alipay", report, |_, _| ());
            WindowMethod::Alipay
        }
        "ALIPAY_PLUS" => {
            WindowMethod::AlipayPlus { provider: block(argument, "alipayPlus", report, provider) }
        }
        "CONVENIENCE_STORE" => WindowMethod::ConvenienceStore {
            deadline: block(argument, "convenienceStore", report, |fields, report| {
                fields.object("paymentDeadline", report).map(|fields| expiry(fields, report))
            }),
        },
        other => return unknown_method("payMethod", other, PAYMENT_METHODS, report),
    };
    Some(method)
}

/// `billingKeyMethod` and its block. Blocks of other methods are not read.
pub(super) fn issue(argument: &mut Fields<'_>, report: &mut Report) -> Option<WindowIssueMethod> {
    let code = argument.text("billingKeyMethod", report);
    let method = match argument.required("billingKeyMethod", code, report)?.as_str() {
        "CARD" => WindowIssueMethod::Card {
            card_company: block(argument, "card", report, |fields, report| {
                fields.name("cardCompany", prefix::CARD_COMPANY, report)
            }),
        },
        "MOBILE" => WindowIssueMethod::Mobile(block(argument, "mobile", report, mobile)),
        "EASY_PAY" => WindowIssueMethod::EasyPay(block(argument, "easyPay", report, easy_pay)),
        "PAYPAL" => {
            block(argument, "paypal", report, |_, _| ());
            WindowIssueMethod::Paypal
        }
        other => return unknown_method("billingKeyMethod", other, ISSUE_METHODS, report),
    };
    Some(method)
}

/// `billingKeyAndPayMethod` and its block.
pub(super) fn issue_and_pay(
    argument: &mut Fields<'_>,
    report: &mut Report,
) -> Option<WindowIssueAndPayMethod> {
    const FIELD: &str = "billingKeyAndPayMethod";
    let code = argument.text(FIELD, report);
    match argument.required(FIELD, code, report)?.as_str() {
        "MOBILE" => Some(WindowIssueAndPayMethod::Mobile(block(argument, "mobile", report, mobile))),
        other => unknown_method(FIELD, other, "MOBILE", report),
    }
}

fn unknown_method<T>(field: &str, method: &str, known: &str, report: &mut Report) -> Option<T> {
    report.add(&TYPE, field, format!("`{method}` is unknown; use {known}"));
    None
}

fn block<'a, T: Default>(
    argument: &mut Fields<'a>,
    name: &'static str,
    report: &mut Report,
    read: impl FnOnce(&mut Fields<'a>, &mut Report) -> T,
) -> T {
    let Some(mut fields) = argument.object(name, report) else { return T::default() };
    let settings = read(&mut fields, report);
    fields.finish(report);
    settings
}

fn card(fields: &mut Fields<'_>, report: &mut Report) -> WindowCard {
    WindowCard {
        card_company: fields.name("cardCompany", prefix::CARD_COMPANY, report),
        available_cards: fields.names("availableCards", prefix::CARD_COMPANY, report),
        installment: installment(fields, report),
        use_free_interest_from_mall: fields.boolean("useFreeInterestFromMall", report),
        use_card_point: fields.boolean("useCardPoint", report),
        use_app_card_only: fields.boolean("useAppCardOnly", report),
        use_installment: fields.boolean("useInstallment", report),
        promotion: fields.object("cardPromotion", report).and_then(|fields| promotion(fields, report)),
    }
}

fn promotion(mut fields: Fields<'_>, report: &mut Report) -> Option<CardPromotion> {
    let id = fields.text("promotionId", report);
    let id = fields.required("promotionId", id, report);
    let amount = fields.integer("discountAmount", report);
    let discount_amount = fields.required("discountAmount", amount, report);
    fields.finish(report);
    Some(CardPromotion { id: id?, discount_amount: discount_amount? })
}

fn installment(fields: &mut Fields<'_>, report: &mut Report) -> Option<WindowInstallment> {
    let mut block = fields.object("installment", report)?;
    let mut installment = WindowInstallment::default();
    if let Some(mut months) = block.object("monthOption", report) {
        installment.fixed_month = months.small("fixedMonth", report);
        installment.available_months = months.smalls("availableMonthList", report);
        months.finish(report);
    }
    installment.free_plans = block
        .objects("freeInstallmentPlans", report)
        .map(|plans| plans.into_iter().filter_map(|plan| free_plan(plan, report)).collect());
    block.finish(report);
    Some(installment)
}

fn free_plan(mut fields: Fields<'_>, report: &mut Report) -> Option<FreeInstallmentPlan> {
    let company = fields.name("cardCompany", prefix::CARD_COMPANY, report);
    let card_company = fields.required("cardCompany", company, report);
    let months = fields.smalls("months", report);
    let months = fields.required("months", months, report);
    fields.finish(report);
    Some(FreeInstallmentPlan { card_company: card_company?, months: months? })
}

fn receipt(fields: &mut Fields<'_>, report: &mut Report) -> WindowReceipt {
    WindowReceipt {
        cash_receipt_type: fields.name("cashReceiptType", prefix::CASH_RECEIPT_TYPE, report),
        customer_identifier: fields.secret("customerIdentifier", report),
    }
}

fn virtual_account(fields: &mut Fields<'_>, report: &mut Report) -> WindowVirtualAccount {
    WindowVirtualAccount {
        bank_code: fields.name("bankCode", prefix::BANK, report),
        available_banks: fields.names("availableBanks", prefix::BANK, report),
        expiry: fields.object("accountExpiry", report).map(|fields| expiry(fields, report)),
        receipt: receipt(fields, report),
    }
}

fn expiry(mut fields: Fields<'_>, report: &mut Report) -> WindowExpiry {
    let expiry = WindowExpiry {
        valid_hours: fields.integer("validHours", report),
        due_date: fields.text("dueDate", report),
    };
    fields.finish(report);
    expiry
}

/// The SDK spells the list `avaliableCarriers`; the right spelling is read too (rule KPN-041).
fn mobile(fields: &mut Fields<'_>, report: &mut Report) -> WindowMobile {
    let as_spelt = fields.names("avaliableCarriers", prefix::CARRIER, report);
    let as_meant = fields.names("availableCarriers", prefix::CARRIER, report);
    WindowMobile {
        carrier: fields.name("carrier", prefix::CARRIER, report),
        available_carriers: as_spelt.or(as_meant),
    }
}

fn provider(fields: &mut Fields<'_>, report: &mut Report) -> Option<String> {
    fields.name("easyPayProvider", prefix::EASY_PAY_PROVIDER, report)
}

fn easy_pay(fields: &mut Fields<'_>, report: &mut Report) -> WindowEasyPay {
    WindowEasyPay {
        provider: provider(fields, report),
        available_pay_methods: fields.names("availablePayMethods", "", report),
        available_cards: fields.names("availableCards", prefix::CARD_COMPANY, report),
        installment: installment(fields, report),
        use_free_interest_from_mall: fields.boolean("useFreeInterestFromMall", report),
        use_card_point: fields.boolean("useCardPoint", report),
        use_installment: fields.boolean("useInstallment", report),
        receipt: receipt(fields, report),
    }
}
