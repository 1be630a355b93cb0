//! Icons, drawn in a square of 16 with the colour of the text.

use super::{View, svg};

/// A picture beside words that say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    Arrow,
    Back,
    Check,
    Clock,
    Copy,
    Cross,
    Information,
    Lock,
    More,
    Outside,
    Person,
    Plus,
    Running,
    Search,
    Warning,
}

const DISC: &str = "M14.25 8a6.25 6.25 0 1 1-12.5 0 6.25 6.25 0 0 1 12.5 0Z";
const OCTAGON: &str = "M5.4 1.75h5.2l3.65 3.65v5.2l-3.65 3.65H5.4L1.75 10.6V5.4Z";

impl Icon {
    const fn paths(self) -> [&'static str; 2] {
        match self {
            Self::Arrow => ["M2.5 8h10.5", "M9.5 4.5 13 8l-3.5 3.5"],
            Self::Back => ["M9.5 3.5 5 8l4.5 4.5", ""],
            Self::Check => [DISC, "m5.2 8.2 2 2 3.6-4"],
            Self::Clock => [DISC, "M8 4.5V8l2.4 1.6"],
            Self::Copy => ["M5.5 5.5h8v8h-8Z", "M3.5 10.5h-1v-8h8v1"],
            Self::Cross => [OCTAGON, "m6 6 4 4m0-4-4 4"],
            Self::Information => [DISC, "M8 7.4v3.8M8 4.9V5"],
            Self::Lock => ["M3.25 8a1 1 0 0 1 1-1h7.5a1 1 0 0 1 1 1v4.75a1 1 0 0 1-1 1h-7.5a1 1 0 0 1-1-1Z", "M5.25 7V5a2.75 2.75 0 0 1 5.5 0v2"],
            Self::More => ["M3.3 8h.4M7.8 8h.4M12.3 8h.4", "M3.3 8.2h.4M7.8 8.2h.4M12.3 8.2h.4"],
            Self::Outside => ["M9.5 2.5h4v4M13.3 2.7 7.5 8.5", "M6.5 3.5h-4v10h10v-4"],
            Self::Person => ["M10.75 5.25a2.75 2.75 0 1 1-5.5 0 2.75 2.75 0 0 1 5.5 0Z", "M2.75 13.75c.6-2.6 2.6-4 5.25-4s4.65 1.4 5.25 4"],
            Self::Plus => ["M8 3v10M3 8h10", ""],
            Self::Running => ["M13.6 6.5A6 6 0 0 0 3 4.6M2.4 9.5A6 6 0 0 0 13 11.4", "M3 1.8v2.8h2.8M13 14.2v-2.8h-2.8"],
            Self::Search => ["M11.25 7a4.25 4.25 0 1 1-8.5 0 4.25 4.25 0 0 1 8.5 0Z", "m10.2 10.2 3.3 3.3"],
            Self::Warning => ["M8 2 1.6 13.4h12.8Z", "M8 6.4v3.4M8 11.6v.1"],
        }
    }
}

/// Draws an icon. Hidden from screen readers: the words are beside it.
pub(crate) fn icon(icon: Icon) -> View {
    let path = |line: &'static str| svg("path").attr("d", line);
    let [first, second] = icon.paths();
    svg("svg").attr("viewBox", "0 0 16 16").attr("aria-hidden", "true").child(path(first)).child(path(second)).into()
}
