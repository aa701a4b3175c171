//! A PostgreSQL server that is not this machine: over TLS, by a certificate that is verified, and with a password. Without an
//! installed server nothing of it runs, and the test says so.

use std::path::Path;

use futures_executor::block_on;
use portone_engine::port::{BeginPayment, Store};
use portone_store::SqlStore;
use portone_store::contract::cluster::Cluster;
use portone_store::contract::records::{at, begin, declared};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

/// Who may come in: the tests' own user as ever, a shop over TLS alone.
const HBA: &str = "host all portone 127.0.0.1/32 trust\nhostssl all shop 127.0.0.1/32 scram-sha-256\n";

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("is signed")
}

/// Gives the server a certificate for `localhost`, and a shop a password.
fn secure(cluster: &Cluster, authority: &CertifiedIssuer<'_, KeyPair>) {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
    let certificate = params.signed_by(&key, authority).expect("is signed");
    let set = |name: &str, path: &Path| {
        cluster.query("postgres", &format!("ALTER SYSTEM SET {name} = '{}'", path.display()));
    };
    set("ssl_cert_file", &cluster.write("server.crt", &certificate.pem()));
    set("ssl_key_file", &cluster.write("server.key", &key.serialize_pem()));
    set("hba_file", &cluster.write("hba", HBA));
    cluster.query("postgres", "ALTER SYSTEM SET ssl = on");
    cluster.query("postgres", "CREATE ROLE shop LOGIN PASSWORD 's3cret'");
    cluster.create("ledger");
    cluster.query("postgres", "ALTER DATABASE ledger OWNER TO shop");
    cluster.query("ledger", "ALTER SCHEMA public OWNER TO shop");
    cluster.restart();
}

#[test]
fn a_server_elsewhere_is_talked_to_over_tls_and_with_a_password() {
    let Some(cluster) = Cluster::start() else { return };
    let [ours, others] = [authority(), authority()];
    secure(&cluster, &ours);
    let folder = tempfile::tempdir().expect("a folder");
    let [our_roots, other_roots] = [("ours.pem", &ours), ("others.pem", &others)].map(|(name, authority)| {
        let path = folder.path().join(name);
        std::fs::write(&path, authority.pem()).expect("is written");
        path.display().to_string()
    });
    let url = |host: &str, password: &str, options: &str| {
        format!("postgres://shop:{password}@{host}:{}/ledger?{options}", cluster.port())
    };
    let over_tls = |roots: &str| format!("sslmode=require&sslrootcert={roots}");

    let store = SqlStore::connect(&url("localhost", "s3cret", &over_tls(&our_roots))).expect("connects");
    block_on(store.apply_declared(vec![declared()], at(0))).expect("is applied");
    assert_eq!(block_on(store.begin_payment(begin(1, 1))), Ok(BeginPayment::Begun));
    let ciphers = cluster.query(
        "postgres",
        "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
        WHERE usename = 'shop'",
    );
    assert_eq!(ciphers.trim(), "t", "every connection is encrypted");

    let refused = |url: &str| SqlStore::connect(url).expect_err("is refused").to_string();
    for (wrong, told) in [
        (url("localhost", "s3cret", &over_tls(&other_roots)), "certificate"),
        (url("127.0.0.1", "s3cret", &over_tls(&our_roots)), "certificate"),
        (url("localhost", "s3cret", "sslmode=disable"), "no encryption"),
        (url("localhost", "wr0ng", &over_tls(&our_roots)), "password authentication failed"),
    ] {
        let words = refused(&wrong);
        assert!(words.contains(told), "{words}");
        assert!(!words.contains("s3cret") && !words.contains("wr0ng"), "{words}");
    }
}
