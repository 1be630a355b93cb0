//! A message: what happened in bold, then what is intact and what to do.

use leptos::prelude::*;

use super::{Icon, icon, view};

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Success,
    Information,
    Warning,
    Error,
}

/// A message. Errors interrupt a screen reader; the others are read in their turn.
#[component]
pub(crate) fn Note(
    tone: Tone,
    #[prop(into)] headline: String,
    #[prop(optional)] lines: Vec<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let (class, picture, role) = match tone {
        Tone::Success => ("note is-ok", Icon::Check, Some("status")),
        Tone::Information => ("note is-info", Icon::Information, None),
        Tone::Warning => ("note is-warn", Icon::Warning, None),
        Tone::Error => ("note is-err", Icon::Cross, Some("alert")),
    };
    view! {
        <div class=class role=role>
            {icon(picture)} <div>
                <p>
                    <strong>{headline}</strong>
                </p>
                {lines.into_iter().filter(|line| !line.is_empty()).map(|line| view! { <p>{line}</p> }).collect_view()}
                {children.map(|children| children())}
            </div>
        </div>
    }
}
