mod billing_key;
mod cancel;
mod instant;
mod instant_input;
mod list;
mod read;
mod resend_webhook;
mod virtual_account_close;
