//! Promotions as a file declares them: those that PGs offer at a channel.

use portone_engine::promotion::{CardCompany, PgCardPromotion};

use super::reader::{Reader, Section};

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
    if !section.entries().any(|(name, _)| name == key) {
        reader.missing(section, key);
    }
    let amount = i64::try_from(reader.number(section, key)?).ok().filter(|amount| *amount >= 1);
    if amount.is_none() {
        reader.problem_at(section, key, "is out of range; write an amount of 1 or more, in minor units");
    }
    amount
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Config;

    const HEAD: &str = r#"admin_token = "t"
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
        assert!(company.starts_with(&format!("line 15: {at}[0].card_company: `BC` is not known; use ")));
        let expected = [
            format!("line 13: {at}[0].minimum_payment_amount: is missing"),
            format!(
                "line 16: {at}[0].discount_amount: is out of range; write an amount of 1 or more, in minor units"
            ),
            format!(
                "line 17: {at}[0].minimum: unknown key; known keys are id, card_company, discount_amount, minimum_payment_amount"
            ),
            format!(
                "line 21: {at}[1].discount_amount: is 2, more than the least payment of 1; nobody is paid to pay"
            ),
            format!("line 24: {at}[2].id: `p2` is declared twice"),
        ];
        assert_eq!(problems, expected);
    }
}
