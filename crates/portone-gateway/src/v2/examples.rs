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
