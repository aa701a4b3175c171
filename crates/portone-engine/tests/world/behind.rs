//! What happens behind the engine's back: at the upstream, and in the ledger.

use portone_core::{AttemptId, CommandKind, PaymentId};
use portone_engine::ledger::{OpenAttempt, OpenSubject, PaymentStatus, Transaction};
use portone_engine::port::{Clock as _, SettleTransaction};
use serde_json::json;

use super::{SECRET, SMARTRO, World};

impl World {
    /// Issues a cash receipt at the upstream behind our back.
    pub async fn issue_receipt_upstream(&self, id: &PaymentId, total: i64) {
        let body = json!({"paymentId": id, "channelKey": SMARTRO, "type": "PERSONAL", "orderName": "Pass",
            "currency": "KRW", "amount": {"total": total},
            "customer": {"identityNumber": "01000001234", "name": "Kim", "phoneNumber": "01000001234"}});
        let request = self.client.post(format!("{}/cash-receipts", self.sandbox)).json(&body);
        let reply = request.header("authorization", format!("PortOne {SECRET}")).send().await.unwrap();
        assert!(reply.status().is_success(), "{}", reply.text().await.unwrap());
    }

    /// The buyer pays into an account, and our ledger is told.
    pub async fn deposited(&self, id: &PaymentId) {
        let url = format!("{}/sandbox/payments/{id}/deposit", self.sandbox);
        let reply = self.client.post(url).send().await.unwrap();
        assert!(reply.status().is_success(), "{}", reply.text().await.unwrap());
        let mut transaction = self.payment(id).await;
        (transaction.status, transaction.paid_at) = (PaymentStatus::Paid, Some(self.clock.now()));
        self.write(transaction).await;
    }

    /// Writes a change of a transaction that no use case makes yet.
    pub async fn write(&self, transaction: Transaction) {
        let store = self.engine.store();
        let id: AttemptId = format!("write-{}-{}", transaction.id, transaction.revision).parse().unwrap();
        let subject = OpenSubject::CloseVirtualAccount {
            payment_id: transaction.order.payment_id.clone(),
            transaction_id: transaction.id.clone(),
        };
        let now = self.clock.now();
        let attempt = OpenAttempt {
            id: id.clone(),
            store_id: transaction.store_id.clone(),
            command: CommandKind::CloseVirtualAccount,
            channel: transaction.channel.key.clone(),
            opened_at: now,
            lease_until: now,
            next_inquiry_at: now,
            inquiry_count: 0,
            subject,
        };
        let (transaction_id, revision) = (transaction.id.clone(), transaction.revision);
        store.begin_on_transaction(attempt, &transaction_id, revision).await.unwrap();
        let settle = SettleTransaction {
            attempt: id,
            opened_at: None,
            transaction,
            events: Vec::new(),
            verify_at: None,
            run_again_at: None,
            key: None,
        };
        store.settle_transaction(settle).await.unwrap();
    }
}
