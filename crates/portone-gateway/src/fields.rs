//! Reads the members of a JSON object: each by name, its problem reported by path, code and remedy, and never by a
//! value that may be secret. Members nobody knows are collected with the name they resemble.

mod numbers;

use std::cell::RefCell;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use portone_core::{IdError, Report, Rule, Secret, Severity};

use crate::json::{Node, Text};
use crate::secrets::{SECRETS, V1_SECRETS};
use crate::words::{advice, advised, nearest, shown};

/// The rule behind every member that is missing or of a wrong type where no rule of its own says so.
pub(crate) static INPUT: Rule = Rule {
    code: "V2-INPUT",
    severity: Severity::Reject,
    reason: "A request has the members, types and values its schema gives it.",
    source: "the V2 REST API's schema",
};

/// How many unknown members are told.
const UNKNOWN_COUNT_MAX: usize = 10;
/// Everything that reading one request found.
#[derive(Default)]
pub(crate) struct Findings {
    report: RefCell<Report>,
    unknown: RefCell<Vec<Unknown>>,
}

impl Findings {
    fn add(&self, rule: &Rule, path: impl Into<String>, message: impl Into<String>) {
        self.report.borrow_mut().add(rule, path, message);
    }

    /// What refuses the request, and the members nobody knows.
    pub(crate) fn into_parts(self) -> (Report, UnknownFields) {
        (self.report.into_inner(), UnknownFields(self.unknown.into_inner()))
    }
}

/// A member of a request that nobody knows, or that is known and not used.
struct Unknown {
    path: String,
    resembles: Option<String>,
    ignored: bool,
}

/// The members of a request that nobody knows.
#[derive(Default)]
pub(crate) struct UnknownFields(Vec<Unknown>);

impl UnknownFields {
    /// The value of the header `x-portone-unknown-fields`: names only; `None` when there are none.
    pub(crate) fn header(&self) -> Option<String> {
        let told: Vec<String> = self
            .0
            .iter()
            .take(UNKNOWN_COUNT_MAX)
            .map(|unknown| match &unknown.resembles {
                _ if unknown.ignored => format!("{} (not used here)", unknown.path),
                Some(known) => format!("{} (did you mean {known}?)", unknown.path),
                None => unknown.path.clone(),
            })
            .collect();
        (!told.is_empty()).then(|| told.join(", "))
    }

    /// One line for each name that resembles a known one: what a refused request may have meant.
    pub(crate) fn hints(&self) -> impl Iterator<Item = String> {
        self.0.iter().take(UNKNOWN_COUNT_MAX).filter_map(|unknown| {
            let known = unknown.resembles.as_ref()?;
            Some(format!("`{}` is unknown: did you mean `{known}`?", unknown.path))
        })
    }

    /// Adds each one as a violation, for a face that tolerates none.
    pub(crate) fn refuse(&self, rule: &Rule, report: &mut Report) {
        for unknown in &self.0 {
            let remedy = match &unknown.resembles {
                Some(known) => format!("did you mean `{known}`?"),
                None => "leave it out".to_owned(),
            };
            report.add(rule, unknown.path.clone(), format!("is unknown: {remedy}"));
        }
    }
}

/// The members of one object.
pub(crate) struct Fields<'f, 'b> {
    findings: &'f Findings,
    rule: &'static Rule,
    prefix: String,
    members: &'f [(Text<'b>, Node<'b>)],
}

