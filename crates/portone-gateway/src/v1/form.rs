//! Forms and queries as PHP and its likes write them: `a=1`, `ids[]=1&ids[]=2`, `list[0][name]=x`, `extra[requester]=y`
//! (rule V1-002). Every value is a text that may stand for more.

use zeroize::Zeroizing;

use crate::json::{Node, Text};

/// How many values one form may have.
const VALUE_COUNT_MAX: usize = 1_000;
/// How deep brackets may go.
const DEPTH_MAX: usize = 8;

enum Tree {
    Leaf(Zeroizing<String>),
    Branch(Vec<(String, Self)>),
}

/// The members of a form or a query. A value that is empty is none.
pub(super) fn tree(form: &[u8]) -> Result<Node<'static>, String> {
    let mut root = Vec::new();
    let pairs = form.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    for (at, pair) in pairs.enumerate() {
        if at >= VALUE_COUNT_MAX {
            return Err(format!("the form has more than {VALUE_COUNT_MAX} values; send less"));
        }
        let (name, value) = split(pair);
        let (name, value) = (decoded(name)?, decoded(value)?);
        insert(&mut root, &keys(&name)?, value);
    }
    Ok(object(root))
}

fn split(pair: &[u8]) -> (&[u8], &[u8]) {
    match pair.iter().position(|byte| *byte == b'=') {
        Some(at) => (&pair[..at], &pair[at + 1..]),
        None => (pair, &[]),
    }
}

/// Percent-decoded; a `+` is a space.
fn decoded(text: &[u8]) -> Result<Zeroizing<String>, String> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let escaped = text.get(at + 1..at + 3).filter(|_| *byte == b'%').and_then(hex);
        bytes.push(match (byte, escaped) {
            (_, Some(escaped)) => escaped,
            (b'+', None) => b' ',
            (byte, None) => *byte,
        });
        at += if escaped.is_some() { 3 } else { 1 };
    }
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| "the form is not percent-encoded UTF-8; encode it once".to_owned())?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(*digits.first()?)? * 16 + digit(*digits.get(1)?)?).ok()
}

/// `list[0][name]` is `list`, `0`, `name`; what has no brackets, or broken ones, is one key.
fn keys(name: &str) -> Result<Vec<&str>, String> {
    let Some((first, rest)) = name.split_once('[').filter(|(first, _)| !first.is_empty()) else {
        return Ok(vec![name]);
    };
    let Some(rest) = rest.strip_suffix(']') else { return Ok(vec![name]) };
    let mut keys = vec![first];
    keys.extend(rest.split("]["));
    if keys.len() > DEPTH_MAX {
        return Err(format!("a name has more than {DEPTH_MAX} parts in brackets; send less in one another"));
    }
    Ok(keys)
}

fn insert(members: &mut Vec<(String, Tree)>, keys: &[&str], value: Zeroizing<String>) {
    let Some((key, rest)) = keys.split_first() else { return };
    // `[]` is the next one.
    let key = if key.is_empty() { members.len().to_string() } else { (*key).to_owned() };
    if rest.is_empty() {
        members.push((key, Tree::Leaf(value)));
        return;
    }
    let found = members.iter().position(|(known, tree)| *known == key && matches!(tree, Tree::Branch(_)));
    let at = found.unwrap_or_else(|| {
        members.push((key, Tree::Branch(Vec::new())));
        members.len() - 1
    });
    if let (_, Tree::Branch(inner)) = &mut members[at] {
        insert(inner, rest, value);
    }
}

fn node(tree: Tree) -> Node<'static> {
    match tree {
        Tree::Leaf(value) if value.is_empty() => Node::Null,
        Tree::Leaf(value) => Node::Loose(Text::Copy(value)),
        Tree::Branch(mut members) => {
            let places: Option<Vec<usize>> = members.iter().map(|(key, _)| key.parse().ok()).collect();
            if places.is_none() {
                return object(members);
            }
            members.sort_by_key(|(key, _)| key.parse::<usize>().unwrap_or(usize::MAX));
            Node::Array(members.into_iter().map(|(_, tree)| node(tree)).collect())
        }
    }
}

/// Members; a plain name that is given again and again is a list (`collectionFormat: multi`).
fn object(members: Vec<(String, Tree)>) -> Node<'static> {
    let mut found: Vec<(Text<'static>, Node<'static>)> = Vec::new();
    for (name, tree) in members {
        let node = node(tree);
        match found.iter_mut().find(|(known, _)| known.as_str() == name) {
            Some((_, Node::Array(items))) if !matches!(node, Node::Array(_)) => items.push(node),
            Some((_, first @ Node::Loose(_))) if matches!(node, Node::Loose(_)) => {
                let one = std::mem::replace(first, Node::Null);
                *first = Node::Array(vec![one, node]);
            }
            _ => found.push((Text::Copy(Zeroizing::new(name)), node)),
        }
    }
    Node::Object(found)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn value(form: &str) -> Value {
        tree(form.as_bytes()).map(|node| node.to_value()).unwrap()
    }

    #[test]
    fn v1_002_brackets_are_lists_and_objects() {
        assert_eq!(value("a=1&b=x+y%20%EA%B0%80&c="), json!({"a": "1", "b": "x y 가", "c": null}));
        assert_eq!(value("ids[]=1&ids[]=2"), json!({"ids": ["1", "2"]}));
        assert_eq!(value("ids%5B%5D=1"), json!({"ids": ["1"]}));
        assert_eq!(value("url=a&url=b&url=c"), json!({"url": ["a", "b", "c"]}));
        assert_eq!(value("extra[requester]=admin"), json!({"extra": {"requester": "admin"}}));
        let form = "s[1][uid]=b&s[0][uid]=a&s[0][amount]=5&s[0][extra][x]=1";
        let expected = json!({"s": [{"uid": "a", "amount": "5", "extra": {"x": "1"}}, {"uid": "b"}]});
        assert_eq!(value(form), expected);
    }

    #[test]
    fn broken_forms_are_told_or_read_plainly() {
        assert_eq!(value("a[=1&[b]=2&%zz=3"), json!({"a[": "1", "[b]": "2", "%zz": "3"}));
        assert!(tree(b"a=%FF").is_err());
        assert!(tree(format!("a{}=1", "[x]".repeat(8)).as_bytes()).is_err());
        assert!(tree("a=1&".repeat(1_001).as_bytes()).is_err());
    }
}
