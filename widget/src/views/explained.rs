//! A state in which nothing can be done, and what to do about it.

use leptos::prelude::*;

use crate::{
    app::App,
    standing::Obstacle,
    text::{self, states},
    ui::{Header, Shell, view},
};

/// The screen of an obstacle.
#[component]
pub(super) fn ExplainedScreen(obstacle: Obstacle) -> impl IntoView {
    let app = App::current();
    let document = app.document.get_untracked();
    let may_pass = obstacle.may_pass();
    let explanation = obstacle.explanation(document.as_deref()).unwrap_or_else(|| states::failed(None));
    let retry = move || {
        may_pass.then(|| {
            view! {
                <button class="btn primary" type="button" on:click=move |_| app.begin()>
                    {text::RETRY}
                </button>
            }
        })
    };
    view! {
        <Shell header=Header::Areas title=explanation.title actions=retry>
            <p class="lead" role="alert">
                {explanation.lead}
            </p>
            <ol class="how block">{explanation.steps.into_iter().map(|step| view! { <li>{step}</li> }).collect_view()}</ol>
            {explanation.request_id.map(|id| view! { <p class="meta block">{states::request(&id)}</p> })}
        </Shell>
    }
}
