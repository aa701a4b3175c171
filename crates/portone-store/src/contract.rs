//! What every implementation of the [`Store`](portone_engine::port::Store) port has to do, as tests. Each case gets a
//! store with [`records::declared`] applied and nothing else in it; [`contract_tests`](crate::contract_tests) makes a
//! `#[test]` of each.

#![allow(clippy::missing_panics_doc, clippy::assigning_clones)]

pub mod access;
pub mod attempts;
pub mod billing_keys;
pub mod cluster;
pub mod confirm;
pub mod customers;
pub mod directory;
pub mod follow;
pub mod idempotency;
pub mod list;
pub mod lists;
pub mod payment_events;
pub mod payments;
pub mod promotions;
pub mod receipts;
pub mod records;
pub mod schedules;
pub mod search;
pub mod take_over;
pub mod time;
pub mod v1;
pub mod verifications;
pub mod webhooks;

use std::pin::Pin;

use portone_engine::port::Store;

/// A case that runs on a store.
pub type Run<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Applies what each case builds on, then runs the case.
pub async fn run(store: &dyn Store, case: impl for<'a> FnOnce(&'a dyn Store) -> Run<'a>) {
    store.apply_declared(vec![records::declared()], records::at(0)).await.expect("a declaration is applied");
    case(store).await;
}

