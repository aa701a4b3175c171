//! Requests that work as they stand, for the description. A test sends each to the sandbox.

/// A card payment through a group.
pub(super) const PAY_INSTANTLY: &str = r#"{"channelGroupId": "channel-group-test-1", "orderName": "Monthly pass",
"amount": {"total": 8900}, "currency": "KRW", "customer": {"id": "customer-1", "name": {"full": "Kim Port"},
"email": "port@example.com", "phoneNumber": "01012345678"}, "productCount": 1,
"noticeUrls": ["https://shop.example.com/webhook"], "method": {"card": {"credential": {"number": "4242424242424242",
"expiryYear": "29", "expiryMonth": "12", "birthOrBusinessRegistrationNumber": "900101",
"passwordTwoDigits": "00"}}}}"#;

/// A super billing key.
pub(super) const ISSUE_BILLING_KEY: &str = r#"{"channelGroupId": "channel-group-test-1", "customer": {"id": "customer-1",
"name": {"full": "Kim Port"}, "email": "port@example.com", "phoneNumber": "01012345678"},
"method": {"card": {"credential": {"number": "4242424242424242", "expiryYear": "29", "expiryMonth": "12",
"birthOrBusinessRegistrationNumber": "900101", "passwordTwoDigits": "00"}}}}"#;

/// A payment with a billing key.
pub(super) const PAY_WITH_BILLING_KEY: &str = r#"{"billingKey": "billing-key-018fa367-cdd9-d8fd-2256-c43ce0e475d6",
"orderName": "Monthly pass", "amount": {"total": 8900}, "currency": "KRW", "customer": {"id": "customer-1",
"name": {"full": "Kim Port"}, "email": "port@example.com", "phoneNumber": "01012345678"}}"#;

/// A payment with a billing key, in times to come.
pub(super) const SCHEDULE: &str = r#"{"payment": {"billingKey": "billing-key-018fa367-cdd9-d8fd-2256-c43ce0e475d6",
"orderName": "Monthly pass", "amount": {"total": 8900}, "currency": "KRW", "customer": {"id": "customer-1",
"name": {"full": "Kim Port"}, "email": "port@example.com", "phoneNumber": "01012345678"}},
"timeToPay": "2099-01-01T00:00:00Z"}"#;

/// Every schedule of a key.
pub(super) const REVOKE: &str = r#"{"billingKey": "billing-key-018fa367-cdd9-d8fd-2256-c43ce0e475d6"}"#;

/// The latest paid ones.
pub(super) const LIST: &str =
    r#"{"page": {"number": 0, "size": 10}, "filter": {"status": ["PAID"], "sortOrder": "DESC"}}"#;

/// A step of a walk.
pub(super) const WALK: &str = r#"{"size": 100}"#;

/// What a buyer authenticated in a window of 8,900 won.
pub(super) const CONFIRM: &str = r#"{"paymentToken": "what the window gave the shop's page", "totalAmount": 8900,
"currency": "KRW"}"#;

/// A session of a checkout page.
pub(super) const SESSION: &str = r#"{"storeId": "store-test", "paymentId": "order1009", "profileKey": "profile-1",
"country": "KR", "currency": "KRW", "totalAmount": 8900, "orderName": "Monthly pass",
"redirectUrl": "https://shop.example.com/done", "paymentMethod": "CARD_KR",
"products": [{"name": "Pass", "unitPrice": 8900, "quantity": 1}]}"#;

/// A parcel to the buyer.
pub(super) const DELIVERY: &str = r#"{"sender": {"name": "Shop", "phoneNumber": "0200001234", "zipcode": "06133",
"address": {"addressLine1": "Teheran-ro 1", "addressLine2": "5F"}}, "receiver": {"name": "Kim Port",
"phoneNumber": "01012345678", "zipcode": "06134", "address": {"addressLine1": "Teheran-ro 2", "addressLine2": "2F"}},
"logistics": {"company": "CJ", "invoiceNumber": "600012345678", "sentAt": "2026-11-20T09:00:00+09:00"}}"#;

/// The same parcel under another number.
pub(super) const NEXT_DELIVERY: &str = r#"{"logistics": {"company": "CJ", "invoiceNumber": "600012345679",
"sentAt": "2026-11-20T09:00:00+09:00"}}"#;

/// One sub-shop on a sales slip.
pub(super) const SUB_SHOPS: &str = r#"{"items": [{"storeBusinessRegistrationNumber": "1234567890",
"storeName": "Sub-shop", "totalAmount": 8900, "currency": "KRW"}]}"#;

/// A receipt for what was paid in cash.
pub(super) const CASH_RECEIPT: &str = r#"{"paymentId": "order1008", "channelKey": "channel-key-smartro",
"type": "PERSONAL", "orderName": "Monthly pass", "currency": "KRW", "amount": {"total": 8900},
"customer": {"identityNumber": "01012345678", "name": "Kim Port", "phoneNumber": "01012345678"}}"#;

/// Something that was sent over a wire.
pub(super) const PAYMENTWALL_DELIVERY: &str = r#"{"transactionId": "what the payment's transactionId is",
"deliveryType": "DIGITAL", "deliveryStatus": "DELIVERED", "estimatedDeliveryDatetime": "2026-11-20T09:00:00+09:00",
"estimatedUpdateDatetime": "2026-11-20T09:00:00+09:00", "refundable": true, "details": "A pass for a month",
"shippingAddressEmail": "port@example.com"}"#;
