//! Promotions as a file declares them: a store's own, and those that PGs offer at a channel.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use portone_core::Currency;
use portone_engine::promotion::{
    CardCompany, CardPromotion, DiscountPartition, Otherwise, PgCardPromotion, RecoverOption, Share,
};

use super::reader::{Reader, Section};

/// Whose cards begin with which digits; nothing where the file does not say.
pub(super) fn read_card_bins<'a>(
    reader: &mut Reader<'a>,
    root: &Section<'a>,
) -> BTreeMap<String, CardCompany> {
    let mut bins = BTreeMap::new();
    let Some(section) = reader.section(root, "card_bins") else { return bins };
    let codes: Vec<&str> = CardCompany::ALL.iter().map(|(code, _)| *code).collect();
    reader.only(&section, &codes);
    for (code, company) in CardCompany::ALL {
        for bin in reader.texts(&section, code).unwrap_or_default() {
            if !(4..=6).contains(&bin.len()) || !bin.bytes().all(|byte| byte.is_ascii_digit()) {
                reader.problem_at(
                    &section,
                    code,
                    format!("`{bin}` is no start of a card; write 4 to 6 digits"),
                );
            } else if bins.insert(bin.to_owned(), *company).is_some() {
                reader.problem_at(
                    &section,
                    code,
                    format!("`{bin}` is declared twice; a card is of one company"),
                );
            }
        }
    }
    bins
}

/// A store's own promotions; none where it declares none.
pub(super) fn read_promotions<'a>(
    reader: &mut Reader<'a>,
    store: &Section<'a>,
    bins: &BTreeMap<String, CardCompany>,
) -> Vec<CardPromotion> {
    let mut promotions: Vec<CardPromotion> = Vec::new();
    for section in reader.sections(store, "promotions") {
        let Some(promotion) = read_promotion(reader, &section) else { continue };
        if promotions.iter().any(|before| before.id == promotion.id) {
            reader.problem_at(&section, "id", format!("`{}` is declared twice", promotion.id));
        }
        if !bins.values().any(|company| *company == promotion.card_company) {
            let code = promotion.card_company.code();
            let remedy = format!(
                "no card is known to be of {code}; say how its cards begin: card_bins.{code} = [\"123456\"]"
            );
            reader.problem_at(&section, "card_company", remedy);
        }
        promotions.push(promotion);
    }
    promotions
}

const OTHERWISE: &[(&str, Otherwise)] =
    &[("CHARGE_IN_FULL", Otherwise::ChargeInFull), ("REFUSE", Otherwise::Refuse)];

const PROMOTION_KEYS: &[&str] = &[
    "id",
    "name",
    "card_company",
    "currency",
    "discounts",
    "max_discount_amount",
    "total_budget",
    "spent_amount",
    "start_at",
    "end_at",
    "terminated_at",
    "created_at",
    "paused",
    "recover_option",
    "spare_budget",
    "otherwise",
];

fn read_promotion<'a>(reader: &mut Reader<'a>, section: &Section<'a>) -> Option<CardPromotion> {
    reader.only(section, PROMOTION_KEYS);
    let id = reader.required_text(section, "id").map(str::to_owned);
    let name = reader.required_text(section, "name").map(str::to_owned);
    reader.required_text(section, "card_company");
    let card_company = reader.one_of(section, "card_company", CardCompany::OF_STORES);
    let currency = read_currency(reader, section);
    let partitions = read_discounts(reader, section);
    let max_discount_amount = amount(reader, section, "max_discount_amount", 1);
    let (total_budget, spent_amount) = read_budget(reader, section);
    let [start_at, end_at, created_at] =
        ["start_at", "end_at", "created_at"].map(|key| required_moment(reader, section, key));
    if let (Some(start), Some(end)) = (start_at, end_at)
        && end <= start
    {
        reader.problem_at(section, "end_at", "is not after start_at");
    }
    let terminated_at = moment(reader, section, "terminated_at");
    let paused = reader.flag(section, "paused").unwrap_or(false);
    let recover_option = read_recover_option(reader, section);
    let otherwise = reader.one_of(section, "otherwise", OTHERWISE).unwrap_or_default();
    Some(CardPromotion {
        id: id?,
        name: name?,
        partitions,
        total_budget: total_budget?,
        max_discount_amount,
        spent_amount,
        currency: currency?,
        start_at: start_at?,
        end_at: end_at?,
        terminated_at,
        paused,
        card_company: card_company?,
        created_at: created_at?,
        recover_option: recover_option?,
        otherwise,
    })
}