impl<'f, 'b> Fields<'f, 'b> {
    /// The members of the body. `known` are the names this object may have.
    pub(crate) fn root(
        findings: &'f Findings,
        rule: &'static Rule,
        node: &'f Node<'b>,
        known: &[&'static str],
    ) -> Self {
        let members = match node {
            Node::Object(members) => members.as_slice(),
            _ => &[],
        };
        Self::open(findings, rule, String::new(), members, known)
    }

    fn open(
        findings: &'f Findings,
        rule: &'static Rule,
        prefix: String,
        members: &'f [(Text<'b>, Node<'b>)],
        known: &[&'static str],
    ) -> Self {
        let fields = Self { findings, rule, prefix, members };
        fields.note_strangers(known);
        fields
    }

    /// Repeated members are refused, since two readers may take different ones; unknown ones are noted.
    fn note_strangers(&self, known: &[&'static str]) {
        for (at, (name, _)) in self.members.iter().enumerate() {
            let name = name.as_str();
            if self.members[..at].iter().any(|(earlier, _)| earlier.as_str() == name) {
                self.findings.add(self.rule, self.path(&shown(name)), "is given twice; give it once");
            }
            if !known.contains(&name) {
                let absent = known.iter().filter(|known| self.node(known).is_none());
                let resembles = nearest(name, absent.copied()).map(|known| self.path(known));
                let path = self.path(&shown(name));
                self.findings.unknown.borrow_mut().push(Unknown { path, resembles, ignored: false });
            }
        }
    }

    /// Notes a member that is known and has no effect here.
    pub(crate) fn note_ignored(&self, name: &str) {
        if self.node(name).is_some() {
            let unknown = Unknown { path: self.path(name), resembles: None, ignored: true };
            self.findings.unknown.borrow_mut().push(unknown);
        }
    }

    /// The path of a member.
    pub(crate) fn path(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}.{name}", self.prefix) }
    }

    /// The rule its own problems are told under.
    pub(crate) const fn own_rule(&self) -> &'static Rule {
        self.rule
    }

    /// The same members, read under another rule.
    pub(crate) fn under(&self, rule: &'static Rule) -> Self {
        Self { findings: self.findings, rule, prefix: self.prefix.clone(), members: self.members }
    }

    /// Takes over what another checker found.
    pub(crate) fn extend(&self, report: Report) {
        self.findings.report.borrow_mut().extend(report);
    }

    /// Reports a member under this object's rule.
    pub(crate) fn add(&self, name: &str, message: impl Into<String>) {
        self.findings.add(self.rule, self.path(name), message);
    }

    /// Reports this object as a whole.
    pub(crate) fn add_here(&self, message: impl Into<String>) {
        self.findings.add(self.rule, self.prefix.clone(), message);
    }

    /// A member as it is; `None` when it is absent or null.
    pub(crate) fn node(&self, name: &str) -> Option<&'f Node<'b>> {
        self.member(name).filter(|node| !matches!(node, Node::Null))
    }

    /// A member as it is, null included.
    pub(crate) fn member(&self, name: &str) -> Option<&'f Node<'b>> {
        self.members.iter().find(|(known, _)| known.as_str() == name).map(|(_, node)| node)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.node(name).is_some()
    }

    /// Reports a member that cannot be read: refused even where its rule only advises, since it would be left out of what is
    /// done.
    pub(crate) fn unreadable(&self, name: &str, message: impl Into<String>) {
        let report = &self.findings.report;
        report.borrow_mut().add_with(self.rule, Severity::Reject, self.path(name), message);
    }

    fn wrong(&self, name: &str, node: &Node<'_>, wanted: &str) {
        self.unreadable(name, format!("is {}; send {wanted}", node.kind()));
    }

    fn missing(&self, name: &str, wanted: &str) {
        self.add(name, format!("is missing; send {wanted}"));
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Option<&'f str> {
        match self.node(name)? {
            Node::Text(text) | Node::Loose(text) => Some(text.as_str()),
            other => {
                self.wrong(name, other, "a text");
                None
            }
        }
    }

    /// A text that must be there and not be blank.
    pub(crate) fn need_text(&self, name: &str) -> Option<&'f str> {
        if !self.has(name) {
            self.missing(name, "a text");
            return None;
        }
        let text = self.text(name)?;
        if text.trim().is_empty() {
            self.add(name, "is empty; send a text");
            return None;
        }
        Some(text)
    }

