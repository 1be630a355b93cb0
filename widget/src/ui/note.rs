//! A message: what happened in bold, then what is intact and what to do.

use super::{Icon, View, el, icon};

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Success,
    Information,
    Warning,
    Error,
}

/// A message. Errors interrupt a screen reader; the others are read in their turn.
pub(crate) struct Note {
    tone: Tone,
    lines: Vec<View>,
    more: View,
}

impl Note {
    /// A message by its headline.
    pub(crate) fn new(tone: Tone, headline: impl Into<View>) -> Self {
        let headline = el("p").child(el("strong").child(headline));
        Self { tone, lines: vec![headline.into()], more: View::NOTHING }
    }

    /// A line under the headline; none when it is empty.
    pub(crate) fn line(mut self, line: impl Into<String>) -> Self {
        let line = line.into();
        if !line.is_empty() {
            self.lines.push(el("p").child(line).into());
        }
        self
    }

    /// What else it shows, or what can be done there.
    pub(crate) fn more(mut self, more: impl Into<View>) -> Self {
        self.more = more.into();
        self
    }
}

impl From<Note> for View {
    fn from(note: Note) -> Self {
        let (class, picture, role) = match note.tone {
            Tone::Success => ("note is-ok", Icon::Check, Some("status")),
            Tone::Information => ("note is-info", Icon::Information, None),
            Tone::Warning => ("note is-warn", Icon::Warning, None),
            Tone::Error => ("note is-err", Icon::Cross, Some("alert")),
        };
        el("div").class(class).attr("role", role).child(icon(picture)).child(el("div").child(note.lines).child(note.more)).into()
    }
}
