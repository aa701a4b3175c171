//! Channels and channel groups: as declared by configuration, as changed by the admin face, and read as a whole.

use crate::sql::statement::{OptionalRow, Row, params};
use chrono::{DateTime, Utc};
use portone_core::{Channel, ChannelGroup, ChannelGroupId, ChannelKey, StoreId};
use portone_engine::port::{Begin, DeclaredStore, DirectoryRows, GroupVersion};

use super::database::{Database, Fault};
use super::transfer;
use crate::document::{decode, encode, millis, time};

/// Makes the declared stores, channels and groups exist.
pub(super) fn apply_declared(
    database: &Database,
    stores: &[DeclaredStore],
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    if transfer::is_under_way(database)? {
        // It began after this gateway had looked.
        return Err(Fault::Contract("an import into the database is under way".to_owned()));
    }
    let mut changed = false;
    for store in stores {
        let store_no = put_store(database, store)?;
        for (channel, digest) in &store.channels {
            changed |= declare_channel(database, store_no, channel, digest)?;
        }
        for (group, digest) in &store.groups {
            changed |= declare_group(database, store_no, group, digest, now)?;
        }
    }
    if changed { raise_revision(database) } else { Ok(()) }
}

fn put_store(database: &Database, store: &DeclaredStore) -> Result<i64, Fault> {
    if let Some(no) = database.find_store_no(&store.id)? {
        let sql = "UPDATE stores SET name = ?2 WHERE no = ?1 AND name <> ?2";
        database.write(sql, params![no, store.name])?;
        return Ok(no);
    }
    let sql = "INSERT INTO stores (id, name) VALUES (?1, ?2)";
    database.write(sql, params![store.id.as_str(), store.name])?;
    database.store_no(&store.id)
}

fn declare_channel(
    database: &Database,
    store_no: i64,
    channel: &Channel,
    digest: &str,
) -> Result<bool, Fault> {
    let mut statement = database.prepared("SELECT declared_digest FROM channels WHERE key = ?1")?;
    let applied: Option<Option<String>> =
        statement.query_row([channel.key.as_str()], |row| row.get(0)).optional()?;
    if applied.flatten().as_deref() == Some(digest) {
        return Ok(false);
    }
    write_channel(database, store_no, channel)?;
    let sql = "UPDATE channels SET declared_digest = ?2 WHERE key = ?1";
    database.write(sql, params![channel.key.as_str(), digest])?;
    Ok(true)
}

fn declare_group(
    database: &Database,
    store_no: i64,
    group: &ChannelGroup,
    digest: &str,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let mut statement = database.prepared("SELECT declared_digest FROM channel_groups WHERE id = ?1")?;
    let applied: Option<Option<String>> =
        statement.query_row([group.id.as_str()], |row| row.get(0)).optional()?;
    if applied.flatten().as_deref() == Some(digest) {
        return Ok(false);
    }
    let version = latest_version(database, &group.id)? + 1;
    write_group(database, store_no, &ChannelGroup { version, ..group.clone() }, now, now)?;
    let sql = "UPDATE channel_groups SET declared_digest = ?2 WHERE id = ?1";
    database.write(sql, params![group.id.as_str(), digest])?;
    Ok(true)
}

/// Writes a channel, new or in place of the one with its key.
pub(super) fn put_channel(database: &Database, channel: &Channel) -> Result<(), Fault> {
    let store_no = database.store_no(&channel.store_id)?;
    write_channel(database, store_no, channel)?;
    raise_revision(database)
}

fn write_channel(database: &Database, store_no: i64, channel: &Channel) -> Result<(), Fault> {
    let doc = encode("channel", channel)?;
    let written = database.execute(
        "INSERT INTO channels (key, store_no, deleted, doc) VALUES (?1, ?2, 0, ?3)
         ON CONFLICT (key) DO UPDATE SET deleted = 0, doc = excluded.doc
            WHERE channels.store_no = excluded.store_no",
        params![channel.key.as_str(), store_no, doc],
    )?;
    if written == 1 { Ok(()) } else { Err(taken("channel", channel.key.as_str(), &channel.store_id)) }
}

fn taken(what: &str, id: &str, store: &StoreId) -> Fault {
    Fault::Contract(format!("{what} `{id}` belongs to another store than `{store}`; choose another name"))
}

