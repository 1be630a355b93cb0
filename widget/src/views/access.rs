//! Access not granted: where Grist's own button is, with a picture.

use leptos::prelude::*;

use crate::{
    app::App,
    grist::AccessLevel,
    text::states,
    ui::{Header, Icon, Shell, icon, view},
};

/// The screen of the access level. It goes away by itself: Grist loads the widget again when the level changes.
#[component]
pub(super) fn AccessScreen(level: AccessLevel) -> impl IntoView {
    let app = App::current();
    let is_still_missing = RwSignal::new(false);
    let look = move |_| {
        is_still_missing.set(false);
        app.check_access(move || is_still_missing.set(true));
    };
    let check = move || {
        view! {
            <button class="btn primary" type="button" on:click=look>
                {states::ACCESS_CHECK}
            </button>
        }
    };
    let present = if level == AccessLevel::ReadTable { states::LEVEL_READ_TABLE } else { states::LEVEL_NONE };
    view! {
        <Shell header=Header::Areas title=states::ACCESS_TITLE.to_owned() actions=check>
            <div role="alert">
                {move || is_still_missing.get().then(|| view! { <p class="st warn say">{icon(Icon::Warning)} <span>{states::ACCESS_STILL}</span></p> })}
            </div>
            <p class="lead">{states::ACCESS_LEAD}</p>
            <div class="two block">
                <div>
                    <ol class="how">{states::ACCESS_STEPS.into_iter().map(|step| view! { <li>{step}</li> }).collect_view()}</ol>
                </div>
                <figure>{picture()}</figure>
                <div>
                    <p role="status">
                        <span class="st off">{icon(Icon::Clock)} <span>{present}</span></span>
                    </p>
                    <details class="more say">
                        <summary>{states::ACCESS_WHY}</summary>
                        <p class="prose">{states::ACCESS_WHY_ANSWER}</p>
                    </details>
                    <details class="more">
                        <summary>{states::ACCESS_NO_BUTTON}</summary>
                        <p class="prose">{states::ACCESS_NO_BUTTON_ANSWER}</p>
                    </details>
                </div>
            </div>
        </Shell>
    }
}

/// Grist's panel, with its three places marked.
fn picture() -> impl IntoView {
    let [custom, column, page, sort, source, level, none, needs, complete, accept] = states::PICTURE_WORDS;
    let mark = |y: &'static str, number: &'static str| {
        view! {
            <circle class="f2" cx="18" cy=y r="10"></circle>
            <text class="tw" x="18" y=y dy="4">
                {number}
            </text>
        }
    };
    view! {
        <svg class="pic" viewBox="0 0 288 286" role="img" aria-labelledby="image-titre image-description">
            <title id="image-titre">{states::PICTURE_TITLE}</title>
            <desc id="image-description">{states::PICTURE_DESCRIPTION}</desc>
            <rect class="f0" width="288" height="286"></rect>
            <rect class="f1" x="36" width="252" height="286"></rect>
            <path class="ln" d="M36 0v286M0 36h288M36 72h252"></path>
            <rect class="mk" x="256" y="6" width="25" height="24" rx="4"></rect>
            <path class="ink" d="M262 12h13v12h-13zM270.5 12v12"></path>
            <circle class="f2" cx="241" cy="18" r="10"></circle>
            <text class="tw" x="241" y="22">
                "1"
            </text>
            <text class="tb" x="54" y="60">
                {custom}
            </text>
            <text class="t2" x="176" y="60">
                {column}
            </text>
            <path class="mk" d="M48 72h92"></path>
            {mark("56", "2")}
            <text class="tb" x="54" y="98">
                {page}
            </text>
            <text class="t2" x="92" y="98">
                {sort}
            </text>
            <text class="t2" x="186" y="98">
                {source}
            </text>
            <path class="mk" d="M50 106h30"></path>
            <text class="t2 ts" x="54" y="134">
                {level}
            </text>
            <rect class="f0" x="54" y="142" width="216" height="26" rx="3"></rect>
            <rect class="ln" x="54" y="142" width="216" height="26" rx="3"></rect>
            <text x="62" y="159">
                {none}
            </text>
            <path class="ink" d="m256 153 4 4 4-4"></path>
            <text x="54" y="194">
                {needs}
            </text>
            <text x="54" y="210">
                {complete}
            </text>
            <rect class="f2" x="58" y="228" width="82" height="28" rx="3"></rect>
            <text class="tw" x="99" y="246">
                {accept}
            </text>
            <rect class="ln" x="156" y="228" width="72" height="28" rx="3"></rect>
            <text class="tm" x="192" y="246">
                {states::PICTURE_REFUSE}
            </text>
            <rect class="mk" x="52" y="222" width="94" height="40" rx="6"></rect>
            {mark("242", "3")}
        </svg>
    }
}
