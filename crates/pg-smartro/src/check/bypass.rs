//! Smartro's own window parameters, `bypass.smartro_v2`.

use portone_core::{Report, Rule};
use serde_json::{Map, Value};

use crate::rules;

const PAYMENT_KEYS: &[&str] = &["GoodsCnt", "SkinColor", "OpenType"];
const ISSUE_KEYS: &[&str] = &["SkinColor", "IsPwdPass"];

/// Those of a payment window.
pub(super) fn check_payment(bypass: Option<&Value>, report: &mut Report) {
    let Some(parameters) = parameters(bypass, PAYMENT_KEYS, report) else { return };
    if let Some(count) =
        parameters.get("GoodsCnt").filter(|count| count.as_i64().is_none_or(|count| count < 1))
    {
        report.add(
            &rules::GOODS_COUNT,
            field("GoodsCnt"),
            format!("{count} is no whole number from 1 on; send one"),
        );
    }
    check_literal(&rules::SKIN_COLOR, parameters, "SkinColor", &["RED", "GREEN", "BLUE", "PURPLE"], report);
    check_literal(&rules::OPEN_TYPE, parameters, "OpenType", &["KR", "EN"], report);
}

/// Those of a window that issues a billing key.
pub(super) fn check_issue(bypass: Option<&Value>, report: &mut Report) {
    let Some(parameters) = parameters(bypass, ISSUE_KEYS, report) else { return };
    check_literal(&rules::SKIN_COLOR, parameters, "SkinColor", &["RED", "GREEN", "BLUE", "PURPLE"], report);
    check_literal(&rules::SKIP_PASSWORD, parameters, "IsPwdPass", &["Y", "N"], report);
}

/// `EN` restricts the window to cards issued abroad.
pub(super) fn open_type(bypass: Option<&Value>) -> Option<&str> {
    bypass?.get("smartro_v2")?.get("OpenType")?.as_str()
}

fn parameters<'a>(
    bypass: Option<&'a Value>,
    known: &[&str],
    report: &mut Report,
) -> Option<&'a Map<String, Value>> {
    let value = bypass?.get("smartro_v2")?;
    let Some(parameters) = value.as_object() else {
        report.add(&rules::BYPASS_KEYS, "bypass.smartro_v2", "is no object and is not read; send an object");
        return None;
    };
    for name in parameters.keys().filter(|name| !known.contains(&name.as_str())) {
        report.add(
            &rules::BYPASS_KEYS,
            field(name),
            format!("is not read by this window; it knows {}", known.join(", ")),
        );
    }
    Some(parameters)
}

fn check_literal(
    rule: &Rule,
    parameters: &Map<String, Value>,
    name: &str,
    known: &[&str],
    report: &mut Report,
) {
    if let Some(value) =
        parameters.get(name).filter(|value| !value.as_str().is_some_and(|text| known.contains(&text)))
    {
        report.add(rule, field(name), format!("{value} is not known; use {}", known.join(", ")));
    }
}

fn field(name: &str) -> String {
    format!("bypass.smartro_v2.{name}")
}
