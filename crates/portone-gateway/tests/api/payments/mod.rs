mod billing_key;
mod cancel;
mod instant;
mod instant_input;
mod read;
mod virtual_account_close;