/// Deletes a channel, if there is one; it stays listed as deleted.
pub(super) fn delete_channel(database: &Database, key: &ChannelKey) -> Result<(), Fault> {
    let sql = "UPDATE channels SET deleted = 1 WHERE key = ?1 AND deleted = 0";
    if database.execute(sql, [key.as_str()])? == 0 {
        return Ok(());
    }
    raise_revision(database)
}

/// Writes a group's next version, if it is the next one.
pub(super) fn put_group(
    database: &Database,
    group: &ChannelGroup,
    effective_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Begin, Fault> {
    let store_no = database.store_no(&group.store_id)?;
    if group.version != latest_version(database, &group.id)? + 1 {
        return Ok(Begin::Changed);
    }
    write_group(database, store_no, group, effective_at, now)?;
    raise_revision(database)?;
    Ok(Begin::Begun)
}

fn latest_version(database: &Database, id: &ChannelGroupId) -> Result<u32, Fault> {
    let sql = "SELECT coalesce(max(version), 0) FROM channel_group_versions WHERE group_id = ?1";
    database.prepared(sql)?.query_row([id.as_str()], |row| row.get(0))
}

fn write_group(
    database: &Database,
    store_no: i64,
    group: &ChannelGroup,
    effective_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let written = database.execute(
        "INSERT INTO channel_groups (id, store_no) VALUES (?1, ?2)
         ON CONFLICT (id) DO UPDATE SET deleted_at = NULL
            WHERE channel_groups.store_no = excluded.store_no",
        params![group.id.as_str(), store_no],
    )?;
    if written == 0 {
        return Err(taken("channel group", group.id.as_str(), &group.store_id));
    }
    database.write(
        "INSERT INTO channel_group_versions (group_id, version, effective_at, created_at, doc)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            group.id.as_str(),
            group.version,
            millis(effective_at),
            millis(now),
            encode("channel group", group)?,
        ],
    )?;
    Ok(())
}

/// Deletes a group, if there is one; its versions stay.
pub(super) fn delete_group(
    database: &Database,
    id: &ChannelGroupId,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let sql = "UPDATE channel_groups SET deleted_at = ?2 WHERE id = ?1 AND deleted_at IS NULL";
    if database.execute(sql, params![id.as_str(), millis(now)])? == 0 {
        return Ok(());
    }
    raise_revision(database)
}

fn raise_revision(database: &Database) -> Result<(), Fault> {
    database.write("UPDATE meta SET value = value + 1 WHERE key = 'directory_revision'", [])
}

/// Grows with every change of a channel or group.
pub(super) fn revision(database: &Database) -> Result<u64, Fault> {
    let sql = "SELECT value FROM meta WHERE key = 'directory_revision'";
    database.prepared(sql)?.query_row([], |row| row.get(0))
}

/// Every channel and every version of the groups that were not deleted. Its three reads need one state of the database around them.
pub(crate) fn rows(database: &Database) -> Result<DirectoryRows, Fault> {
    let revision = revision(database)?;
    let (mut channels, mut deleted_channels) = (Vec::new(), Vec::new());
    let mut statement = database.prepared("SELECT deleted, doc FROM channels ORDER BY key")?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        let channel = decode("channel", row.text(1)?)?;
        if row.get(0)? { deleted_channels.push(channel) } else { channels.push(channel) }
    }
    let mut groups = Vec::new();
    let mut statement = database.prepared(
        "SELECT v.effective_at, v.created_at, v.doc FROM channel_groups AS g
         JOIN channel_group_versions AS v ON v.group_id = g.id
         WHERE g.deleted_at IS NULL ORDER BY g.id, v.effective_at, v.version",
    )?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        groups.push(read_version(row)?);
    }
    Ok(DirectoryRows { revision, channels, deleted_channels, groups })
}

/// Every version of a group, oldest first.
pub(super) fn group_history(database: &Database, id: &ChannelGroupId) -> Result<Vec<GroupVersion>, Fault> {
    let mut statement = database.prepared(
        "SELECT effective_at, created_at, doc FROM channel_group_versions WHERE group_id = ?1 ORDER BY version",
    )?;
    let mut found = statement.query([id.as_str()])?;
    let mut versions = Vec::new();
    while let Some(row) = found.next()? {
        versions.push(read_version(row)?);
    }
    Ok(versions)
}

fn read_version(row: Row<'_>) -> Result<GroupVersion, Fault> {
    Ok(GroupVersion {
        effective_at: time(row.get(0)?)?,
        created_at: time(row.get(1)?)?,
        group: decode("channel group", row.text(2)?)?,
    })
}
