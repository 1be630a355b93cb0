//! The screens.

#![expect(unreachable_pub, reason = "the macro of components makes them public")]

mod access;
mod demarche;
mod demarche_card;
mod explained;
mod field_line;
mod fields;
mod home;
mod home_row;
mod problems;
mod run;
mod run_result;
mod scope;

use leptos::prelude::*;

use crate::{
    app::{App, Screen},
    standing::{Access, Obstacle},
    text,
    ui::view,
};

/// The whole page.
#[component]
pub fn Root() -> impl IntoView {
    let app = App::default();
    provide_context(app);
    app.start();
    // A memo each: a screen is drawn anew when it changes, not when what it shows does.
    let access = Memo::new(move |_| app.access.get());
    let screen = Memo::new(move |_| app.screen.get());
    move || match access.get() {
        Access::Starting => view! {
            <main>
                <p class="loading" role="status">
                    {text::LOADING}
                </p>
            </main>
        },
        Access::Blocked(Obstacle::Access(level)) => view! { <access::AccessScreen level /> },
        Access::Blocked(obstacle) => view! { <explained::ExplainedScreen obstacle /> },
        Access::ReadOnly => view! { <home::HomeScreen /> },
        Access::Open => (move || match screen.get() {
            Screen::Home => view! { <home::HomeScreen /> },
            Screen::Demarche => view! { <demarche::DemarcheScreen /> },
            Screen::Fields => view! { <fields::FieldsScreen /> },
            Screen::Run => view! { <run::RunScreen /> },
        })
        .into_any(),
    }
}
