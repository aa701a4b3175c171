//! Request bodies that leave no copy of a secret behind.

use std::io;

use portone_core::Body;
use serde::Serialize;

/// Serialises a request, with the JSON pointers of its secrets.
///
/// The length is counted first: a buffer that grows would leave a copy of the card number in freed memory, where
/// nothing zeroises it.
pub(crate) fn json_body<T: Serialize>(request: &T, secrets: &[&'static str]) -> Body {
    let mut count = Count(0);
    write(request, &mut count);
    let mut bytes = Vec::with_capacity(count.0);
    write(request, &mut bytes);
    Body::json(bytes, secrets.to_vec())
}

fn write<T: Serialize>(request: &T, to: impl io::Write) {
    serde_json::to_writer(to, request).expect("a request of texts and integers always serialises");
}

struct Count(usize);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_buffer_never_grows() {
        let mut count = Count(0);
        let text = "가".repeat(1000);
        write(&text, &mut count);
        assert_eq!(json_body(&text, &[]).bytes().len(), count.0);
    }
}
