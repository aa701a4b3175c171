//! Buyers as answers show them.

use portone_core::{Address, Customer, CustomerName};
use schemars::JsonSchema;
use serde::Serialize;

/// Schema `Customer`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CustomerView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    /// One line (rule V2-052).
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_year: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_month: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_day: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gender: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<AddressView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zipcode: Option<&'a str>,
}

impl<'a> From<&'a Customer> for CustomerView<'a> {
    fn from(customer: &'a Customer) -> Self {
        Self {
            id: customer.id.as_deref(),
            name: customer.name.as_ref().map(CustomerName::one_line),
            birth_year: customer.birth_year.as_deref(),
            birth_month: customer.birth_month.as_deref(),
            birth_day: customer.birth_day.as_deref(),
            gender: customer.gender.as_deref(),
            email: customer.email.as_deref(),
            phone_number: customer.phone_number.as_deref(),
            address: customer.address.as_ref().map(AddressView::from),
            zipcode: customer.zipcode.as_deref(),
        }
    }
}

/// Schema `SeparatedAddress`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AddressView<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    one_line: String,
    address_line1: &'a str,
    address_line2: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    province: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
}

impl<'a> From<&'a Address> for AddressView<'a> {
    fn from(address: &'a Address) -> Self {
        Self {
            kind: "SEPARATED",
            one_line: one_line(address),
            address_line1: &address.address_line1,
            address_line2: &address.address_line2,
            city: address.city.as_deref(),
            province: address.province.as_deref(),
            country: address.country.as_deref(),
        }
    }
}

/// From the large to the small, as Korean addresses are written.
fn one_line(address: &Address) -> String {
    let parts = [
        address.province.as_deref(),
        address.city.as_deref(),
        Some(address.address_line1.as_str()),
        Some(address.address_line2.as_str()),
    ];
    let given: Vec<&str> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    given.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_one_line_goes_from_the_large_to_the_small() {
        let address = Address {
            address_line1: "테헤란로 1".to_owned(),
            address_line2: String::new(),
            city: Some("강남구".to_owned()),
            province: Some("서울".to_owned()),
            country: None,
        };
        assert_eq!(one_line(&address), "서울 강남구 테헤란로 1");
    }
}
