//! Channels and groups, declared and changed.

use portone_core::{Channel, ChannelGroup};
use portone_engine::port::{Begin, DeclaredStore, GroupVersion, Store};

use super::records::{
    at, begin, channel, channel_key, declared, group, group_id, other_store_id, payment_id, store_id,
};

/// What is declared is there, groups in their first version.
pub async fn a_declaration_makes_the_directory(store: &dyn Store) {
    let rows = store.directory().await.expect("reads");
    assert_eq!(rows.channels, [channel(1), channel(2)]);
    assert_eq!(rows.deleted_channels, []);
    assert_eq!(rows.groups, [version(1, 50, 0, 0)]);
    assert!(rows.revision > 0);
    assert_eq!(store.directory_revision().await, Ok(rows.revision));
    assert!(store.begin_payment(begin(1, 1)).await.is_ok());
}

/// What was changed since by hand stays, as long as the declaration does.
pub async fn an_unchanged_declaration_leaves_the_database_alone(store: &dyn Store) {
    let renamed = Channel { name: "By hand".to_owned(), ..channel(1) };
    store.put_channel(renamed.clone()).await.expect("is put");
    assert_eq!(store.put_group(group(2, 90), at(1), at(1)).await, Ok(Begin::Begun));
    let before = store.directory().await.expect("reads");
    assert_eq!((&before.channels[0], before.groups.len()), (&renamed, 2));
    store.apply_declared(vec![declared()], at(2)).await.expect("is applied");
    assert_eq!(store.directory().await, Ok(before));
}

/// A changed declaration counts from now on, and what was before stays on record.
pub async fn a_changed_declaration_is_a_new_version(store: &dyn Store) {
    store.put_group(group(2, 90), at(1), at(1)).await.expect("is put");
    let before = store.directory_revision().await.expect("reads");
    let mut changed = declared();
    changed.name = "Renamed".to_owned();
    changed.channels[0] = (Channel { active: false, ..channel(1) }, "digest-1b".to_owned());
    changed.groups[0] = (group(0, 10), "digest-gb".to_owned());
    changed.channels.push((channel(3), "digest-3".to_owned()));
    store.apply_declared(vec![changed.clone()], at(2)).await.expect("is applied");
    let rows = store.directory().await.expect("reads");
    assert_eq!(rows.channels, [Channel { active: false, ..channel(1) }, channel(2), channel(3)]);
    assert_eq!(rows.groups, [version(1, 50, 0, 0), version(2, 90, 1, 1), version(3, 10, 2, 2)]);
    assert!(rows.revision > before);
    store.apply_declared(vec![changed], at(3)).await.expect("is applied");
    assert_eq!(store.directory().await, Ok(rows));
}

/// Deleted by hand stays deleted until the declaration says something new.
pub async fn a_deleted_object_comes_back_only_with_a_changed_declaration(store: &dyn Store) {
    store.delete_group(&group_id(), at(1)).await.expect("is deleted");
    store.delete_channel(&channel_key(1)).await.expect("is deleted");
    store.apply_declared(vec![declared()], at(2)).await.expect("is applied");
    let rows = store.directory().await.expect("reads");
    assert_eq!((rows.channels, rows.groups), (vec![channel(2)], Vec::new()));
    assert_eq!(rows.deleted_channels, [channel(1)]);
    let mut changed = declared();
    changed.channels[0].1 = "digest-1b".to_owned();
    changed.groups[0].1 = "digest-gb".to_owned();
    store.apply_declared(vec![changed], at(3)).await.expect("is applied");
    let rows = store.directory().await.expect("reads");
    assert_eq!((rows.channels, rows.deleted_channels), (vec![channel(1), channel(2)], Vec::new()));
    assert_eq!(rows.groups, [version(1, 50, 0, 0), version(2, 50, 3, 3)]);
}

/// A channel is written whole; a deleted one stays known for what it did.
pub async fn a_channel_is_put_and_deleted(store: &dyn Store) {
    let mut revisions = vec![store.directory_revision().await.expect("reads")];
    store.put_channel(channel(3)).await.expect("is put");
    revisions.push(store.directory_revision().await.expect("reads"));
    store.put_channel(Channel { active: false, ..channel(3) }).await.expect("is put");
    revisions.push(store.directory_revision().await.expect("reads"));
    let rows = store.directory().await.expect("reads");
    assert_eq!(rows.channels[2], Channel { active: false, ..channel(3) });
    store.delete_channel(&channel_key(3)).await.expect("is deleted");
    revisions.push(store.directory_revision().await.expect("reads"));
    assert!(revisions.windows(2).all(|pair| pair[0] < pair[1]), "{revisions:?}");
    let rows = store.directory().await.expect("reads");
    assert_eq!(rows.channels, [channel(1), channel(2)]);
    assert_eq!(rows.deleted_channels, [Channel { active: false, ..channel(3) }]);
    store.delete_channel(&channel_key(3)).await.expect("nothing to delete");
    store.delete_channel(&channel_key(9)).await.expect("nothing to delete");
    assert_eq!(store.directory_revision().await, Ok(revisions[3]));
    store.put_channel(channel(3)).await.expect("is put");
    assert_eq!(store.directory().await.map(|rows| rows.deleted_channels), Ok(Vec::new()));
    let stranger = Channel { store_id: other_store_id(), ..channel(4) };
    assert!(store.put_channel(stranger).await.is_err());
}

