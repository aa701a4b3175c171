//! The tables of a ledger, those that others refer to first.

use std::fmt::Write as _;
use std::sync::LazyLock;

/// How many rows are read at once: what an export needs memory for.
const PAGE_ROW_COUNT: usize = 500;
/// How many rows are removed at once.
const CLEAR_ROW_COUNT: usize = 5_000;

/// A table that is exported.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    key: &'static str,
    columns: &'static str,
    /// Which of its rows are the ledger's, where others are the database's own.
    rows: Option<&'static str>,
}

const fn table(name: &'static str, key: &'static str, columns: &'static str) -> Table {
    Table { name, key, columns, rows: None }
}

impl Table {
    /// Its columns, in the order they are written.
    pub(super) fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.columns.split(' ')
    }

    /// The places of the columns its rows are sorted by.
    pub(super) fn key_places(&self) -> Vec<usize> {
        let place = |key| self.columns().position(|column| column == key);
        self.key.split(' ').filter_map(place).collect()
    }
}

/// Every table, but for what [`super::LEFT_OUT`] names. A test compares it with the schemas.
pub(super) const TABLES: &[Table] = &[
    table("stores", "no", "no id name"),
    table("channel_snapshots", "no", "no doc"),
    table("payment_facets", "no", "no doc"),
    table("channels", "key", "key store_no deleted declared_digest doc"),
    table("channel_groups", "id", "id store_no declared_digest deleted_at"),
    table("channel_group_versions", "group_id version", "group_id version effective_at created_at doc"),
    Table {
        name: "meta",
        key: "key",
        columns: "key value",
        // PostgreSQL's writers lock a row, and an import marks its database.
        rows: Some("key NOT IN ('writers', 'import_under_way')"),
    },
    table("installation", "no", "no key"),
    table("refresh_tokens", "credential", "credential digest"),
    table("v1_tokens", "credential", "credential number made_until until"),
    table("idempotency_keys", "no", "no digest fingerprint operation_id lease_until expires_at status body"),
    table(
        "transactions",
        "no",
        "no id store_no payment_id seq status revision channel_no requested_at status_changed_at verify_at decision doc \
         latest facet_no imp_uid customer_uid",
    ),
    table("product_orders", "store_no id", "store_no id transaction_id"),
    table(
        "open_attempts",
        "id",
        "id command store_no channel_key payment_id billing_key opened_at lease_until next_inquiry_at inquiry_count subject",
    ),
    table(
        "billing_keys",
        "key",
        "key store_no status group_id customer_id requested_at issued_at deleted_at decision doc customer_uid",
    ),
    table("billing_key_numbers", "no", "no key"),
    table(
        "billing_key_channels",
        "billing_key position",
        "billing_key position channel_key state pg_billing_key failure channel_no",
    ),
    table(
        "payment_schedules",
        "no",
        "no id store_no payment_id billing_key group_id is_test status created_at time_to_pay status_at started_at \
         completed_at revoked_at due_at run_count transaction_id doc customer_uid",
    ),
    table(
        "events",
        "seq",
        "seq store_no kind at transaction_no cancellation_id billing_key notice_urls cause",
    ),
    table("payment_events", "seq", "seq store_no created_at transaction_no kind amount cancellation_id"),
    table("webhook_endpoints", "store_no environment position", "store_no environment position url format"),
    table(
        "webhook_deliveries",
        "no",
        "no id store_no event_seq transaction_no environment url format status is_manual execution_count resend_count \
         triggered_at exchange",
    ),
    table("webhook_queue", "delivery_no", "delivery_no endpoint lane due_at claimed try_count again"),
    table(
        "cash_receipts",
        "no",
        "no id store_no payment_id status issue_at cancelled_at status_at open_attempt doc",
    ),
    table(
        "pre_registrations",
        "store_no payment_id",
        "store_no payment_id total tax_free currency registered_at decimals",
    ),
    table("payment_sessions", "id", "id store_no created_at expires_at closed_at doc"),
    table("follow_ups", "transaction_no", "transaction_no due_at ask_count"),
    table("discrepancies", "seq", "seq doc"),
    table("hand_settlements", "seq", "seq store_no payment_id doc"),
    table("promotion_budgets", "store_no promotion_id", "store_no promotion_id spent"),
    table("promotion_uses", "transaction_no", "transaction_no taken"),
    table("payment_counts", "store_no by_change facet_no hour", "store_no by_change facet_no hour count"),
    table(
        "search_blocks",
        "no",
        "no kind first_time_0 last_time_0 first_time_1 last_time_1 first_time_2 last_time_2 first_time_3 last_time_3 heads",
    ),
    table("search_texts", "no", "no texts"),
    table("search_sieves", "no", "no slots"),
    table("search_touched", "kind no", "kind no"),
    table("search_counts", "kind", "kind block_count"),
];