    pub(crate) fn owned_text(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// An identifier.
    pub(crate) fn id<T: FromStr<Err = IdError>>(&self, name: &str) -> Option<T> {
        let id: Result<T, IdError> = self.text(name)?.parse();
        if let Err(error) = &id {
            self.add(name, error.to_string());
        }
        id.ok()
    }

    pub(crate) fn need_id<T: FromStr<Err = IdError>>(&self, name: &str) -> Option<T> {
        if !self.has(name) {
            self.missing(name, "a text");
        }
        self.id(name)
    }

    /// A text that is secret from here on. Its value is in no message.
    pub(crate) fn secret(&self, name: &str) -> Option<Secret<String>> {
        debug_assert!(SECRETS.contains(&name) || V1_SECRETS.contains(&name), "add `{name}` to SECRETS");
        match self.node(name)? {
            Node::Text(text) | Node::Loose(text) => Some(text.as_str().into()),
            other => {
                self.wrong(name, other, "a text of digits (the value is not shown)");
                None
            }
        }
    }

    pub(crate) fn need_secret(&self, name: &str) -> Option<Secret<String>> {
        if !self.has(name) {
            self.missing(name, "a text of digits");
        }
        self.secret(name)
    }

    /// One of the documented values. An unknown one is refused with the nearest one.
    pub(crate) fn choice<T: Copy>(
        &self,
        name: &str,
        values: impl Iterator<Item = (&'static str, T)> + Clone,
    ) -> Option<T> {
        let given = self.text(name)?;
        let found = values.clone().find(|(code, _)| *code == given).map(|(_, value)| value);
        if found.is_none() {
            self.unknown_value(name, given, values.map(|(code, _)| code));
        }
        found
    }

    /// Reports a value that is not among the documented ones, with the nearest of them.
    pub(crate) fn unknown_value(
        &self,
        name: &str,
        given: &str,
        codes: impl Iterator<Item = &'static str> + Clone,
    ) {
        self.add(name, format!("`{}` is no documented value; {}", shown(given), advised(given, codes)));
    }

    pub(crate) fn need_choice<T: Copy>(
        &self,
        name: &str,
        values: impl Iterator<Item = (&'static str, T)> + Clone,
    ) -> Option<T> {
        if !self.has(name) {
            let advice = advice(values.clone().map(|(code, _)| code));
            self.add(name, format!("is missing; {advice}"));
        }
        self.choice(name, values)
    }

    /// One of the documented values, kept as text.
    pub(crate) fn code(&self, name: &str, codes: &'static [&'static str]) -> Option<String> {
        self.choice(name, codes.iter().map(|code| (*code, *code))).map(str::to_owned)
    }

    pub(crate) fn need_code(&self, name: &str, codes: &'static [&'static str]) -> Option<String> {
        self.need_choice(name, codes.iter().map(|code| (*code, *code))).map(str::to_owned)
    }

    /// A moment, strictly as RFC 3339 writes it, with its offset.
    pub(crate) fn moment(&self, name: &str) -> Option<DateTime<Utc>> {
        let given = self.text(name)?;
        let moment = moment(given);
        if moment.is_none() {
            let remedy = "write it like 2026-01-31T15:00:00+09:00";
            self.add(name, format!("is not an RFC 3339 time with an offset; {remedy}"));
        }
        moment
    }

    /// An object, read under `rule`.
    pub(crate) fn object(
        &self,
        name: &str,
        rule: &'static Rule,
        known: &[&'static str],
    ) -> Option<Fields<'f, 'b>> {
        match self.node(name)? {
            Node::Object(members) => Some(Self::open(self.findings, rule, self.path(name), members, known)),
            other => {
                let message = format!("is {}; send an object with {}", other.kind(), known.join(", "));
                self.findings.add(rule, self.path(name), message);
                None
            }
        }
    }

    pub(crate) fn need_object(
        &self,
        name: &str,
        rule: &'static Rule,
        known: &[&'static str],
    ) -> Option<Fields<'f, 'b>> {
        if !self.has(name) {
            let message = format!("is missing; send an object with {}", known.join(", "));
            self.findings.add(rule, self.path(name), message);
        }
        self.object(name, rule, known)
    }

    /// An array of objects, each read under `rule`.
    pub(crate) fn objects(
        &self,
        name: &str,
        rule: &'static Rule,
        known: &[&'static str],
    ) -> Vec<Fields<'f, 'b>> {
        let objects = self.array(name).iter().enumerate().filter_map(|(at, item)| {
            let path = format!("{}[{at}]", self.path(name));
            if let Node::Object(members) = item {
                return Some(Self::open(self.findings, rule, path, members, known));
            }
            self.findings.add(rule, path, format!("is {}; send an object", item.kind()));
            None
        });
        objects.collect()
    }

    /// An array of texts.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let texts = self.array(name).iter().enumerate().filter_map(|(at, item)| {
            if let Node::Text(text) | Node::Loose(text) = item {
                return Some(text.as_str().to_owned());
            }
            self.add(&format!("{name}[{at}]"), format!("is {}; send a text", item.kind()));
            None
        });
        texts.collect()
    }

    fn array(&self, name: &str) -> &'f [Node<'b>] {
        match self.node(name) {
            None => &[],
            Some(Node::Array(items)) => items,
            // A form and a query write a list of one like a text.
            Some(node @ Node::Loose(_)) => std::slice::from_ref(node),
            Some(other) => {
                self.wrong(name, other, "an array");
                &[]
            }
        }
    }

    /// An object that is passed on unread.
    pub(crate) fn opaque(&self, name: &str) -> Option<serde_json::Value> {
        let node = self.node(name)?;
        if !matches!(node, Node::Object(_)) {
            self.wrong(name, node, "an object");
            return None;
        }
        Some(node.to_value())
    }
}

/// A moment, strictly as RFC 3339 writes it.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    let separated = text.as_bytes().get(10) == Some(&b'T');
    let parsed = DateTime::parse_from_rfc3339(text).ok().filter(|_| separated)?;
    Some(parsed.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_strict() {
        assert!(moment("2026-01-31T15:00:00+09:00").is_some());
        assert!(moment("2026-01-31T15:00:00.123Z").is_some());
        assert_eq!(moment("2026-01-31T15:00:00"), None);
        assert_eq!(moment("2026-01-31 15:00:00Z"), None);
        assert_eq!(moment("2026-01-31"), None);
        assert_eq!(moment("2026-02-30T00:00:00Z"), None);
    }
}
