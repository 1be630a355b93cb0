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
    show(connect_root);
}

/// Shows the page of the team, from now on.
pub fn mount_team() {
    show(team_root);
}

/// Shows the page of the templates, from now on.
pub fn mount_templates() {
    show(templates_root);
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

/// The whole page on which démarches are connected.
fn connect_root() -> View {
    let app = start();
    let access = memo(move || app.access.get());
    View::from(move || {
        let access = access.get();
        untrack(|| match access {
            // Where it leads is on its way.
            Access::Starting | Access::Enrolling { .. } => loading(),
            Access::Blocked(Obstacle::Access(level)) => access::access_screen(level),
            Access::Blocked(obstacle) => explained::explained_screen(&obstacle),
            Access::ReadOnly => explained::explained_screen(&Obstacle::Viewer),
            Access::Open => connecting(app),
        })
    })
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

/// The whole page of the team.
fn team_root() -> View {
    let app = start();
    let access = memo(move || app.access.get());
    View::from(move || {
        let access = access.get();
        untrack(|| match access {
            Access::Starting => loading(),
            Access::Blocked(Obstacle::Access(level)) => access::access_screen(level),
            Access::Blocked(obstacle) => explained::explained_screen(&obstacle),
            Access::ReadOnly => explained::explained_screen(&Obstacle::Viewer),
            Access::Enrolling { is_free } => enrolment::enrolment_screen(is_free),
            Access::Open => team::team_screen(),
        })
    })
}

/// The whole page of the templates.
fn templates_root() -> View {
    let app = start();
    let access = memo(move || app.access.get());
    View::from(move || {
        let access = access.get();
        untrack(|| match access {
            // Where it leads is on its way.
            Access::Starting | Access::Enrolling { .. } => loading(),
            Access::Blocked(Obstacle::Access(level)) => access::access_screen(level),
            Access::Blocked(obstacle) => explained::explained_screen(&obstacle),
            Access::ReadOnly => explained::explained_screen(&Obstacle::Viewer),
            Access::Open => templates::templates_screen(),
        })
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