fn read_currency<'a>(reader: &mut Reader<'a>, section: &Section<'a>) -> Option<Currency> {
    let code = reader.required_text(section, "currency")?;
    Currency::parse(code).map_err(|error| reader.problem_at(section, "currency", error.to_string())).ok()
}

/// What there is to spend, and what of it is spent.
fn read_budget<'a>(reader: &mut Reader<'a>, section: &Section<'a>) -> (Option<i64>, i64) {
    let total = required_amount(reader, section, "total_budget");
    let spent = amount(reader, section, "spent_amount", 0).unwrap_or(0);
    if total.is_some_and(|total| spent > total) {
        reader.problem_at(section, "spent_amount", "is more than total_budget");
    }
    (total, spent)
}

/// What is taken off, from which amount on: at least one, ascending.
fn read_discounts<'a>(reader: &mut Reader<'a>, promotion: &Section<'a>) -> Vec<DiscountPartition> {
    let sections = reader.sections(promotion, "discounts");
    if sections.is_empty() {
        reader.problem_at(promotion, "discounts", "give at least one: [{ amount_from = 0, percent = 10 }]");
    }
    let mut partitions: Vec<DiscountPartition> = Vec::new();
    for section in &sections {
        reader.only(section, &["amount_from", "amount", "percent"]);
        if !has(section, "amount_from") {
            reader.missing(section, "amount_from");
        }
        let amount_from = amount(reader, section, "amount_from", 0);
        let discount = read_share(reader, section);
        let (Some(amount_from), Some(discount)) = (amount_from, discount) else { continue };
        if partitions.last().is_some_and(|before| before.amount_from >= amount_from) {
            reader.problem_at(section, "amount_from", "is not above the one before it");
        }
        partitions.push(DiscountPartition { amount_from, discount });
    }
    partitions
}

/// `amount` or `percent`, one of them.
fn read_share<'a>(reader: &mut Reader<'a>, section: &Section<'a>) -> Option<Share> {
    if has(section, "amount") == has(section, "percent") {
        reader.problem_at(section, "percent", "give either amount or percent");
        return None;
    }
    if has(section, "amount") {
        return amount(reader, section, "amount", 1).map(Share::Amount);
    }
    let percent = reader.number(section, "percent")?;
    let percent = i32::try_from(percent).ok().filter(|percent| (1..=100).contains(percent));
    if percent.is_none() {
        reader.problem_at(section, "percent", "is out of range; write 1 to 100");
    }
    percent.map(Share::Percent)
}

fn read_recover_option<'a>(reader: &mut Reader<'a>, section: &Section<'a>) -> Option<RecoverOption> {
    reader.required_text(section, "recover_option")?;
    let spare = reader.section(section, "spare_budget");
    let spare_budget = spare.as_ref().and_then(|spare| {
        reader.only(spare, &["amount", "percent"]);
        read_share(reader, spare)
    });
    if reader.one_of(section, "recover_option", &[("RECOVER", true), ("NO_RECOVER", false)])? {
        if spare.is_some() {
            reader.problem_at(section, "spare_budget", "is of recover_option = \"NO_RECOVER\" only");
        }
        return Some(RecoverOption::Recover);
    }
    Some(RecoverOption::NoRecover { spare_budget })
}

fn required_moment<'a>(reader: &mut Reader<'a>, section: &Section<'a>, key: &str) -> Option<DateTime<Utc>> {
    reader.required_text(section, key)?;
    moment(reader, section, key)
}

