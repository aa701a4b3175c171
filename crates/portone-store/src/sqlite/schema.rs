//! Brings a database to the schema this version knows.

use rusqlite::Connection;

/// Each takes a database from the version of its place to the next one. Released ones never change.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/sqlite/0001_ledger.sql"),
    include_str!("../../migrations/sqlite/0002_schedules.sql"),
    include_str!("../../migrations/sqlite/0003_access.sql"),
    include_str!("../../migrations/sqlite/0004_list.sql"),
    include_str!("../../migrations/sqlite/0005_webhooks.sql"),
    include_str!("../../migrations/sqlite/0006_receipts.sql"),
    include_str!("../../migrations/sqlite/0009_idempotency.sql"),
    include_str!("../../migrations/sqlite/0010_list_speed.sql"),
    include_str!("../../migrations/sqlite/0007_confirm.sql"),
    include_str!("../../migrations/sqlite/0008_notify.sql"),
    include_str!("../../migrations/sqlite/0012_deliver.sql"),
    include_str!("../../migrations/sqlite/0013_facets.sql"),
    include_str!("../../migrations/sqlite/0014_promotions.sql"),
    include_str!("../../migrations/sqlite/0015_list_counts.sql"),
    include_str!("../../migrations/sqlite/0016_key_lists.sql"),
    include_str!("../../migrations/sqlite/0017_v1.sql"),
    include_str!("../../migrations/sqlite/0021_customers.sql"),
    include_str!("../../migrations/sqlite/0018_search.sql"),
    include_str!("../../migrations/sqlite/0022_schedule_counts.sql"),
    include_str!("../../migrations/sqlite/0024_key_numbers.sql"),
    include_str!("../../migrations/sqlite/0011_resend.sql"),
    include_str!("../../migrations/sqlite/0026_product_orders.sql"),
];

/// Applies what is missing, each step in one commit. `Err(Ok(found))` tells of a database newer than this version.
pub(crate) fn migrate(connection: &Connection) -> Result<(), Result<usize, rusqlite::Error>> {
    let found = version(connection).map_err(Err)?;
    if found > MIGRATIONS.len() {
        return Err(Ok(found));
    }
    for (at, sql) in MIGRATIONS.iter().enumerate().skip(found) {
        let step = format!("BEGIN IMMEDIATE; {sql}\nPRAGMA user_version = {}; COMMIT;", at + 1);
        if let Err(error) = connection.execute_batch(&step) {
            if !connection.is_autocommit() {
                let _ = connection.execute_batch("ROLLBACK");
            }
            return Err(Err(error));
        }
    }
    Ok(())
}

