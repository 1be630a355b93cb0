//! Memos, whose code is one for each type and not one for each place.

use leptos::prelude::*;

/// What is reckoned from signals, told of when it becomes something else.
pub(crate) fn memo<T: PartialEq + Send + Sync + 'static>(reckon: impl Fn() -> T + Send + Sync + 'static) -> Memo<T> {
    let reckon: Box<dyn Fn() -> T + Send + Sync> = Box::new(reckon);
    Memo::new(move |_| reckon())
}
