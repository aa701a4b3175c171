//! What operations of wallets take, as their documents have it.

use std::collections::BTreeMap;

use portone_core::{WalletMember, WalletValue};

use crate::fields::Fields;

/// A member of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: &'static str,
    kind: Kind,
    need: Need,
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Text,
    /// Kept in no log and no answer.
    Secret,
    Whole,
    Amount,
    Flag,
    Any,
    /// A list of texts.
    Texts,
    OneOf(&'static [&'static str]),
}

#[derive(Debug, PartialEq, Eq)]
enum Need {
    Always,
    Never,
    /// Where another member has this value.
    With(&'static str, &'static str),
}

impl Field {
    const fn of(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, need: Need::Never }
    }

    pub(super) const fn text(name: &'static str) -> Self {
        Self::of(name, Kind::Text)
    }

    pub(super) const fn secret(name: &'static str) -> Self {
        Self::of(name, Kind::Secret)
    }

    pub(super) const fn whole(name: &'static str) -> Self {
        Self::of(name, Kind::Whole)
    }

    pub(super) const fn amount(name: &'static str) -> Self {
        Self::of(name, Kind::Amount)
    }

    pub(super) const fn flag(name: &'static str) -> Self {
        Self::of(name, Kind::Flag)
    }

    /// Whatever it is.
    pub(super) const fn any(name: &'static str) -> Self {
        Self::of(name, Kind::Any)
    }

    pub(super) const fn texts(name: &'static str) -> Self {
        Self::of(name, Kind::Texts)
    }

    pub(super) const fn one_of(name: &'static str, codes: &'static [&'static str]) -> Self {
        Self::of(name, Kind::OneOf(codes))
    }

    /// It has to be there.
    pub(super) const fn needed(self) -> Self {
        Self { need: Need::Always, ..self }
    }

    /// It has to be there where another member has this value.
    pub(super) const fn needed_with(self, name: &'static str, value: &'static str) -> Self {
        Self { need: Need::With(name, value), ..self }
    }

    /// What it holds, where the wallet is told of it: no secret is.
    fn read(&self, fields: &Fields<'_, '_>) -> Option<WalletValue> {
        match self.kind {
            Kind::Text => fields.owned_text(self.name).map(WalletValue::Text),
            Kind::Secret => {
                fields.secret(self.name);
                None
            }
            Kind::Whole => fields.int64_from(self.name, 0).map(WalletValue::Whole),
            Kind::Amount => {
                fields.major(self.name);
                None
            }
            Kind::Flag => {
                fields.flag(self.name);
                None
            }
            Kind::Any => None,
            Kind::Texts => fields.has(self.name).then(|| WalletValue::Texts(fields.texts(self.name))),
            Kind::OneOf(codes) => fields.code(self.name, codes).map(WalletValue::Text),
        }
    }

    fn is_needed(&self, fields: &Fields<'_, '_>) -> bool {
        match self.need {
            Need::Always => true,
            Need::Never => false,
            Need::With(name, value) => fields.node(name).and_then(crate::json::Node::as_text) == Some(value),
        }
    }
}

/// What a request names, and what the wallet is told.
#[derive(Default)]
pub(super) struct Named {
    names: BTreeMap<String, String>,
    members: Vec<WalletMember>,
}

/// The members that name something, which a wallet is not told: it has names of its own for them.
const NAMES: [&str; 3] = ["imp_uid", "customer_uid", "channel_key"];

impl Named {
    /// Checks every member, and keeps them.
    pub(super) fn read(fields: &Fields<'_, '_>, known: &[Field]) -> Self {
        let mut members = Vec::new();
        for field in known {
            if field.is_needed(fields) && !fields.has(field.name) {
                fields.add(field.name, "is missing; the document of the operation demands it");
                continue;
            }
            let value = field.read(fields).filter(|_| !NAMES.contains(&field.name));
            members.extend(value.map(|value| WalletMember { name: field.name, value }));
        }
        let named = |name: &&str| Some(((*name).to_owned(), fields.node(name)?.as_text()?.to_owned()));
        Self { names: NAMES.iter().filter_map(named).collect(), members }
    }

    /// The same with what the path names, which wins.
    pub(super) fn or_of(mut self, path: &BTreeMap<String, String>) -> Self {
        self.names.extend(path.iter().map(|(name, id)| (name.clone(), id.clone())));
        self
    }

    /// A member that names something; one that is not there names nothing.
    pub(super) fn text(&self, name: &str) -> &str {
        self.names.get(name).map_or("", String::as_str)
    }

    /// What the wallet is told.
    pub(super) fn into_members(self) -> Vec<WalletMember> {
        self.members
    }
}
