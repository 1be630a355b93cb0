//! A state in which nothing can be done, and what to do about it.

use leptos::prelude::*;

use crate::{
    app::App,
    standing::Obstacle,
    text::{self, states},
    ui::{Header, Shell, View, button, el},
};

/// The screen of an obstacle.
pub(super) fn explained_screen(obstacle: &Obstacle) -> View {
    let app = App::current();
    let document = app.document.get_untracked();
    let explanation = obstacle.explanation(document.as_deref()).unwrap_or_else(|| states::failed(None));
    let retry = obstacle.may_pass().then(|| button("btn primary", text::RETRY, move || app.begin()));
    let steps = explanation.steps.into_iter().map(|step| el("li").child(step));
    let request = explanation.request_id.map(|id| el("p").class("meta block").child(states::request(&id)));
    let title = explanation.title;
    Shell::new(Header::Areas, move || title.clone())
        .actions(retry)
        .child(el("p").class("lead").attr("role", "alert").child(explanation.lead))
        .child(el("ol").class("how block").child(View::list(steps)))
        .child(request)
        .into()
}
