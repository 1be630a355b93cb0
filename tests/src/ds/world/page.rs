//! Pages of ordered lists: keyset cursors, as Démarches Simplifiées does them.

use std::collections::BTreeSet;
use std::ops::Bound;

use thiserror::Error;

use crate::ds::clock::{self, Instant};

/// A list in its order: by instant, then by id.
pub type Order = BTreeSet<(Instant, i32)>;

/// The most that a page holds. More may be asked; it is cut without a word.
pub const PAGE_LIMIT: usize = 100;

/// Which page is asked for.
#[derive(Clone, Debug, Default)]
pub struct Window {
    /// After this cursor.
    pub after: Option<String>,
    /// Before this cursor.
    pub before: Option<String>,
    /// At most so many, from the start.
    pub first: Option<i32>,
    /// At most so many, from the end.
    pub last: Option<i32>,
}

/// A window that makes no sense.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[expect(missing_docs, reason = "each says what it is")]
pub enum BadWindow {
    #[error("Arguments \"first\" and \"last\" are exclusive")]
    FirstAndLast,
    #[error("Arguments \"before\" and \"after\" are exclusive")]
    BeforeAndAfter,
    #[error("Argument \"first\" must be a non-negative integer")]
    NegativeFirst,
    #[error("Argument \"last\" must be a non-negative integer")]
    NegativeLast,
    #[error("Invalid cursor")]
    Cursor,
}

/// A page, in the order of its list whichever way it was read.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// Its items, each with its cursor.
    pub items: Vec<(String, T)>,
    /// Whether something follows; always true with `before`.
    pub has_next: bool,
    /// Whether something precedes; always true with `after`.
    pub has_previous: bool,
}

impl Window {
    /// Reads this page of a list, keeping the ids for which `keep` gives something.
    pub fn read<T>(&self, order: &Order, mut keep: impl FnMut(i32) -> Option<T>) -> Result<Page<T>, BadWindow> {
        if self.first.is_some() && self.last.is_some() {
            return Err(BadWindow::FirstAndLast);
        }
        if self.before.is_some() && self.after.is_some() {
            return Err(BadWindow::BeforeAndAfter);
        }
        let first = self.first.map(usize::try_from).transpose().map_err(|_| BadWindow::NegativeFirst)?;
        let last = self.last.map(usize::try_from).transpose().map_err(|_| BadWindow::NegativeLast)?;
        let limit = first.or(last).unwrap_or(PAGE_LIMIT).min(PAGE_LIMIT);

        let read_cursor = |cursor: &Option<String>| match cursor {
            None => Ok(None),
            Some(cursor) => clock::parse_cursor(cursor).map(Some).ok_or(BadWindow::Cursor),
        };
        let from = read_cursor(&self.after)?.map_or(Bound::Unbounded, Bound::Excluded);
        let to = read_cursor(&self.before)?.map_or(Bound::Unbounded, Bound::Excluded);
        let backwards = self.last.is_some() || self.before.is_some();

        // One more than asked tells whether there are others.
        let mut take = |(at, id): &(Instant, i32)| keep(*id).map(|item| (clock::cursor(*at, *id), item));
        let range = order.range((from, to));
        let mut items: Vec<(String, T)> = if backwards {
            range.rev().filter_map(&mut take).take(limit + 1).collect()
        } else {
            range.filter_map(&mut take).take(limit + 1).collect()
        };
        let more = items.len() > limit;
        items.truncate(limit);
        if backwards {
            items.reverse();
        }
        Ok(Page { items, has_next: self.before.is_some() || (more && !backwards), has_previous: self.after.is_some() || (more && backwards) })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::unnecessary_wraps, reason = "tests")]
    use super::*;

    fn order() -> Order {
        // Two of the five share their instant: the id decides between them.
        [(1, 10), (2, 30), (2, 20), (3, 5), (4, 1)].into_iter().map(|(day, id)| (clock::day(2026, 1, day), id)).collect()
    }

    fn ids(window: &Window) -> (Vec<i32>, bool, bool) {
        let page = window.read(&order(), Some).unwrap();
        (page.items.iter().map(|(_, id)| *id).collect(), page.has_previous, page.has_next)
    }

    fn cursor(day: u8, id: i32) -> Option<String> {
        Some(clock::cursor(clock::day(2026, 1, day), id))
    }

    #[test]
    fn pages_go_forward_and_backward() {
        let window = Window { first: Some(2), ..Window::default() };
        assert_eq!(ids(&window), (vec![10, 20], false, true));
        let window = Window { first: Some(2), after: cursor(2, 20), ..Window::default() };
        assert_eq!(ids(&window), (vec![30, 5], true, true));
        let window = Window { last: Some(2), ..Window::default() };
        assert_eq!(ids(&window), (vec![5, 1], true, false));
        let window = Window { last: Some(2), before: cursor(3, 5), ..Window::default() };
        assert_eq!(ids(&window), (vec![20, 30], true, true));
        // `before` alone turns the reading round: the ones just before the cursor.
        let window = Window { first: Some(1), before: cursor(3, 5), ..Window::default() };
        assert_eq!(ids(&window), (vec![30], true, true));
        let window = Window { after: cursor(4, 1), ..Window::default() };
        assert_eq!(ids(&window), (vec![], true, false));
    }

    #[test]
    fn a_cursor_need_not_be_in_the_list() {
        let window = Window { after: cursor(2, 25), ..Window::default() };
        assert_eq!(ids(&window).0, [30, 5, 1]);
    }

    #[test]
    fn windows_without_sense_are_refused() {
        let refusal = |window: Window| window.read(&order(), Some).unwrap_err();
        let both = Window { first: Some(1), last: Some(1), ..Window::default() };
        assert_eq!(refusal(both), BadWindow::FirstAndLast);
        let both = Window { after: cursor(1, 1), before: cursor(2, 1), ..Window::default() };
        assert_eq!(refusal(both), BadWindow::BeforeAndAfter);
        assert_eq!(refusal(Window { first: Some(-1), ..Window::default() }), BadWindow::NegativeFirst);
        assert_eq!(refusal(Window { last: Some(-1), ..Window::default() }), BadWindow::NegativeLast);
        assert_eq!(refusal(Window { after: Some("?".to_owned()), ..Window::default() }), BadWindow::Cursor);
    }
}