/// A time as RFC 3339 writes it, if the key is there.
fn moment<'a>(reader: &mut Reader<'a>, section: &Section<'a>, key: &str) -> Option<DateTime<Utc>> {
    let text = reader.text(section, key)?;
    let moment = DateTime::parse_from_rfc3339(text).ok();
    if moment.is_none() {
        let remedy = format!("`{text}` is no time with an offset; write it like 2026-01-31T15:00:00+09:00");
        reader.problem_at(section, key, remedy);
    }
    moment.map(|moment| moment.to_utc())
}

/// What a channel's PG offers; none where the channel declares none.
pub(super) fn read_card_promotions<'a>(
    reader: &mut Reader<'a>,
    channel: &Section<'a>,
) -> Vec<PgCardPromotion> {
    let mut promotions: Vec<PgCardPromotion> = Vec::new();
    for section in reader.sections(channel, "card_promotions") {
        let Some(promotion) = read_card_promotion(reader, &section) else { continue };
        if promotions.iter().any(|before| before.id == promotion.id) {
            reader.problem_at(&section, "id", format!("`{}` is declared twice", promotion.id));
        }
        promotions.push(promotion);
    }
    promotions
}

fn read_card_promotion<'a>(reader: &mut Reader<'a>, section: &Section<'a>) -> Option<PgCardPromotion> {
    reader.only(section, &["id", "card_company", "discount_amount", "minimum_payment_amount"]);
    let id = reader.required_text(section, "id").map(str::to_owned);
    reader.required_text(section, "card_company");
    let card_company = reader.one_of(section, "card_company", CardCompany::ALL);
    let discount_amount = required_amount(reader, section, "discount_amount");
    let minimum_payment_amount = required_amount(reader, section, "minimum_payment_amount");
    if let (Some(discount), Some(minimum)) = (discount_amount, minimum_payment_amount)
        && discount > minimum
    {
        let remedy =
            format!("is {discount}, more than the least payment of {minimum}; nobody is paid to pay");
        reader.problem_at(section, "discount_amount", remedy);
    }
    Some(PgCardPromotion {
        id: id?,
        card_company: card_company?,
        discount_amount: discount_amount?,
        minimum_payment_amount: minimum_payment_amount?,
    })
}

/// An amount of 1 or more that must be there, in minor units.
fn required_amount<'a>(reader: &mut Reader<'a>, section: &Section<'a>, key: &str) -> Option<i64> {
    if !has(section, key) {
        reader.missing(section, key);
    }
    amount(reader, section, key, 1)
}

/// An amount in minor units, if the key is there.
fn amount<'a>(reader: &mut Reader<'a>, section: &Section<'a>, key: &str, least: i64) -> Option<i64> {
    let amount = i64::try_from(reader.number(section, key)?).ok().filter(|amount| *amount >= least);
    if amount.is_none() {
        let remedy = format!("is out of range; write an amount of {least} or more, in minor units");
        reader.problem_at(section, key, remedy);
    }
    amount
}

