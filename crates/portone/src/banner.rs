//! What a demo gateway prints when it is ready: where it listens, its keys, and a payment to paste.

use std::net::SocketAddr;

use portone_gateway::{SdkScript, scripts};

use crate::config::Config;
use crate::demo;

/// The banner of the demo shop.
pub(crate) fn demo(config: &Config, sandbox: Option<SocketAddr>) -> String {
    let base = &config.public_url;
    let store = config.stores.first().map(|store| store.id().as_str()).unwrap_or_default();
    let sandbox = sandbox.map(|address| format!("http://{address}")).unwrap_or_default();
    let secret = demo::API_SECRET;
    let group = demo::GROUP;
    let [SdkScript { path: v2, integrity: v2_hash }, SdkScript { path: v1, integrity: v1_hash }] = scripts();
    format!(
        r#"
portone is ready: a demo shop on an offline sandbox. Nothing leaves this machine, no money moves.

  DEMO SHOP    {base}/demo       buy something: open it in a browser
  V2 SDK       {base}{v2}   integrity {v2_hash}
  V1 SDK       {base}{v1}        integrity {v1_hash}
  V2 API       {base}            Authorization: PortOne {secret}
  V1 API       {base}/v1         POST /users/getToken {{"imp_key":"imp_apikey","imp_secret":"imp_secret"}}
  admin        {base}/admin      Authorization: Bearer sandbox-admin-token
  health       {base}/health     metrics: {base}/metrics
  sandbox      {sandbox}            PGs' own ledger: {sandbox}/sandbox/ledger
  store        {store}
  group        {group}   (Smartro 50 : KPN 50)
  test cards   4242424242424242 approved, 4000000000000002 declined

Pay through the group (paste this into another terminal):

  PAYMENT_ID=demo$(date +%s)
  curl -sS -X POST {base}/payments/$PAYMENT_ID/instant \
    -H 'Authorization: PortOne {secret}' -H 'Content-Type: application/json' \
    -d '{{"channelGroupId":"{group}","orderName":"Monthly pass","amount":{{"total":8900}},"currency":"KRW","customer":{{"name":{{"full":"Kim Port"}}}},"method":{{"card":{{"credential":{{"number":"4242424242424242","expiryYear":"29","expiryMonth":"12","birthOrBusinessRegistrationNumber":"900101","passwordTwoDigits":"00"}}}}}}}}'

See where it went, and why:

  curl -sS {base}/payments/$PAYMENT_ID -H 'Authorization: PortOne {secret}'
  curl -sS {base}/admin/payments/$PAYMENT_ID/routing -H 'Authorization: Bearer sandbox-admin-token'

Stop with Ctrl-C.
"#
    )
}