/// What a table is asked, in SQL. Made once a process, so that a connection can know each by its text.
#[derive(Debug)]
pub(super) struct Statements {
    /// Its first rows.
    pub(super) first: &'static str,
    /// The rows after a key.
    pub(super) next: &'static str,
    /// Whether there is any.
    pub(super) any: &'static str,
    /// Writes one.
    pub(super) insert: &'static str,
    /// Removes some.
    pub(super) clear: &'static str,
}

/// The statements of each of [`TABLES`].
pub(super) static STATEMENTS: LazyLock<Vec<Statements>> =
    LazyLock::new(|| TABLES.iter().map(Statements::of).collect());

impl Statements {
    fn of(table: &Table) -> Self {
        let Table { name, .. } = table;
        let (columns, key) = (table.columns.replace(' ', ", "), table.key.replace(' ', ", "));
        let after = format!("({key}) > ({})", parameters(table.key.split(' ').count()));
        let own = table.rows.map_or_else(String::new, |rows| format!(" WHERE {rows}"));
        let after = table.rows.map_or_else(|| after.clone(), |rows| format!("{rows} AND {after}"));
        let select = |rows: &str, count: usize, columns: &str| {
            format!("SELECT {columns} FROM {name}{rows} ORDER BY {key} LIMIT {count}")
        };
        let some = select(&own, CLEAR_ROW_COUNT, &key);
        let values = parameters(table.columns().count());
        Self {
            first: select(&own, PAGE_ROW_COUNT, &columns).leak(),
            next: select(&format!(" WHERE {after}"), PAGE_ROW_COUNT, &columns).leak(),
            any: format!("SELECT 1 FROM {name}{own} LIMIT 1").leak(),
            insert: format!("INSERT INTO {name} ({columns}) VALUES ({values})").leak(),
            clear: format!("DELETE FROM {name} WHERE ({key}) IN ({some})").leak(),
        }
    }
}

/// `?1, ?2, …`
fn parameters(count: usize) -> String {
    (1..=count).fold(String::new(), |mut text, number| {
        let comma = if number > 1 { ", " } else { "" };
        // Writing to a text cannot fail.
        let _ = write!(text, "{comma}?{number}");
        text
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::sql::transfer::LEFT_OUT;

    /// A migration that adds a table or a column has to say what becomes of it when a ledger moves.
    #[test]
    fn everything_in_the_schema_is_exported_or_named() {
        let database = crate::sqlite::blank();
        let sql = "SELECT m.name || '.' || c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c
            WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
        let mut statement = database.sqlite().prepare(sql).expect("prepares");
        let rows = statement.query_map([], |row| row.get(0)).expect("reads");
        let in_schema: BTreeSet<String> = rows.collect::<Result<_, _>>().expect("reads");
        let is_left_out = |column: &String| {
            let table = column.split('.').next().unwrap_or_default();
            LEFT_OUT.iter().any(|(name, _)| name == column || *name == table)
        };
        let exported: BTreeSet<String> = TABLES
            .iter()
            .flat_map(|table| table.columns().map(move |column| format!("{}.{column}", table.name)))
            .collect();
        let missing: Vec<_> =
            in_schema.iter().filter(|it| !exported.contains(*it) && !is_left_out(it)).collect();
        assert!(missing.is_empty(), "add to TABLES, or to LEFT_OUT with the reason: {missing:?}");
        let gone: Vec<_> = exported.difference(&in_schema).collect();
        assert!(gone.is_empty(), "these are not in the schema: {gone:?}");
    }

    #[test]
    fn rows_are_sorted_by_their_primary_key() {
        let database = crate::sqlite::blank();
        for table in TABLES {
            let sql = "SELECT group_concat(name, ' ') FROM
                (SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk)";
            let key: String =
                database.sqlite().query_row(sql, [table.name], |row| row.get(0)).expect("has a key");
            assert_eq!(table.key, key, "{}", table.name);
            assert_eq!(table.key_places().len(), table.key.split(' ').count(), "{}", table.name);
        }
    }
}
