//! The lines outside its crate that a new PG needs: the workspace's dependency, the router's feature and registry, and the
//! sandbox's list.

use std::fs;
use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, InlineTable, Item, Value};

use crate::Failure;

use super::{Names, Protocol};

const WORKSPACE: &str = "Cargo.toml";
const ROUTER: &str = "crates/portone-router/Cargo.toml";
const REGISTRY: &str = "crates/portone-router/src/registry.rs";
/// The sandbox's list of PGs; each PG has a file in the folder of the same name.
pub(super) const SANDBOX_PGS: &str = "crates/portone-sandbox/src/pg.rs";

/// Makes a file's new text from its text.
type Edit = fn(&str, &Names) -> Result<String, Failure>;

/// Every edited file, with its new text.
pub(super) fn all(root: &Path, names: &Names, protocol: Protocol) -> Result<Vec<(PathBuf, String)>, Failure> {
    let mut edits: Vec<(&str, Edit)> = vec![(WORKSPACE, workspace), (ROUTER, router), (REGISTRY, registry)];
    // At V1 the sandbox plays any PG.
    if protocol == Protocol::V2 {
        edits.push((SANDBOX_PGS, sandbox));
    }
    edits
        .into_iter()
        .map(|(path, edit)| {
            let path = root.join(path);
            let text = fs::read_to_string(&path)?;
            let text = edit(&text, names).map_err(|why| format!("{}: {why}", path.display()))?;
            Ok((path, text))
        })
        .collect()
}

/// A dependency line beside the other adapters'; `crates/*` are members already.
fn workspace(text: &str, names: &Names) -> Result<String, Failure> {
    let mut document: DocumentMut = text.parse()?;
    let dependencies = document["workspace"]["dependencies"].as_table_mut().ok_or("has no dependencies")?;
    let mut line = InlineTable::new();
    line.insert("version", "0.1.0".into());
    line.insert("path", format!("crates/{}", names.package).into());
    let beside =
        adapters(dependencies.iter().map(|(name, _)| name)).last().ok_or("names no adapter")?.to_owned();
    insert_after(dependencies, &beside, &names.package, Item::Value(Value::InlineTable(line)));
    Ok(document.to_string())
}

/// An optional dependency, a feature for it, and the feature among the default ones.
fn router(text: &str, names: &Names) -> Result<String, Failure> {
    let mut document: DocumentMut = text.parse()?;
    let dependencies = document["dependencies"].as_table_mut().ok_or("has no dependencies")?;
    let mut line = InlineTable::new();
    line.insert("workspace", true.into());
    line.insert("optional", true.into());
    let beside =
        adapters(dependencies.iter().map(|(name, _)| name)).last().ok_or("names no adapter")?.to_owned();
    insert_after(dependencies, &beside, &names.package, Item::Value(Value::InlineTable(line)));
    let features = document["features"].as_table_mut().ok_or("has no features")?;
    features["default"].as_array_mut().ok_or("has no default features")?.push(&names.feature);
    let mut feature = Array::new();
    feature.push(format!("dep:{}", names.package));
    features.insert(&names.feature, feature.into());
    Ok(document.to_string())
}

fn adapters<'a>(names: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    names.filter(|name| name.starts_with("pg-"))
}

/// A table keeps the order its lines were put in, so that those after the new one are put in again.
fn insert_after(table: &mut toml_edit::Table, beside: &str, name: &str, item: Item) {
    let names: Vec<String> = table.iter().map(|(name, _)| name.to_owned()).collect();
    let after = names.into_iter().skip_while(|name| name != beside).skip(1);
    let moved: Vec<_> = after.filter_map(|name| table.remove_entry(&name)).collect();
    table.insert(name, item);
    for (key, item) in moved {
        table.insert_formatted(&key, item);
    }
}

fn registry(text: &str, names: &Names) -> Result<String, Failure> {
    let line = format!("    #[cfg(feature = \"{}\")]\n    {}::FACTORY,\n", names.feature, names.ident);
    insert_before(text, "static REGISTRY", "];\n", &line)
}

fn sandbox(text: &str, names: &Names) -> Result<String, Failure> {
    let Names { module, type_name, provider, .. } = names;
    let number_prefix: String = provider.chars().filter(char::is_ascii_alphanumeric).take(3).collect();
    let line = format!("    {type_name} = \"{provider}\", \"{number_prefix}\", {module}::{type_name};\n");
    let text = insert_before(text, "\nproviders! {", "}\n", &line)?;
    let modules: Vec<&str> = text.lines().take_while(|line| !line.starts_with("use ")).collect();
    let first = *modules.iter().find(|line| line.starts_with("mod ")).ok_or("has no modules")?;
    Ok(text.replacen(&format!("{first}\n"), &format!("{first}\nmod {module};\n"), 1))
}

/// Puts a line before the first `end` after `start`.
fn insert_before(text: &str, start: &str, end: &str, line: &str) -> Result<String, Failure> {
    let from = text.find(start).ok_or_else(|| format!("`{start}` is not there; has the list moved?"))?;
    let at = text[from..].find(end).ok_or_else(|| format!("`{start}` has no end"))?;
    let (before, after) = text.split_at(from + at);
    Ok(format!("{before}{line}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names::new("toss-payments", Some("TOSSPAYMENTS"), None).unwrap()
    }

    fn added(before: &str, after: &str) -> Vec<String> {
        assert!(
            before.lines().all(|line| line.starts_with("default") || after.lines().any(|kept| kept == line))
        );
        after.lines().filter(|line| !before.lines().any(|known| known == *line)).map(str::to_owned).collect()
    }

    fn real(path: &str) -> String {
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
    }

    /// The edits of the real files, so that a list that moves is noticed.
    #[test]
    fn each_edit_adds_its_lines_and_no_other() {
        let text = real(WORKSPACE);
        let expected = [r#"pg-toss-payments = { version = "0.1.0", path = "crates/pg-toss-payments" }"#];
        let edited = workspace(&text, &names()).unwrap();
        assert_eq!(added(&text, &edited), expected);
        assert!(edited.find("pg-toss").unwrap() < edited.find("\nportone-router = ").unwrap());
        let text = real(ROUTER);
        let edited = added(&text, &router(&text, &names()).unwrap());
        assert!(
            edited[0].starts_with("default = [") && edited[0].ends_with(r#", "toss-payments"]"#),
            "{edited:?}"
        );
        let expected = [
            r#"toss-payments = ["dep:pg-toss-payments"]"#,
            "pg-toss-payments = { workspace = true, optional = true }",
        ];
        assert_eq!(edited[1..], expected);
        let text = real(REGISTRY);
        let expected = [r#"    #[cfg(feature = "toss-payments")]"#, "    pg_toss_payments::FACTORY,"];
        assert_eq!(added(&text, &registry(&text, &names()).unwrap()), expected);
        let text = real(SANDBOX_PGS);
        let expected = [
            "mod toss_payments;",
            r#"    TossPayments = "TOSSPAYMENTS", "TOS", toss_payments::TossPayments;"#,
        ];
        assert_eq!(added(&text, &sandbox(&text, &names()).unwrap()), expected);
    }

    #[test]
    fn a_list_that_moved_is_told() {
        let error = registry("pub fn registry() {}", &names()).unwrap_err();
        assert_eq!(error.to_string(), "`static REGISTRY` is not there; has the list moved?");
    }
}
