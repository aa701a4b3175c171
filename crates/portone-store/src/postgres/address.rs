//! Where a database is: `postgres://user:password@host:port/name`, and how it is talked to.

use std::{fmt, path::Path, str::FromStr, sync::Arc, time::Duration};

use rustls::pki_types::{CertificateDer, pem::PemObject};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// After how long of silence a connection is probed, and how often.
const KEEPALIVE: Duration = Duration::from_secs(5);
/// How many probes in a row may stay without an answer.
const KEEPALIVE_RETRY_COUNT: u32 = 3;
/// How long sent bytes may stay unacknowledged.
const UNACKNOWLEDGED_TIMEOUT: Duration = Duration::from_secs(15);

/// The address of a database, with what a connection to it needs.
pub(crate) struct Address {
    pub(super) config: Config,
    pub(super) tls: Option<MakeRustlsConnect>,
    words: String,
}

/// Shows neither the password nor the certificates.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.words).finish()
    }
}

/// The address without its password.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl Address {
    /// From a URL. Beside what `tokio-postgres` reads in one, `sslrootcert` names a file of certificates to trust.
    ///
    /// Unless `sslmode` says otherwise, a host that is not this machine is talked to over TLS only. The server's
    /// certificate is always verified, where there is TLS.
    pub(crate) fn parse(url: &str) -> Result<Self, String> {
        let (url, roots) = without_roots(url)?;
        let mut config = Config::from_str(&url).map_err(|error| unreadable(&error))?;
        if config.get_hosts().is_empty() {
            return Err("the address names no host; use postgres://user:password@host:5432/name".to_owned());
        }
        if !url.contains("sslmode=") {
            let mode = if config.get_hosts().iter().all(is_this_machine) {
                SslMode::Disable
            } else {
                SslMode::Require
            };
            config.ssl_mode(mode);
        }
        let tls = match config.get_ssl_mode() {
            SslMode::Disable => None,
            _ => Some(MakeRustlsConnect::new(client_config(roots.as_deref())?)),
        };
        let words = words(&config);
        config
            .application_name("portone")
            .connect_timeout(CONNECT_TIMEOUT)
            .keepalives(true)
            .keepalives_idle(KEEPALIVE)
            .keepalives_interval(KEEPALIVE)
            .keepalives_retries(KEEPALIVE_RETRY_COUNT)
            .tcp_user_timeout(UNACKNOWLEDGED_TIMEOUT);
        Ok(Self { config, tls, words })
    }
}

/// What the driver says of an address: it names options, and no values.
fn unreadable(error: &tokio_postgres::Error) -> String {
    use std::error::Error as _;
    let cause = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    format!("the address cannot be read: {cause}")
}

/// Takes `sslrootcert` out of a URL: the driver does not know it.
fn without_roots(url: &str) -> Result<(String, Option<String>), String> {
    let Some((place, query)) = url.split_once('?') else { return Ok((url.to_owned(), None)) };
    let is_roots = |part: &&str| part.starts_with("sslrootcert=");
    let roots = query.split('&').find(is_roots).map(|part| part["sslrootcert=".len()..].to_owned());
    if roots.as_deref().is_some_and(|path| path.contains('%')) {
        return Err("`sslrootcert` is a path without escapes".to_owned());
    }
    let rest: Vec<&str> = query.split('&').filter(|part| !is_roots(part)).collect();
    let url = if rest.is_empty() { place.to_owned() } else { format!("{place}?{}", rest.join("&")) };
    Ok((url, roots))
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => matches!(name.as_str(), "localhost" | "::1") || name.starts_with("127."),
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn words(config: &Config) -> String {
    let hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .map(|host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(folder) => folder.display().to_string(),
        })
        .collect();
    format!(
        "postgres://{}@{}/{}",
        config.get_user().unwrap_or_default(),
        hosts.join(","),
        config.get_dbname().unwrap_or_default()
    )
}

fn client_config(roots: Option<&str>) -> Result<ClientConfig, String> {
    let mut store = RootCertStore::empty();
    if let Some(path) = roots {
        let unreadable = |error| format!("`{path}` (sslrootcert) cannot be read: {error}");
        for certificate in CertificateDer::pem_file_iter(Path::new(path)).map_err(unreadable)? {
            let certificate = certificate.map_err(unreadable)?;
            store.add(certificate).map_err(|error| format!("`{path}` (sslrootcert): {error}"))?;
        }
    } else {
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(builder.with_root_certificates(store).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_is_the_rule_but_on_this_machine() {
        let mode = |url: &str| Address::parse(url).map(|address| address.config.get_ssl_mode());
        assert_eq!(mode("postgres://u:p@127.0.0.1/db"), Ok(SslMode::Disable));
        assert_eq!(mode("postgres:///db?host=/run/postgresql&user=u"), Ok(SslMode::Disable));
        assert_eq!(mode("postgres://u:p@db.internal/db"), Ok(SslMode::Require));
        assert_eq!(mode("postgres://u:p@db.internal/db?sslmode=disable"), Ok(SslMode::Disable));
    }

    #[test]
    fn a_password_is_shown_nowhere() {
        let address = Address::parse("postgres://shop:s3cret@127.0.0.1:5433/ledger").expect("parses");
        let shown = format!("{address} {address:?}");
        assert!(shown.contains("shop@127.0.0.1/ledger") && !shown.contains("s3cret"), "{shown}");
    }

    #[test]
    fn a_bad_address_says_what_is_wrong() {
        let refused = |url: &str| Address::parse(url).expect_err("is refused");
        assert!(refused("postgres://").contains("no host"));
        assert!(refused("postgres://u@127.0.0.1/db?sslmode=maybe").contains("sslmode"));
        let missing = refused("postgres://u@db.internal/db?sslrootcert=/nonexistent/roots.pem");
        assert!(missing.contains("/nonexistent/roots.pem"), "{missing}");
    }
}
