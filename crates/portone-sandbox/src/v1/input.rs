//! Request bodies: JSON or a form (V1-002), and the limits every call has.

use serde_json::{Map, Value};

use super::Refusal;
use super::records::Channel;
use crate::cards::CardFacts;
use crate::v2::query_value;

/// The members of a body. A value is never told in an error: it may be card data.
pub(crate) struct Input {
    members: Map<String, Value>,
    is_form: bool,
}

impl Input {
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        if body.is_empty() {
            return Ok(Self { members: Map::new(), is_form: false });
        }
        if let Ok(Value::Object(members)) = serde_json::from_slice(body) {
            return Ok(Self { members, is_form: false });
        }
        let text = std::str::from_utf8(body).ok().filter(|text| text.contains('=') && !text.contains('{'));
        let Some(text) = text else {
            return Err(Refusal::hub("요청 형식이 올바르지 않습니다.").with_status(400));
        };
        let names = text.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, _)| name);
        let members =
            names.filter_map(|name| Some((name.to_owned(), query_value(text, name)?.into()))).collect();
        Ok(Self { members, is_form: true })
    }

    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Refusal> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok((!text.is_empty()).then(|| text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(wrong(name)),
        }
    }

    pub(crate) fn need(&self, name: &str) -> Result<String, Refusal> {
        self.text(name)?.ok_or_else(|| Refusal::hub(format!("파라미터 누락: {name}")))
    }

    /// A list of texts, or one.
    pub(crate) fn texts(&self, name: &str) -> Result<Vec<String>, Refusal> {
        match self.value(name).or_else(|| self.value(&format!("{name}[]"))) {
            None => Ok(Vec::new()),
            Some(Value::String(text)) => Ok(vec![text.clone()]),
            Some(Value::Array(items)) => {
                let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
                texts.collect::<Option<_>>().ok_or_else(|| wrong(name))
            }
            Some(_) => Err(wrong(name)),
        }
    }

    /// A text of at most so many characters.
    pub(crate) fn short(&self, name: &str, length_max: usize) -> Result<Option<String>, Refusal> {
        let text = self.text(name)?;
        if text.as_ref().is_some_and(|text| text.chars().count() > length_max) {
            return Err(wrong(name));
        }
        Ok(text)
    }

    /// An amount in thousandths of a major unit: a JSON number, or its text in a form (IAMPORT-050).
    pub(crate) fn amount(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        if fraction.len() > 3 || fraction.starts_with(['+', '-']) {
            return Err(wrong(name));
        }
        let padded = format!("{whole}{fraction:0<3}");
        padded.parse().map(Some).map_err(|_| wrong(name))
    }

    /// Refuses an amount that is a text in JSON (PW-007); a form has nothing else.
    pub(crate) fn check_number(&self, name: &str) -> Result<(), Refusal> {
        match self.value(name) {
            Some(Value::String(_)) if !self.is_form => Err(wrong(name)),
            _ => Ok(()),
        }
    }

    /// Refuses a text that is none of these.
    pub(crate) fn check_one_of(&self, name: &str, known: &[&str]) -> Result<(), Refusal> {
        match self.text(name)? {
            Some(text) if !known.contains(&text.as_str()) => Err(wrong(name)),
            _ => Ok(()),
        }
    }

    /// Refuses a text that is no JSON object (IAMPORT-063).
    pub(crate) fn check_object(&self, name: &str) -> Result<(), Refusal> {
        let is_object = |text: &str| serde_json::from_str::<Map<String, Value>>(text).is_ok();
        match self.value(name) {
            Some(Value::String(text)) if !is_object(text) => Err(wrong(name)),
            _ => Ok(()),
        }
    }

    /// Refuses a text that does not begin so.
    pub(crate) fn check_prefix(&self, name: &str, prefix: &str) -> Result<(), Refusal> {
        match self.text(name)? {
            Some(text) if !text.starts_with(prefix) => Err(wrong(name)),
            _ => Ok(()),
        }
    }

    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| wrong(name))
    }

    /// Refuses a card without the parts that the PG wants and has not agreed to go without (IAMPORT-026).
    pub(crate) fn check_parts(&self, channel: &Channel) -> Result<(), Refusal> {
        for (name, agreement) in [("birth", "card_without_birth"), ("pwd_2digit", "card_without_pwd_2digit")]
        {
            let goes_without = channel.contracts.as_ref().is_none_or(|names| names.contains(agreement));
            if !goes_without && self.text(name)?.is_none() {
                return Err(Refusal::pg("유효하지않은 카드번호를 입력하셨습니다."));
            }
        }
        Ok(())
    }

    /// The card of a call, as far as it is kept (IAMPORT-020 to IAMPORT-025, IAMPORT-028).
    pub(crate) fn card(&self) -> Result<CardFacts, Refusal> {
        let number = self.need("card_number")?;
        let groups: Vec<&str> = number.split('-').collect();
        let is_number = groups.len() == 4 && groups.iter().all(|group| is_digits(group, 4));
        let expiry = self.need("expiry")?;
        let is_expiry = expiry.split_once('-').is_some_and(|(year, month)| {
            is_digits(year, 4) && is_digits(month, 2) && ("01"..="12").contains(&month)
        });
        let birth = self.text("birth")?;
        let is_birth = birth.as_deref().is_none_or(|birth| is_digits(birth, 6) || is_digits(birth, 10));
        let is_password = self.text("pwd_2digit")?.is_none_or(|digits| is_digits(&digits, 2));
        if !is_number || !is_expiry || !is_birth || !is_password {
            return Err(Refusal::pg("유효하지않은 카드번호를 입력하셨습니다."));
        }
        let card = CardFacts::of(&groups.concat());
        // A company's card goes with the company's number (IAMPORT-023).
        if card.corporate && birth.is_some_and(|birth| !is_digits(&birth, 10)) {
            return Err(Refusal::pg("사업자등록번호가 일치하지 않습니다."));
        }
        Ok(card)
    }
}

/// Thousandths as a JSON number in major units.
pub(crate) fn number(thousandths: i64) -> Value {
    let (whole, fraction) = (thousandths / 1000, (thousandths % 1000).abs());
    if fraction == 0 {
        return whole.into();
    }
    let text = format!("{whole}.{fraction:03}");
    serde_json::from_str(&text).unwrap_or_default()
}

fn is_digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn wrong(name: &str) -> Refusal {
    Refusal::hub(format!("파라미터 형식이 올바르지 않습니다: {name}"))
}
