//! Questions that are asked together with the lock, and their answers until they are needed.

use std::collections::{BTreeSet, HashMap};

use tokio_postgres::Row;

use super::prepared::Key;
use super::value::Parameter;
use crate::sql::statement::ToValue;

/// What the jobs of a transaction are going to ask.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(super) questions: Vec<Question>,
    /// The statements that tell the last numbers of tables that are going to be counted on.
    pub(crate) numbers: BTreeSet<&'static str>,
}

/// A query, and whose it is.
#[derive(Debug)]
pub(super) struct Question {
    turn: usize,
    pub(super) sql: &'static str,
    pub(super) params: Vec<Parameter>,
}

impl Asked {
    /// Whether nothing is going to be asked.
    pub(crate) fn is_empty(&self) -> bool {
        self.questions.is_empty()
    }

    /// A query that the job at this place is going to run.
    pub(crate) fn add(&mut self, turn: usize, sql: &'static str, params: &[&dyn ToValue]) {
        let params = params.iter().map(|param| param.to_value().into()).collect();
        self.questions.push(Question { turn, sql, params });
    }
}

/// Answers by whose they are and what was asked. Each is given once.
#[derive(Debug, Default)]
pub(super) struct Foreseen(HashMap<(usize, &'static str), Answer>);

#[derive(Debug)]
struct Answer {
    params: Vec<Parameter>,
    rows: Vec<Row>,
}

impl Foreseen {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn fill(&mut self, answers: impl Iterator<Item = (Question, Vec<Row>)>) {
        self.0.extend(
            answers.map(|(Question { turn, sql, params }, rows)| ((turn, sql), Answer { params, rows })),
        );
    }

    /// The answer to a question, if whoever's turn it is foresaw it.
    pub(super) fn take(&mut self, turn: usize, (sql, _): Key, params: &[Parameter]) -> Option<Vec<Row>> {
        let is_asked = self.0.get(&(turn, sql)).is_some_and(|answer| answer.params == params);
        is_asked.then(|| self.0.remove(&(turn, sql))).flatten().map(|answer| answer.rows)
    }
}
