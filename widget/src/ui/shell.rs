//! The frame of every screen: areas or steps, content, actions, in this order for the keyboard too.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{Icon, icon, view};
use crate::{
    app::{App, Screen},
    text,
};

/// What the bar at the top shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Header {
    /// The areas.
    Areas,
    /// The way back and the steps of a connexion, by the present one from 1.
    Steps(usize),
}

/// A screen. The title is its first heading, where the focus goes when the screen changes.
#[component]
pub(crate) fn Shell(
    header: Header,
    #[prop(into)] title: Signal<String>,
    #[prop(optional, into)] summary: Option<Signal<String>>,
    #[prop(optional, into)] actions: ViewFn,
    children: Children,
) -> impl IntoView {
    let app = App::current();
    let heading = NodeRef::<html::H1>::new();
    Effect::new(move |_| document().set_title(&text::page_title(&title.get())));
    Effect::new(move |_| {
        // Not at the start, nor while the agent works elsewhere in the document.
        if let Some(heading) = heading.get()
            && app.has_moved.get_untracked()
            && document().has_focus().unwrap_or_default()
        {
            let _ = heading.focus();
        }
    });
    let skip = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        let main = document().get_element_by_id("contenu").and_then(|main| main.dyn_into::<HtmlElement>().ok());
        if let Some(main) = main {
            let _ = main.focus();
        }
    };
    view! {
        <a class="skip" href="#contenu" on:click=skip>
            {text::SKIP}
        </a>
        <header class="top">
            {match header {
                Header::Areas => areas(app).into_any(),
                Header::Steps(step) => steps(app, step).into_any(),
            }}
        </header>
        <main id="contenu" tabindex="-1">
            <h1 tabindex="-1" node_ref=heading>
                {title}
            </h1>
            {children()}
        </main>
        <form class="actions" aria-label=text::ACTIONS on:submit=|event| event.prevent_default()>
            <p class="sum" role="status">
                {summary}
            </p>
            {move || actions.run()}
        </form>
    }
}

fn areas(app: App) -> impl IntoView {
    view! {
        <nav aria-label=text::AREAS>
            <ul class="nav">
                <li>
                    <button type="button" aria-current="page" on:click=move |_| app.go(Screen::Home)>
                        {text::HOME}
                    </button>
                </li>
            </ul>
        </nav>
    }
}

fn steps(app: App, present: usize) -> impl IntoView {
    let step = move |(index, name): (usize, &'static str)| {
        let number = index + 1;
        let screen = if number == 1 { Screen::Demarche } else { Screen::Fields };
        // Only the choice of fields can be gone back from: a run has no way back but undo.
        let is_done = number < present && present == 2;
        let label = if is_done {
            view! {
                <button type="button" on:click=move |_| app.go(screen)>
                    {name}
                </button>
            }
        } else {
            name.into_any()
        };
        view! {
            <li
                data-n=number.to_string()
                data-of=text::step_of(number)
                aria-current=(number == present).then_some("step")
            >
                {label}
            </li>
        }
    };
    view! {
        <nav class="line mid" aria-label=text::STEPS>
            <button type="button" class="back" on:click=move |_| app.go(Screen::Home)>
                {icon(Icon::Back)}
                {text::HOME}
            </button>
            <ol class="steps">{text::STEP_NAMES.into_iter().enumerate().map(step).collect_view()}</ol>
        </nav>
    }
}
