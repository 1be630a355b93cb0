//! Names that no other has yet.

/// The base itself, or the first of its numbered forms (2, 3…) that is free.
pub(crate) fn first_free(base: String, numbered: impl Fn(&str, u32) -> String, mut is_free: impl FnMut(&str) -> bool) -> String {
    if is_free(&base) {
        return base;
    }
    (2..u32::MAX).map(|number| numbered(&base, number)).find(|candidate| is_free(candidate)).unwrap_or(base)
}
