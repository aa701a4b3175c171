//! Buyers and addresses.

use portone_core::{Address, Customer, CustomerName};

use super::codes::{COUNTRIES, GENDERS};
use super::rules;
use crate::fields::{Fields, INPUT};

const CUSTOMER: &[&str] = &[
    "id",
    "name",
    "birthYear",
    "birthMonth",
    "birthDay",
    "country",
    "gender",
    "email",
    "phoneNumber",
    "address",
    "zipcode",
    "businessRegistrationNumber",
];
const ADDRESS: &[&str] = &["addressLine1", "addressLine2", "city", "province", "country"];

/// The buyer of `customer` (schema `CustomerInput`); absent is one of whom nothing is known.
pub(super) fn read(body: &Fields<'_, '_>) -> Customer {
    let Some(fields) = body.object("customer", &INPUT, CUSTOMER) else { return Customer::default() };
    Customer {
        id: fields.owned_text("id"),
        name: name(&fields),
        birth_year: fields.owned_text("birthYear"),
        birth_month: fields.owned_text("birthMonth"),
        birth_day: fields.owned_text("birthDay"),
        country: fields.code("country", COUNTRIES),
        gender: fields.code("gender", GENDERS),
        email: fields.owned_text("email"),
        phone_number: fields.owned_text("phoneNumber"),
        address: address(&fields, "address"),
        zipcode: fields.owned_text("zipcode"),
        business_registration_number: fields.owned_text("businessRegistrationNumber"),
    }
}

/// A name (schema `CustomerNameInput`): an object, in one line or in two parts.
fn name(customer: &Fields<'_, '_>) -> Option<CustomerName> {
    let fields = customer.object("name", &rules::CUSTOMER, &["full", "separated"])?;
    match (fields.has("full"), fields.has("separated")) {
        (true, false) => fields.owned_text("full").map(CustomerName::Full),
        (false, true) => {
            let parts = fields.object("separated", &rules::CUSTOMER, &["first", "last"])?;
            let (first, last) = (parts.need_text("first"), parts.need_text("last"));
            Some(CustomerName::Separated { first: first?.to_owned(), last: last?.to_owned() })
        }
        (true, true) => {
            fields.add_here("has both full and separated; send one of them");
            None
        }
        (false, false) => {
            fields.add_here("has neither full nor separated; send one of them");
            None
        }
    }
}

/// An address in parts (schema `SeparatedAddressInput`).
pub(super) fn address(fields: &Fields<'_, '_>, name: &str) -> Option<Address> {
    let fields = fields.object(name, &INPUT, ADDRESS)?;
    let (line1, line2) = (fields.need_text("addressLine1"), second_line(&fields));
    let [city, province] = ["city", "province"].map(|name| fields.owned_text(name));
    let country = fields.code("country", COUNTRIES);
    Some(Address {
        address_line1: line1?.to_owned(),
        address_line2: line2?.to_owned(),
        city,
        province,
        country,
    })
}

/// Mandatory, but many addresses have nothing to say in it.
fn second_line<'f>(fields: &Fields<'f, '_>) -> Option<&'f str> {
    if !fields.has("addressLine2") {
        fields.add("addressLine2", "is missing; send a text, \"\" if there is none");
    }
    fields.text("addressLine2")
}
