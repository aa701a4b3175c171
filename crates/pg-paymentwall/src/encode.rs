//! What Paymentwall's requests have of their own: `bypass.paymentwall` holds what the V2 REST API has no field for.

use portone_core::{CallContext, Command, Order, Progress, Report};
use portone_wire::v1::{Secure3d, Shaping};
use serde_json::{Map, Value};

use crate::{codes::NO_BIRTH, config::Config, rules};

pub(crate) fn encode(config: &Config, command: &Command, ctx: &CallContext) -> Result<Progress, Report> {
    let bypass = match command {
        Command::OpenWindow(window) => Bypass::within(window.bypass()),
        _ => command.order().map(Bypass::of).unwrap_or_default(),
    };
    let shaping = Shaping {
        default_birth: Some(NO_BIRTH),
        window_bypass: bypass.of_window(),
        use_test_method: bypass.value(TEST_METHOD).and_then(Value::as_bool),
        browser_ip: bypass.browser_ip().map(str::to_owned),
        secure_3d: bypass.secure_3d(),
        bypass: bypass.rest(),
    };
    config.dialect.encode(command, ctx, &shaping)
}

const NAME: &str = "paymentwall";
const BROWSER_IP: &str = "browser_ip";
const CHARGE_ID: &str = "secure_3d_charge_id";
const TOKEN: &str = "secure_3d_token";
const TEST_METHOD: &str = "use_test_method";
/// What V2 calls `widget` (DOC-050).
const WIDGET: (&str, &str) = ("widget", "widget_code");

/// The fields of an order's `bypass.paymentwall`.
#[derive(Debug, Default)]
pub(crate) struct Bypass<'a> {
    fields: Option<&'a Map<String, Value>>,
}

impl<'a> Bypass<'a> {
    pub(crate) fn of(order: &'a Order) -> Self {
        Self::within(order.bypass.as_ref())
    }

    /// Of a whole `bypass`.
    pub(crate) fn within(bypass: Option<&'a Value>) -> Self {
        Self { fields: bypass.and_then(|bypass| bypass.get(NAME)).and_then(Value::as_object) }
    }

    /// One of its fields, whatever its type.
    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        self.fields?.get(name).filter(|value| !value.is_null())
    }

    /// Whether test methods are asked for (rule PW-013).
    pub(crate) fn use_test_method(&self) -> bool {
        self.value(TEST_METHOD) == Some(&Value::Bool(true))
    }

    /// What a V1 window takes of it: flat, and under V1's names (DOC-050).
    fn of_window(&self) -> Option<Value> {
        let named = |name: &String| if name == WIDGET.0 { WIDGET.1.to_owned() } else { name.clone() };
        let fields: Map<String, Value> = self
            .fields?
            .iter()
            .filter(|(name, _)| *name != TEST_METHOD)
            .map(|(name, value)| (named(name), value.clone()))
            .collect();
        (!fields.is_empty()).then_some(Value::Object(fields))
    }

    /// The buyer's address on the internet (rule PW-028).
    pub(crate) fn browser_ip(&self) -> Option<&'a str> {
        self.text(BROWSER_IP)
    }

    /// The 3-D Secure step, if it is whole.
    pub(crate) fn secure_3d(&self) -> Option<Secure3d> {
        let (charge_id, token) = (self.text(CHARGE_ID)?, self.text(TOKEN)?);
        Some(Secure3d { charge_id: charge_id.to_owned(), token: token.to_owned() })
    }

    /// Half a 3-D Secure step (rule PW-030).
    pub(crate) fn check_secure_3d(&self, report: &mut Report) {
        let missing = match (self.text(CHARGE_ID), self.text(TOKEN)) {
            (Some(_), None) => TOKEN,
            (None, Some(_)) => CHARGE_ID,
            (Some(_), Some(_)) | (None, None) => return,
        };
        let message =
            "is missing beside the other half of the 3-D Secure step, and neither is sent; give both";
        report.add(&rules::SECURE_3D, format!("bypass.{NAME}.{missing}"), message);
    }

    /// Everything else, which goes to Paymentwall untouched: V1 has these fields flat in its own `bypass` (DOC-050).
    pub(crate) fn rest(&self) -> Option<String> {
        let named = [BROWSER_IP, CHARGE_ID, TOKEN];
        let rest: Map<String, Value> = self
            .fields?
            .iter()
            .filter(|(name, _)| !named.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        (!rest.is_empty()).then(|| Value::Object(rest).to_string())
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.fields?.get(name)?.as_str().filter(|text| !text.trim().is_empty())
    }
}
