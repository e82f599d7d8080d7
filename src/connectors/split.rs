//! One bad row must not hold up its batch: a refused batch is halved until the bad row is alone.

use super::ChannelError;
use super::rule::{Failure, Rule};

/// What became of each row, in the order of `rows`. `None`: not sent any more, because the channel went away.
pub(crate) struct Halved<R> {
    pub rows: Vec<Option<Result<R, Rule>>>,
    pub cut: Option<ChannelError>,
}

/// Sends some rows in one call, and answers with one result per row.
type Send<'a, T, R> = dyn FnMut(&[T]) -> Result<Vec<R>, Failure> + 'a;

/// Sends `rows` in one call; where the shop refuses it, in two halves, and so on. With one bad row of n this takes at most
/// 2·log2(n)+1 calls. For shops where a refused batch leaves nothing behind.
pub(crate) fn halve<T, R>(rows: &[T], send: &mut Send<'_, T, R>) -> Halved<R> {
    let mut halved = Halved { rows: Vec::with_capacity(rows.len()), cut: None };
    walk(rows, send, &mut halved);
    halved
}

fn walk<T, R>(rows: &[T], send: &mut Send<'_, T, R>, halved: &mut Halved<R>) {
    if rows.is_empty() {
        return;
    }
    if halved.cut.is_some() {
        halved.rows.extend(rows.iter().map(|_| None));
        return;
    }
    match send(rows) {
        Ok(results) => {
            let mut results = results.into_iter();
            halved.rows.extend(rows.iter().map(|_| results.next().map(Ok)));
        }
        Err(Failure::Channel(error)) => {
            halved.cut = Some(error);
            halved.rows.extend(rows.iter().map(|_| None));
        }
        Err(Failure::Rule(rule)) if rows.len() == 1 => halved.rows.push(Some(Err(rule))),
        Err(Failure::Rule(_)) => {
            let (left, right) = rows.split_at(rows.len() / 2);
            walk(left, send, halved);
            walk(right, send, halved);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Failure, Rule, halve};
    use crate::connectors::ChannelError;

    fn no(code: &str) -> Failure {
        Failure::Rule(Rule { code: code.to_owned(), text: String::new(), internal: false })
    }

    #[test]
    fn one_bad_row_costs_one_chain_of_halves_and_only_itself() {
        let rows: Vec<u32> = (0..50).collect();
        let mut calls = 0;
        let halved = halve(&rows, &mut |part: &[u32]| {
            calls += 1;
            if part.contains(&33) { Err(no("BAD")) } else { Ok(part.to_vec()) }
        });
        assert!(calls <= 13, "{calls}");
        for (row, result) in rows.iter().zip(&halved.rows) {
            match result {
                Some(Ok(value)) => assert_eq!(value, row),
                Some(Err(rule)) => assert_eq!((*row, rule.code.as_str()), (33, "BAD")),
                None => panic!("{row}"),
            }
        }
    }

    #[test]
    fn a_channel_that_goes_away_leaves_the_rest_without_a_result() {
        let mut calls = 0;
        let halved = halve(&[1, 2, 3, 4], &mut |part: &[i32]| {
            calls += 1;
            match calls {
                1 => Err(no("BAD")),
                2 => Ok(part.to_vec()),
                _ => Err(Failure::Channel(ChannelError::Unavailable { reason: "gone".to_owned(), retry_after: None })),
            }
        });
        assert!(halved.cut.is_some());
        assert_eq!(halved.rows.iter().filter(|row| row.is_some()).count(), 2);
    }
}