/// Two admins cannot both write the next version, and a version may count from a moment to come.
pub async fn a_group_version_is_written_once_and_in_order(store: &dyn Store) {
    assert_eq!(store.put_group(group(2, 70), at(500), at(10)).await, Ok(Begin::Begun));
    let revision = store.directory_revision().await.expect("reads");
    for taken in [1, 2] {
        assert_eq!(store.put_group(group(taken, 60), at(11), at(11)).await, Ok(Begin::Changed));
    }
    assert_eq!(store.put_group(group(4, 60), at(11), at(11)).await, Ok(Begin::Changed));
    assert_eq!(store.directory_revision().await, Ok(revision));
    assert_eq!(store.put_group(group(3, 60), at(20), at(11)).await, Ok(Begin::Begun));
    let (first, second, third) = (version(1, 50, 0, 0), version(2, 70, 500, 10), version(3, 60, 20, 11));
    let rows = store.directory().await.expect("reads");
    assert_eq!(rows.groups, [first.clone(), third.clone(), second.clone()]);
    assert_eq!(store.group_history(&group_id()).await, Ok(vec![first, second, third]));
}

/// A deleted group is out of the directory and still on record.
pub async fn a_deleted_group_keeps_its_history(store: &dyn Store) {
    let before = store.directory_revision().await.expect("reads");
    store.delete_group(&group_id(), at(5)).await.expect("is deleted");
    let after = store.directory_revision().await.expect("reads");
    assert!(after > before);
    assert_eq!(store.directory().await.map(|rows| rows.groups), Ok(Vec::new()));
    assert_eq!(store.group_history(&group_id()).await, Ok(vec![version(1, 50, 0, 0)]));
    store.delete_group(&group_id(), at(6)).await.expect("nothing to delete");
    assert_eq!(store.directory_revision().await, Ok(after));
    assert_eq!(store.put_group(group(1, 60), at(7), at(7)).await, Ok(Begin::Changed));
    assert_eq!(store.put_group(group(2, 60), at(7), at(7)).await, Ok(Begin::Begun));
    assert_eq!(store.directory().await.map(|rows| rows.groups.len()), Ok(2));
}

/// A key or id that one store has is not another's to take, and a refused declaration leaves nothing behind.
pub async fn channels_and_groups_stay_with_their_store(store: &dyn Store) {
    let before = store.directory().await.expect("reads");
    let theirs =
        |channels, groups| DeclaredStore { id: other_store_id(), name: "Other".to_owned(), channels, groups };
    let taken = Channel { store_id: other_store_id(), ..channel(1) };
    let free = Channel { store_id: other_store_id(), ..channel(7) };
    let channels = vec![(free.clone(), "a".to_owned()), (taken, "b".to_owned())];
    assert!(store.apply_declared(vec![theirs(channels, Vec::new())], at(1)).await.is_err());
    assert_eq!(store.directory().await, Ok(before.clone()));
    let taken = ChannelGroup { store_id: other_store_id(), ..group(0, 50) };
    let groups = vec![(taken, "c".to_owned())];
    assert!(store.apply_declared(vec![theirs(Vec::new(), groups)], at(1)).await.is_err());
    assert_eq!(store.directory().await, Ok(before));
    let mut lost = begin(1, 1);
    lost.transaction.store_id = other_store_id();
    assert!(store.begin_payment(lost).await.is_err());
    let channels = vec![(free, "a".to_owned())];
    assert_eq!(store.apply_declared(vec![theirs(channels, Vec::new())], at(1)).await, Ok(()));
    assert_eq!(store.latest_transaction(&store_id(), &payment_id(1)).await, Ok(None));
}

fn version(number: u32, first_weight: u32, effective: i64, created: i64) -> GroupVersion {
    GroupVersion { effective_at: at(effective), created_at: at(created), group: group(number, first_weight) }
}