/// Makes a `#[test]` of each case: `$runner` gets the case, makes a store, and drives [`run`] with both.
#[macro_export]
macro_rules! contract_tests {
    ($runner:ident) => {
        $crate::contract_tests! { @each $runner:
            payments::a_new_payment_begins,
            payments::a_payment_with_an_open_attempt_is_outstanding,
            payments::a_paid_payment_is_not_paid_again,
            payments::a_payment_that_waits_for_a_deposit_or_was_cancelled_is_not_paid_again,
            payments::a_failed_payment_is_tried_again_until_the_limit,
            payments::payments_of_two_stores_do_not_meet,
            payments::an_unknown_store_is_an_error,
            payments::one_of_many_beginnings_at_once_wins,
            payments::a_result_is_written_once,
            payments::a_result_on_a_changed_record_writes_nothing,
            payments::a_result_of_a_missing_transaction_is_an_error,
            payments::every_part_of_a_transaction_comes_back,
            payments::a_cancel_locks_the_payment,
            payments::a_cancel_of_a_changed_record_does_not_begin,
            payments::an_attempt_is_dropped_by_who_opened_it,
            payments::a_declined_cancel_leaves_the_payment_alone,
            payments::announcements_come_in_order_and_by_store,
            attempts::due_attempts_are_claimed_once_and_the_longest_due_first,
            attempts::a_postponed_attempt_is_claimed_later,
            attempts::a_settled_attempt_is_not_claimed,
            attempts::open_attempts_come_oldest_first,
            attempts::every_subject_comes_back,
            attempts::a_delivery_locks_the_next_delivery_only,
            attempts::a_result_is_of_the_attempt_it_was_opened_for,
            v1::a_product_order_finds_its_transaction,
            v1::each_attempt_has_a_name_of_its_own,
            v1::a_name_and_a_face_stay,
            v1::earlier_attempts_are_found_by_time_and_state,
            v1::a_v1_key_has_one_token_at_a_time,
            customers::a_name_means_the_last_key_issued_under_it,
            customers::schedules_of_a_name_go_over_to_its_next_key,
            customers::payments_are_found_by_their_customer,
            customers::schedules_are_made_together_or_not_at_all,
            customers::a_schedule_is_moved_and_opened_again,
            verifications::a_due_comparison_is_claimed_once,
            verifications::a_comparison_writes_what_it_found,
            verifications::a_comparison_of_a_changed_record_writes_nothing,
            verifications::a_later_result_keeps_a_due_comparison,
            verifications::discrepancies_come_newest_first,
            webhooks::a_store_without_targets_delivers_nothing,
            webhooks::an_announcement_goes_to_each_url_of_its_environment,
            webhooks::notice_urls_replace_the_stores,
            webhooks::a_due_delivery_is_claimed_once_until_its_claim_runs_out,
            webhooks::a_later_announcement_waits_for_the_earlier,
            webhooks::the_end_of_the_last_announcement_selects_payments,
            webhooks::a_host_takes_no_more_than_its_share,
            webhooks::a_delivery_is_sent_again_by_hand_until_the_limit,
            webhooks::a_delivery_under_way_is_sent_once_more_when_asked_for,
            webhooks::billing_keys_are_announced_in_the_newer_version_only,
            billing_keys::a_key_is_pending_until_its_last_channel_is_settled,
            billing_keys::a_key_that_no_channel_issued_has_failed,
            billing_keys::what_a_pg_tells_of_the_card_is_kept,
            billing_keys::skip_webhook_mutes_success_only,
            billing_keys::a_part_is_settled_once,
            billing_keys::a_key_without_attempts_or_with_a_taken_name_is_an_error,
            billing_keys::a_key_belongs_to_its_store,
            billing_keys::a_key_is_deleted_with_its_last_channel,
            billing_keys::a_refused_deletion_leaves_the_key_issued,
            billing_keys::only_an_issued_key_is_deleted_and_once_at_a_time,
            billing_keys::a_muted_deletion_announces_nothing,
            billing_keys::a_result_of_the_wrong_command_is_an_error,
            billing_keys::issued_keys_depend_on_their_group,
            take_over::an_attempt_takes_the_place_of_one_that_failed,
            take_over::an_attempt_that_was_settled_is_not_taken_over,
            take_over::an_attempt_on_a_changed_record_is_not_taken_over,
            take_over::a_payment_is_not_taken_over_beyond_the_limit,
            take_over::what_takes_over_takes_the_budget_with_it,
            take_over::a_schedule_goes_on_with_what_takes_over,
            promotions::a_budget_is_taken_with_the_payment,
            promotions::a_failed_payment_gives_back_what_it_took,
            promotions::a_cancel_that_is_done_gives_back_what_it_released,
            promotions::many_payments_at_once_never_overspend,
            promotions::budgets_of_two_promotions_and_stores_do_not_meet,
            receipts::a_payment_has_one_live_receipt,
            receipts::an_open_receipt_does_not_lock_its_payment,
            receipts::a_receipt_is_settled_once,
            receipts::a_receipt_is_cancelled_once_and_issued_again,
            receipts::receipts_are_listed_by_their_times,
            receipts::filters_select_receipts,
            schedules::every_part_of_a_schedule_comes_back,
            schedules::a_payment_has_one_schedule,
            schedules::a_schedule_is_made_while_its_request_holds_its_key,
            schedules::a_schedule_and_a_deletion_exclude_each_other,
            schedules::due_schedules_are_claimed_once_and_the_longest_due_first,
            schedules::a_schedule_follows_its_payment,
            schedules::a_schedule_of_which_nothing_was_sent_is_claimed_again,
            schedules::a_schedule_that_no_pg_was_asked_about_ends_with_a_failed_payment,
            schedules::a_schedule_that_is_being_paid_is_not_refused,
            schedules::schedules_are_revoked_together_or_not_at_all,
            schedules::schedules_are_listed_by_page,
            time::the_clock_stays_ahead,
            time::what_is_due_is_counted,
            follow::what_waits_is_asked_about_and_what_does_not_is_not,
            follow::a_due_follow_up_is_claimed_once,
            follow::a_notification_wins_over_the_next_date,
            follow::a_change_is_written_with_what_it_announces,
            follow::a_change_waits_for_an_open_call_and_for_the_record_as_read,
            follow::an_attempt_that_turns_out_paid_is_the_payment,
            follow::an_open_attempt_is_found_and_hastened,
            directory::a_declaration_makes_the_directory,
            directory::an_unchanged_declaration_leaves_the_database_alone,
            directory::a_changed_declaration_is_a_new_version,
            directory::a_deleted_object_comes_back_only_with_a_changed_declaration,
            directory::a_channel_is_put_and_deleted,
            directory::a_group_version_is_written_once_and_in_order,
            directory::a_deleted_group_keeps_its_history,
            directory::channels_and_groups_stay_with_their_store,
            access::the_installation_keeps_its_first_key,
            access::a_credential_has_one_refresh_token,
            idempotency::a_key_is_claimed_once_and_answered,
            idempotency::a_claim_that_ended_is_taken_over_with_its_id,
            idempotency::only_the_holder_of_a_key_answers_it_and_once,
            idempotency::a_key_is_new_when_it_has_expired,
            idempotency::expired_keys_are_forgotten_in_batches,
            confirm::a_payment_is_registered_until_it_is_paid,
            confirm::an_attempt_takes_anothers_place,
            confirm::an_attempt_on_a_key_takes_anothers_place,
            confirm::a_key_and_its_first_payment_are_one,
            confirm::a_session_is_kept_and_closed_once,
            list::a_page_far_down_is_where_it_belongs,
            list::payments_come_in_order,
            list::a_window_and_a_page_cut_the_list,
            list::filters_select_payments,
            list::several_states_and_methods_are_merged_in_order,
            list::one_time_selects_what_the_other_sorts,
            list::a_payment_is_listed_once_and_to_its_store,
            list::a_walk_meets_every_payment_once,
            list::issued_keys_are_listed_by_their_times,
            lists::an_index_changes_no_list_of_keys,
            lists::an_index_changes_no_list_of_receipts,
            lists::a_list_of_schedules_is_what_there_is,
            search::an_index_changes_no_list,
            search::an_index_knows_of_receipts_and_webhooks,
            payment_events::what_moved_money_is_written_once_announced_or_not,
            payment_events::a_later_row_is_never_earlier_in_time,
            payment_events::a_walk_stays_in_its_window_and_store,
        }
    };
    (@each $runner:ident: $($module:ident :: $case:ident),* $(,)?) => {
        $(
            #[test]
            fn $case() {
                $runner(|store| Box::pin($crate::contract::$module::$case(store)));
            }
        )*
    };
}
