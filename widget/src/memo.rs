//! Memos, whose code is one for each type and not one for each place.

use leptos::prelude::*;

/// What is reckoned from signals, told of when it becomes something else.
pub(crate) fn memo<T: PartialEq + Send + Sync + 'static>(reckon: impl Fn() -> T + Send + Sync + 'static) -> Memo<T> {
    of_box(Box::new(reckon))
}

// Never inline: the compiler would put the whole of it in each place that makes a memo.
#[inline(never)]
fn of_box<T: PartialEq + Send + Sync + 'static>(reckon: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T> {
    Memo::new(move |_| reckon())
}
