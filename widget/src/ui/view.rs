//! Leptos's `view!`, always of the same type.

/// Each type of view, and each list or option of it, would be drawn by code of its own: one or two kilobytes every time.
macro_rules! erased_view {
    ($($tokens:tt)*) => {
        leptos::prelude::IntoAny::into_any(leptos::view! { $($tokens)* })
    };
}
pub(crate) use erased_view as view;
