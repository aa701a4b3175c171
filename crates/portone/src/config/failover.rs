//! A channel group's failover policy.

use portone_core::FailoverPolicy;

use super::reader::{Reader, Section};

/// The bounds are the group's own check's to tell.
pub(super) fn read<'a>(reader: &mut Reader<'a>, section: &Section<'a>) -> FailoverPolicy {
    reader.only(section, &["reroutes_max", "within_seconds", "declines"]);
    let usual = FailoverPolicy::default();
    let mut number = |key, usual| {
        let number = reader.number(section, key);
        number.map_or(usual, |number| u32::try_from(number).unwrap_or(u32::MAX))
    };
    let reroutes_max = number("reroutes_max", usual.reroutes_max);
    let within_seconds = number("within_seconds", usual.within_seconds);
    let declines = reader.texts(section, "declines").unwrap_or_default();
    FailoverPolicy {
        reroutes_max,
        within_seconds,
        declines: declines.into_iter().map(str::to_owned).collect(),
    }
}

/// A field as files spell it, where the group's check spells it as the admin face does.
pub(super) fn spelt_here(field: &str) -> String {
    field.replace("reroutesMax", "reroutes_max").replace("withinSeconds", "within_seconds")
}

#[cfg(test)]
mod tests {
    use super::super::tests::problems;

    #[test]
    fn a_failover_policy_is_read_and_checked() {
        let file = |policy: &str| {
            let group = "[[stores.channel_groups]]\nid = \"g\"\nname = \"G\"\nenvironment = \"test\"\nchannels = \
                [{ key = \"channel-key-kpn\", weight = 100 }]";
            format!("{}\n{group}\n{policy}\n", crate::demo::TOML)
        };
        let line = file("failover = {}").lines().count();
        assert_eq!(problems(&file("failover = {}")), Vec::<String>::new());
        assert_eq!(
            problems(&file("failover = { reroutes_max = 9, within_seconds = 300, declines = [\"K110\"] }")),
            Vec::<String>::new()
        );
        let told = problems(&file("failover = { reroutes_max = 0, within_secondes = 5, declines = [\"\"] }"));
        let at = "stores[0].channel_groups[1].failover";
        assert_eq!(
            told,
            [
                format!("line {line}: {at}.within_secondes: unknown key; did you mean `within_seconds`?"),
                format!("line {line}: {at}.reroutes_max: is 0; use 1 to 9 (GROUP-FAILOVER)"),
                format!(
                    "line {line}: {at}.declines[0]: is empty; give a PG's code, such as K110 or KPN:K110 (GROUP-FAILOVER)"
                ),
            ]
        );
    }
}
