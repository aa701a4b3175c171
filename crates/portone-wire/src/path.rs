//! Percent-encoding of path segments and query values.

/// Encodes every byte but the unreserved ones of RFC 3986 (`A-Z a-z 0-9 - . _ ~`), once (rule V2-021).
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() + text.len() / 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(char::from(HEX_DIGITS[usize::from(byte >> 4)]));
            encoded.push(char::from(HEX_DIGITS[usize::from(byte & 0x0f)]));
        }
    }
    encoded
}

const HEX_DIGITS: &[u8; 16] = b"0123456789ABCDEF";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_bytes_stay() {
        assert_eq!(percent_encoded("a-Z_0.9~"), "a-Z_0.9~");
        assert_eq!(percent_encoded("a b/c%+"), "a%20b%2Fc%25%2B");
        assert_eq!(percent_encoded("주문"), "%EC%A3%BC%EB%AC%B8");
    }
}
