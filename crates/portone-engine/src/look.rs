//! Looking at a window at once: its page says that it has ended, which is a hint, and the upstream is asked what it came to.

use portone_core::{BillingKey, ChannelKey, Command, OpenWindow, PaymentId, Protocol, StoreId};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::ledger::{BillingKeyRecord, BillingKeyStatus, Face, OpenAttempt, PaymentStatus, Transaction};
use crate::request::Selector;
use crate::routing::Routing;

impl Engine {
    /// What a window's payment came to. It stays `READY` where the upstream knows nothing final: its payer may still come
    /// back, and the sweep goes on asking.
    pub async fn look_at_window(
        &self,
        store: &StoreId,
        payment_id: &PaymentId,
    ) -> Result<Transaction, EngineError> {
        let transaction = self.payment(store, payment_id).await?;
        if transaction.status != PaymentStatus::Ready {
            return Ok(transaction);
        }
        self.look(&self.window_attempt(&transaction)).await;
        self.payment(store, payment_id).await
    }

    /// What a window's billing key came to; pending where the upstream knows nothing final.
    pub async fn look_at_key_window(
        &self,
        store: &StoreId,
        key: &BillingKey,
    ) -> Result<BillingKeyRecord, EngineError> {
        let record = self.store.billing_key(store, key).await?.ok_or(EngineError::BillingKeyNotFound)?;
        if let (BillingKeyStatus::Pending, [only]) = (record.status, record.channels.as_slice()) {
            self.look(&self.key_window_attempt(&record, &only.channel.key)).await;
        }
        self.store.billing_key(store, key).await?.ok_or(EngineError::BillingKeyNotFound)
    }

    /// An inquiry that fails is no failure here: the record as it is is the answer.
    async fn look(&self, open: &OpenAttempt) {
        if let Err(error) = self.try_settle(open).await {
            tracing::warn!(attempt = %open.id, %error, "a window that ended cannot be asked about yet");
        }
    }

    /// Where the upstream of a channel is: scheme, host and path, without a trailing slash.
    pub fn upstream_of(&self, channel: &ChannelKey) -> Option<String> {
        let directory = self.directory();
        let name = &directory.entry(channel)?.channel.upstream;
        self.base_url(name).map(|url| url.trim_end_matches('/').to_owned())
    }

    /// Says what would refuse a window, without opening it.
    pub fn check_window(
        &self,
        store_id: &StoreId,
        face: Face,
        selector: &Selector,
        window: OpenWindow,
    ) -> Result<(), EngineError> {
        let (directory, ctx, command) = (self.directory(), self.context(), Command::OpenWindow(window));
        let routing = Routing { directory: &directory, store_id, ctx: &ctx, face };
        routing.select(self, selector, &command).map(|_| ())
    }

    /// What the upstream of a channel is called.
    pub fn upstream_name_of(&self, channel: &ChannelKey) -> Option<String> {
        self.directory().entry(channel).map(|entry| entry.channel.upstream.clone())
    }

    /// What the upstream of a channel speaks.
    pub fn protocol_of(&self, channel: &ChannelKey) -> Option<Protocol> {
        self.protocol(&self.upstream_name_of(channel)?)
    }

    /// The signature of a text that this installation gives out and will believe when it comes back.
    pub fn seal(&self, text: &str) -> [u8; 32] {
        use hmac::Mac as _;
        self.key.mac("sealed text", &[text.as_bytes()]).finalize().into_bytes().into()
    }

    /// A number nobody can guess, for something that is good once.
    pub fn new_token(&self) -> String {
        format!("{:016x}{:016x}", self.random.next_u64(), self.random.next_u64())
    }
}
