//! `[limits]`: what one credential may take.

use std::num::NonZeroU32;

use portone_gateway::RateLimit;

use super::reader::{Reader, Section};

/// `requests_per_second`, and `burst`, which is as many unless it is told.
pub(super) fn read_rate_limit<'a>(reader: &mut Reader<'a>, root: &Section<'a>) -> Option<RateLimit> {
    let section = reader.section(root, "limits")?;
    reader.only(&section, &["requests_per_second", "burst"]);
    let per_second = read_count(reader, &section, "requests_per_second");
    let burst = read_count(reader, &section, "burst");
    if per_second.is_none() && burst.is_some() {
        reader.missing(&section, "requests_per_second");
    }
    let per_second = per_second?;
    Some(RateLimit { per_second, burst: burst.unwrap_or(per_second) })
}

fn read_count<'a>(reader: &mut Reader<'a>, section: &Section<'a>, key: &str) -> Option<NonZeroU32> {
    let number = reader.number(section, key)?;
    let count = u32::try_from(number).ok().and_then(NonZeroU32::new);
    if count.is_none() {
        reader.problem_at(section, key, "is no number of requests; give one from 1 on, or leave it out");
    }
    count
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;

    fn limit_of(limits: &str) -> Result<Option<RateLimit>, String> {
        let text = format!(
            "admin_token = \"t\"\n[limits]\n{limits}\n[upstreams.sandbox]\nkind = \"sandbox\"\n\
             [[stores]]\nid = \"s\"\nname = \"S\"\napi_secrets = [\"x\"]\n"
        );
        let config = Config::parse(&text, Path::new("."));
        config
            .map(|config| config.rate_limit)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn a_limit_is_read_and_its_burst_defaults_to_a_second() {
        let limit = |per_second, burst| {
            let number = |number| NonZeroU32::new(number).unwrap();
            Ok(Some(RateLimit { per_second: number(per_second), burst: number(burst) }))
        };
        assert_eq!(limit_of("requests_per_second = 50"), limit(50, 50));
        assert_eq!(limit_of("requests_per_second = 50\nburst = 200"), limit(50, 200));
        assert_eq!(limit_of(""), Ok(None));
        for (wrong, told) in [
            ("requests_per_second = 0", "limits.requests_per_second: is no number of requests"),
            ("burst = 3", "limits.requests_per_second"),
            ("per_minute = 3", "limits.per_minute"),
        ] {
            let problems = limit_of(wrong).unwrap_err();
            assert!(problems.contains(told), "{problems}");
        }
    }
}
