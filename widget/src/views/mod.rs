//! The screens.

mod access;
mod demarche;
mod demarche_card;
mod enrolment;
mod explained;
mod field_line;
mod fields;
mod home;
mod home_row;
mod problems;
mod run;
mod run_result;
mod scope;
mod siblings;
mod team;
mod team_forms;
mod team_guide;
mod team_tokens;
mod template;
mod template_apply;
mod template_save;
mod templates;
mod troubles;

use leptos::{mount::mount_to_renderer, prelude::*};

use crate::{
    app::{App, Choice, Screen},
    memo::memo,
    standing::{Access, Obstacle},
    text,
    ui::{View, el},
};

/// Shows the main page, from now on.
pub fn mount() {
    show(root);
}

/// Shows the page on which démarches are connected, from now on.
pub fn mount_connect() {
    show(|| page(leaving, connecting));
}

/// Shows the page of the team, from now on.
pub fn mount_team() {
    show(|| page(enrolment::enrolment_screen, |_| team::team_screen()));
}

/// Shows the page of the templates, from now on.
pub fn mount_templates() {
    show(|| page(leaving, |_| templates::templates_screen()));
}

fn show(page: fn() -> View) {
    console_error_panic_hook::set_once();
    // What the page's own HTML shows until now.
    if let Some(waiting) = document().get_element_by_id("chargement") {
        waiting.remove();
    }
    if let Some(body) = document().body() {
        mount_to_renderer(&body, page).forget();
    }
}

fn start() -> App {
    let app = App::default();
    provide_context(app);
    app.start();
    app
}

/// A page below the main one: what stands in its way, what it shows while the document has no team, and once it can work.
fn page(enrolling: fn(bool) -> View, open: fn(App) -> View) -> View {
    let app = start();
    let access = memo(move || app.access.get());
    View::from(move || {
        let access = access.get();
        untrack(|| match access {
            Access::Starting => loading(),
            Access::Blocked(Obstacle::Access(level)) => access::access_screen(level),
            Access::Blocked(obstacle) => explained::explained_screen(&obstacle),
            Access::ReadOnly => explained::explained_screen(&Obstacle::Viewer),
            Access::Enrolling { is_free } => enrolling(is_free),
            Access::Open => open(app),
        })
    })
}

/// Where it leads is on its way.
fn leaving(_: bool) -> View {
    loading()
}

fn connecting(app: App) -> View {
    let choice = Choice::default();
    provide_context(choice);
    choice.start();
    let screen = memo(move || app.screen.get());
    View::from(move || {
        let screen = screen.get();
        untrack(|| if screen == Screen::Fields { fields::fields_screen() } else { demarche::demarche_screen() })
    })
}

fn loading() -> View {
    el("main").child(el("p").class("loading").attr("role", "status").child(text::LOADING)).into()
}

/// The whole main page.
fn root() -> View {
    let app = start();
    // A memo each: a screen is drawn anew when it changes, not when what it shows does.
    let access = memo(move || app.access.get());
    let screen = memo(move || app.screen.get());
    let open = move || {
        let screen = screen.get();
        untrack(|| match screen {
            Screen::Run => run::run_screen(),
            _ => home::home_screen(),
        })
    };
    View::from(move || {
        let access = access.get();
        untrack(|| match access {
            // Where it leads is on its way.
            Access::Starting | Access::Enrolling { .. } => loading(),
            Access::Blocked(Obstacle::Access(level)) => access::access_screen(level),
            Access::Blocked(obstacle) => explained::explained_screen(&obstacle),
            Access::ReadOnly => home::home_screen(),
            Access::Open => {
                app.take_up();
                app.hear_of_versions();
                View::from(open)
            }
        })
    })
}