fn has(section: &Section<'_>, key: &str) -> bool {
    section.entries().any(|(name, _)| name == key)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Config;
    use super::*;

    const HEAD: &str = r#"admin_token = "t"
card_bins = { LOTTE_CARD = ["3569", "512462"] }
[upstreams.sandbox]
kind = "sandbox"
[[stores]]
id = "store-1"
api_secrets = ["s"]
[[stores.channels]]
key = "a"
provider = "KPN"
pg_merchant_id = "m"
environment = "test"
upstream = "sandbox"
"#;

    fn parsed(promotions: &str) -> Result<Config, Vec<String>> {
        let found = Config::parse(&format!("{HEAD}{promotions}"), Path::new("."));
        found.map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_a_pg_offers_is_kept_with_its_channel() {
        let config = parsed(
            r#"card_promotions = [{ id = "p1", card_company = "BC_CARD", discount_amount = 1_000, minimum_payment_amount = 1_000 }]"#,
        )
        .unwrap();
        let offers = &config.engine.promotions.of_channels["a"];
        assert_eq!((offers.len(), offers[0].id.as_str(), offers[0].discount_amount), (1, "p1", 1_000));
        assert!(parsed("").unwrap().engine.promotions.of_channels.is_empty());
    }

    #[test]
    fn every_mistake_in_an_offer_is_named_with_its_line() {
        let source = r#"[[stores.channels.card_promotions]]
id = "p1"
card_company = "BC"
discount_amount = 0
minimum = 5
[[stores.channels.card_promotions]]
id = "p2"
card_company = "BC_CARD"
discount_amount = 2
minimum_payment_amount = 1
[[stores.channels.card_promotions]]
id = "p2"
card_company = "BC_CARD"
discount_amount = 1
minimum_payment_amount = 9_223_372_036_854_775_807
"#;
        let at = "stores[0].channels[0].card_promotions";
        let mut problems = parsed(source).unwrap_err();
        let company = problems.remove(1);
        assert!(company.starts_with(&format!("line 16: {at}[0].card_company: `BC` is not known; use ")));
        let expected = [
            format!("line 14: {at}[0].minimum_payment_amount: is missing"),
            format!(
                "line 17: {at}[0].discount_amount: is out of range; write an amount of 1 or more, in minor units"
            ),
            format!(
                "line 18: {at}[0].minimum: unknown key; known keys are id, card_company, discount_amount, minimum_payment_amount"
            ),
            format!(
                "line 22: {at}[1].discount_amount: is 2, more than the least payment of 1; nobody is paid to pay"
            ),
            format!("line 25: {at}[2].id: `p2` is declared twice"),
        ];
        assert_eq!(problems, expected);
    }

    const OWN: &str = r#"[[stores.promotions]]
id = "promotion-1"
name = "Autumn"
card_company = "LOTTE_CARD"
currency = "KRW"
discounts = [{ amount_from = 0, amount = 1_000 }, { amount_from = 50_000, percent = 10 }]
total_budget = 1_000_000
start_at = "2026-11-01T00:00:00+09:00"
end_at = "2026-12-01T00:00:00+09:00"
created_at = "2026-10-20T00:00:00Z"
recover_option = "NO_RECOVER"
spare_budget = { percent = 5 }
"#;

    #[test]
    fn a_stores_promotion_is_kept() {
        let config = parsed(OWN).unwrap();
        let promotions = &config.engine.promotions.of_stores["store-1"];
        let [promotion] = &promotions[..] else { panic!("{promotions:?}") };
        assert_eq!(promotion.start_at, "2026-10-31T15:00:00Z".parse::<DateTime<Utc>>().unwrap());
        assert_eq!(
            promotion.recover_option,
            RecoverOption::NoRecover { spare_budget: Some(Share::Percent(5)) }
        );
        let discounts: Vec<_> = promotion.partitions.iter().map(|it| (it.amount_from, it.discount)).collect();
        assert_eq!(discounts, [(0, Share::Amount(1_000)), (50_000, Share::Percent(10))]);
        let rest = (promotion.spent_amount, promotion.paused, promotion.terminated_at);
        assert_eq!(rest, (0, false, None), "what may be left out");
        assert_eq!(promotion.otherwise, Otherwise::ChargeInFull);
        let bins = &config.engine.promotions.card_bins;
        assert_eq!(bins.get("512462"), Some(&CardCompany::Lotte));
    }

    #[test]
    fn a_promotion_needs_cards_that_are_known_to_be_its_companys() {
        let with = |bins: &str| {
            let source = format!("{HEAD}{OWN}").replace("LOTTE_CARD = [\"3569\", \"512462\"]", bins);
            let found = Config::parse(&source, Path::new(".")).unwrap_err();
            found.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(
            with("BC_CARD = [\"3569\"]"),
            [
                "line 17: stores[0].promotions[0].card_company: no card is known to be of LOTTE_CARD; say how its \
                 cards begin: card_bins.LOTTE_CARD = [\"123456\"]"
            ]
        );
        let twice = "BC_CARD = [\"3569\", \"35a9\", \"1234567\"], LOTTE_CARD = [\"3569\"], LOTE_CARD = []";
        assert_eq!(
            with(twice),
            [
                "line 2: card_bins.LOTE_CARD: unknown key; did you mean `LOTTE_CARD`?",
                "line 2: card_bins.BC_CARD: `35a9` is no start of a card; write 4 to 6 digits",
                "line 2: card_bins.BC_CARD: `1234567` is no start of a card; write 4 to 6 digits",
                "line 2: card_bins.LOTTE_CARD: `3569` is declared twice; a card is of one company",
            ]
        );
    }

    #[test]
    fn the_example_of_the_docs_works_with_every_key() {
        let docs = include_str!("../../../../docs/promotions.md");
        let example = docs.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        assert!(PROMOTION_KEYS.iter().all(|key| example.contains(&format!("{key} = "))), "{example}");
        let head = HEAD.replace("card_bins = { LOTTE_CARD = [\"3569\", \"512462\"] }\n", "");
        let config = Config::parse(&format!("{head}{example}"), Path::new(".")).unwrap();
        let promotion = &config.engine.promotions.of_stores["store-1"][0];
        assert_eq!(promotion.max_discount_amount, Some(20_000));
        let terminated_at = "2026-11-19T15:00:00Z".parse::<DateTime<Utc>>().unwrap();
        assert_eq!(promotion.terminated_at, Some(terminated_at));
    }

    /// The mistakes of a promotion that a part is wrong in, without their lines and the promotion's path.
    fn mistakes(part: &str, wrong: &str) -> Vec<String> {
        assert!(OWN.contains(part), "{part}");
        let found = parsed(&OWN.replace(part, wrong)).unwrap_err();
        let path = "stores[0].promotions[0].";
        found.iter().map(|it| it.split_once(path).unwrap_or_else(|| panic!("{it}")).1.to_owned()).collect()
    }

    #[test]
    fn every_mistake_in_a_promotion_is_told() {
        let cases = [
            ("currency = \"KRW\"\n", "", "currency: is missing"),
            (
                "total_budget = 1_000_000",
                "total_budget = 0",
                "total_budget: is out of range; write an amount of 1 or more, in minor units",
            ),
            (
                "total_budget = 1_000_000",
                "total_budget = 1\nspent_amount = 2",
                "spent_amount: is more than total_budget",
            ),
            (
                "created_at = \"2026-10-20T00:00:00Z\"",
                "created_at = \"2026-10-20\"",
                "created_at: `2026-10-20` is no time with an offset; write it like 2026-01-31T15:00:00+09:00",
            ),
            ("end_at = \"2026-12-01", "end_at = \"2026-11-01", "end_at: is not after start_at"),
            ("percent = 10 ", "percent = 101 ", "discounts[1].percent: is out of range; write 1 to 100"),
            (
                "percent = 10 ",
                "percent = 10, amount = 5 ",
                "discounts[1].percent: give either amount or percent",
            ),
            (
                "amount_from = 50_000",
                "amount_from = 0",
                "discounts[1].amount_from: is not above the one before it",
            ),
            (
                "discounts = [{ amount_from = 0, amount = 1_000 }, { amount_from = 50_000, percent = 10 }]",
                "discounts = []",
                "discounts: give at least one: [{ amount_from = 0, percent = 10 }]",
            ),
            ("\"NO_RECOVER\"", "\"RECOVER\"", "spare_budget: is of recover_option = \"NO_RECOVER\" only"),
            (
                "spare_budget = { percent = 5 }",
                "spare_budget = {}",
                "spare_budget.percent: give either amount or percent",
            ),
            (
                "recover_option = ",
                "otherwise = \"FULL\"\nrecover_option = ",
                "otherwise: `FULL` is not known; use \"CHARGE_IN_FULL\" or \"REFUSE\"",
            ),
            ("name = ", "nane = ", "nane: unknown key; did you mean `name`?"),
        ];
        for (part, wrong, told) in cases {
            let found = mistakes(part, wrong);
            assert!(found.iter().any(|problem| problem == told), "{wrong}: {found:?}");
        }
        assert!(
            mistakes("LOTTE_CARD", "CITI_CARD")[0]
                .starts_with("card_company: `CITI_CARD` is not known; use ")
        );
        let twice = parsed(&format!("{OWN}{OWN}")).unwrap_err();
        assert_eq!(twice, ["line 27: stores[0].promotions[1].id: `promotion-1` is declared twice"]);
    }
}
