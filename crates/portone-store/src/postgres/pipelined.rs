//! Requests that are sent one behind the other without waiting: many statements, one round trip.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll},
};

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Statement};

use super::prepared::Key;
use super::value::Parameter;

/// Parameters as the driver takes them.
pub(super) fn borrowed(params: &[Parameter]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|param| -> &(dyn ToSql + Sync) { param }).collect()
}

/// Two requests in one round trip: the second is sent behind the first without waiting for it.
pub(super) async fn together<A, B>(
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> (A, B) {
    let (mut first, mut second) = (std::pin::pin!(first), std::pin::pin!(second));
    let (mut first_done, mut second_done) = (None, None);
    poll_fn(|context| {
        if first_done.is_none()
            && let Poll::Ready(value) = first.as_mut().poll(context)
        {
            first_done = Some(value);
        }
        if second_done.is_none()
            && let Poll::Ready(value) = second.as_mut().poll(context)
        {
            second_done = Some(value);
        }
        if first_done.is_some() && second_done.is_some() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    match (first_done, second_done) {
        (Some(first), Some(second)) => (first, second),
        _ => unreachable!("both are done"),
    }
}

/// A statement that was sent or is going to be.
pub(super) type Request<'r, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + 'r>>;

/// Statements that change rows, with their parameters.
pub(super) fn requests<'r>(
    client: &'r Client,
    later: &'r [(Key, Vec<Parameter>)],
    statements: &'r [Statement],
) -> Vec<Request<'r, ()>> {
    let each = later.iter().zip(statements).map(|((_, params), statement)| -> Request<'r, ()> {
        Box::pin(async move { client.execute(statement, &borrowed(params)).await.map(drop) })
    });
    each.collect()
}

/// Requests one behind the other, sent without waiting: the first error, once all are answered.
pub(super) async fn in_order<T>(mut requests: Vec<Request<'_, T>>) -> Result<Vec<T>, Error> {
    let mut results: Vec<Option<Result<T, Error>>> = requests.iter().map(|_| None).collect();
    poll_fn(
        |context| {
            if poll_all(&mut requests, &mut results, context) { Poll::Ready(()) } else { Poll::Pending }
        },
    )
    .await;
    results.into_iter().flatten().collect()
}

/// Polls each request that has no result yet: whether all have one.
fn poll_all<T>(
    requests: &mut [Request<'_, T>],
    results: &mut [Option<Result<T, Error>>],
    context: &mut Context<'_>,
) -> bool {
    for (request, result) in requests.iter_mut().zip(&mut *results) {
        if result.is_none()
            && let Poll::Ready(value) = request.as_mut().poll(context)
        {
            *result = Some(value);
        }
    }
    results.iter().all(Option::is_some)
}

/// Requests one behind the other, then a last one. Where one cannot even be sent, because its parameters cannot be encoded, the
/// last one is not sent either: it may be a commit.
pub(super) async fn in_order_then<T>(
    mut requests: Vec<Request<'_, ()>>,
    last: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let mut results: Vec<Option<Result<(), Error>>> = requests.iter().map(|_| None).collect();
    // The first poll sends, whatever comes of it.
    poll_fn(|context| {
        poll_all(&mut requests, &mut results, context);
        Poll::Ready(())
    })
    .await;
    if let Some(Some(Err(error))) =
        results.iter_mut().find(|result| matches!(result, Some(Err(_)))).map(Option::take)
    {
        return Err(error);
    }
    let rest =
        poll_fn(
            |context| {
                if poll_all(&mut requests, &mut results, context) { Poll::Ready(()) } else { Poll::Pending }
            },
        );
    let ((), last) = together(rest, last).await;
    results.into_iter().flatten().collect::<Result<(), Error>>().and(last)
}