/// The version a database has.
pub(super) fn version(connection: &Connection) -> Result<usize, rusqlite::Error> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// The version this code knows.
pub(crate) const fn known_version() -> usize {
    MIGRATIONS.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What lists and walks need is made for the payments that are there already.
    #[test]
    fn an_old_ledger_gets_its_facets_and_payment_events() {
        let connection = Connection::open_in_memory().unwrap();
        let last = MIGRATIONS.iter().position(|sql| sql.contains("TABLE payment_facets")).unwrap();
        for sql in &MIGRATIONS[..last] {
            connection.execute_batch(sql).unwrap();
        }
        connection.pragma_update(None, "user_version", last).unwrap();
        connection
            .execute_batch(
                r#"INSERT INTO stores (no, id, name) VALUES (1, 'store', 'Shop');
                INSERT INTO channel_snapshots (no, doc) VALUES (1, '{"provider":"KPN","environment":"test"}');
                INSERT INTO transactions (id, store_no, payment_id, seq, status, revision, channel_no, requested_at,
                    status_changed_at, decision, doc) VALUES
                ('a', 1, 'p', 1, 'CANCELLED', 3, 1, 10, 40, '', '{"order":{"amount":{"total":300,"currency":"KRW"},
                    "is_escrow":true},"method":"CARD","card":{"brand":"VISA"},"paid_at":20,"cancellations":[
                    {"id":"c1","status":"SUCCEEDED","total":100,"cancelled_at":"1970-01-01T00:00:00.030Z"},
                    {"id":"c2","status":"SUCCEEDED","total":200,"cancelled_at":"1970-01-01T00:00:00.040Z"}]}'),
                ('b', 1, 'q', 1, 'FAILED', 1, 1, 11, 12, '', '{"order":{"amount":{"total":5,"currency":"KRW"}},
                    "method":"CARD"}'),
                ('c', 1, 'r', 1, 'PAY_PENDING', 0, 1, 11, 11, '', '{"order":{"amount":{"total":5,"currency":"KRW"}},
                    "method":"CARD"}');"#,
            )
            .unwrap();
        migrate(&connection).unwrap();
        let texts = |sql: &str| -> Vec<String> {
            let mut statement = connection.prepare(sql).unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            rows.collect::<Result<_, _>>().unwrap()
        };
        let events =
            "SELECT created_at || ' ' || kind || ' ' || amount || ' ' || ifnull(cancellation_id, '-')
            FROM payment_events ORDER BY seq";
        assert_eq!(texts(events), ["20 PAID 300 -", "30 PARTIAL_CANCELLED 100 c1", "40 CANCELLED 200 c2"]);
        let facets = "SELECT t.id || ' ' || ifnull(f.doc, '-') FROM transactions AS t
            LEFT JOIN payment_facets AS f ON f.no = t.facet_no ORDER BY t.id";
        let names = "SELECT id || ' ' || imp_uid FROM transactions ORDER BY id";
        assert_eq!(texts(names), ["a 1", "b 2", "c 3"]);
        let found = texts(facets);
        assert_eq!(found[2], "c -");
        let docs: Vec<portone_engine::facet::Facet> =
            found[..2].iter().map(|text| serde_json::from_str(&text[2..]).unwrap()).collect();
        assert!(docs[0].is_escrow && docs[0].card_brand.as_deref() == Some("VISA") && !docs[1].is_escrow);
    }

    /// A payment of a schedule, or with a parcel in escrow, gets the combination that the code gives it.
    #[test]
    fn an_old_ledger_gets_facets_of_schedules_and_escrows() {
        let connection = Connection::open_in_memory().unwrap();
        let last = MIGRATIONS.iter().position(|sql| sql.contains("next_facets")).unwrap();
        for sql in &MIGRATIONS[..last] {
            connection.execute_batch(sql).unwrap();
        }
        connection.pragma_update(None, "user_version", last).unwrap();
        let facet = portone_engine::facet::Facet {
            status: portone_engine::ledger::PaymentStatus::Paid,
            provider: "KPN".parse().unwrap(),
            environment: portone_core::Environment::Test,
            method: portone_core::PayMethod::VirtualAccount,
            currency: portone_core::Currency::KRW,
            is_escrow: true,
            card_brand: None,
            card_type: None,
            card_owner_type: None,
            is_scheduled: false,
            escrow_status: None,
            face: portone_engine::ledger::Face::V2,
            platform: portone_engine::ledger::Platform::Api,
        };
        let text = |facet: &portone_engine::facet::Facet| serde_json::to_string(facet).unwrap();
        connection.execute("INSERT INTO payment_facets (no, doc) VALUES (1, ?1)", [text(&facet)]).unwrap();
        connection
            .execute_batch(
                r#"INSERT INTO stores (no, id, name) VALUES (1, 'store', 'Shop');
                INSERT INTO channel_snapshots (no, doc) VALUES (1, '{}');
                INSERT INTO transactions (id, store_no, payment_id, seq, status, revision, channel_no, requested_at,
                    status_changed_at, decision, facet_no, doc) VALUES
                ('a', 1, 'p', 1, 'PAID', 3, 1, 10, 40, '', 1, '{}'),
                ('b', 1, 'q', 1, 'PAID', 3, 1, 10, 40, '', 1, '{"schedule_id":"s"}'),
                ('c', 1, 'r', 1, 'PAID', 3, 1, 10, 40, '', 1, '{"escrow":{"status":"REGISTERED","delivery":{}}}'),
                ('d', 1, 's', 1, 'PAID', 3, 1, 10, 40, '', 1, '{"escrow":{"status":"CANCELLED"}}');"#,
            )
            .unwrap();
        migrate(&connection).unwrap();
        let mut statement = connection
            .prepare("SELECT f.doc FROM transactions AS t JOIN payment_facets AS f ON f.no = t.facet_no ORDER BY t.id")
            .unwrap();
        let found: Vec<String> =
            statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        let escrow_status = Some(portone_core::EscrowStatus::Registered);
        let expected = [
            facet.clone(),
            portone_engine::facet::Facet { is_scheduled: true, ..facet.clone() },
            portone_engine::facet::Facet { escrow_status, ..facet.clone() },
            facet,
        ];
        assert_eq!(found, expected.iter().map(text).collect::<Vec<_>>());
    }
}
