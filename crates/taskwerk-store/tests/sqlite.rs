//! The contract, stamped on SQLite.
#![expect(clippy::unwrap_used, reason = "tests")]

mod contract;

use contract::{Database, Handle, Time, Uids, caller};
use jiff::SignedDuration;
use std::ops::ControlFlow;
use taskwerk_model::{Claim, Command, ListQuery, Recorded, Refusal, Task, Worker};
use taskwerk_store::{Changed, ExecuteError, Exported, Store};

struct Sqlite {
    dir: tempfile::TempDir,
}

impl Database for Sqlite {
    type Handle = Store;

    fn fresh() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Store::init(dir.path()).unwrap();
        Self { dir }
    }

    fn connect(&self, time: &Time) -> Store {
        let store = Store::open(self.dir.path(), None).unwrap();
        store.with_clock(Box::new(time.clone()), Box::<Uids>::default())
    }
}

fn allowed<T>(outcome: Result<T, ExecuteError>) -> Result<T, Refusal> {
    outcome.map_err(|error| match error {
        ExecuteError::Refused(refusal) => *refusal,
        ExecuteError::Store(error) => panic!("the store failed: {error}"),
    })
}

impl Handle for Store {
    fn execute(&self, command: Command) -> Result<Changed, Refusal> {
        allowed(Self::execute(self, &caller(), command))
    }

    fn preview(&self, command: Command) -> Result<Changed, Refusal> {
        allowed(Self::preview(self, &caller(), command))
    }

    fn execute_many(&self, commands: Vec<Command>) -> Vec<Result<Changed, Refusal>> {
        Self::execute_many(self, &caller(), commands).unwrap()
    }

    fn claim_next(&self, worker: Worker) -> Option<Claim> {
        let changed = Self::claim_next(self, &caller(), worker, SignedDuration::from_mins(10)).unwrap();
        changed.map(|changed| changed.claims[0].clone())
    }

    fn list(&self, query: &ListQuery) -> Result<Vec<Task>, Refusal> {
        allowed(Self::list(self, query))
    }

    fn events_after(&self, cursor: u64, limit: u32) -> Vec<Recorded> {
        Self::events_after(self, cursor, limit).unwrap()
    }

    fn exported(&self) -> Vec<Exported> {
        let mut all = Vec::new();
        self.each_exported(|exported| {
            all.push(exported);
            ControlFlow::Continue(())
        })
        .unwrap();
        all
    }

    fn data_version(&self) -> i64 {
        Self::data_version(self).unwrap()
    }
}

contract! { Sqlite:
    commands {
        what_was_done_is_seen_by_every_connection
        deleted_ids_are_not_given_again
        a_refused_command_leaves_no_trace
        a_preview_tells_what_would_be_and_changes_nothing
        many_commands_are_one_transaction_and_each_stands_for_itself
        the_log_is_read_in_pieces_without_a_gap
        the_writes_of_others_show_in_the_data_version
        two_writers_lose_nothing_and_give_no_id_twice
    }
    claims {
        of_two_claims_of_one_task_one_wins
        workers_that_ask_for_the_next_task_get_different_ones
        a_token_holds_across_connections_and_never_comes_twice
        a_heartbeat_is_not_logged
    }
    lists {
        conditions_are_all_met
        search_finds_text_anywhere_whatever_its_case
        selectors_name_tasks
        ready_tasks_come_by_priority_then_age
        a_container_passes_on_what_it_waits_for_and_that_it_is_parked
        orders
    }
    random {
        tables_are_the_fold_of_the_events
        ready_is_what_a_slow_look_says
        an_export_makes_the_same_tasks_in_an_empty_store
    }
}
