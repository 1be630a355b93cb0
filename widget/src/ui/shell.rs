//! The frame of every screen: areas or steps, content, actions, in this order for the keyboard too.

use std::rc::Rc;

use leptos::prelude::*;
use web_sys::Event;

use super::{Icon, View, button, el, focus, icon, slot};
use crate::{
    app::{App, Screen},
    page::Page,
    standing::Access,
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
pub(crate) struct Shell {
    header: Header,
    title: Rc<dyn Fn() -> String>,
    summary: View,
    actions: View,
    content: Vec<View>,
}

impl Shell {
    /// A screen by its bar and its title.
    pub(crate) fn new(header: Header, title: impl Fn() -> String + 'static) -> Self {
        Self { header, title: Rc::new(title), summary: View::NOTHING, actions: View::NOTHING, content: Vec::new() }
    }

    /// What is said beside the actions.
    pub(crate) fn summary(mut self, summary: impl Into<View>) -> Self {
        self.summary = summary.into();
        self
    }

    /// What can be done.
    pub(crate) fn actions(mut self, actions: impl Into<View>) -> Self {
        self.actions = actions.into();
        self
    }

    /// What it shows, after what is there.
    pub(crate) fn child(mut self, child: impl Into<View>) -> Self {
        self.content.push(child.into());
        self
    }
}

impl From<Shell> for View {
    fn from(shell: Shell) -> Self {
        let app = App::current();
        let Shell { header, title, summary, actions, content } = shell;
        let heading = slot();
        let of_page = title.clone();
        Effect::new(move |_| document().set_title(&text::page_title(&of_page())));
        Effect::new(move |_| {
            // Not at the start, nor while the agent works elsewhere in the document.
            if app.has_moved.get_untracked()
                && document().has_focus().unwrap_or_default()
                && let Some(heading) = heading.get_value()
            {
                let _ = heading.focus();
            }
        });
        let skip = |event: Event| {
            event.prevent_default();
            focus("contenu", "");
        };
        let header = match header {
            Header::Areas => areas(app),
            Header::Steps(step) => steps(app, step),
        };
        let heading = el("h1").attr("tabindex", "-1").slot(heading).child(move || title());
        View::from([
            el("a").class("skip").attr("href", "#contenu").on("click", skip).child(text::SKIP).into(),
            el("header").class("top").child(header).into(),
            el("main").id("contenu").attr("tabindex", "-1").child(heading).child(content).into(),
            el("form")
                .class("actions")
                .attr("aria-label", text::ACTIONS)
                .on("submit", |event| event.prevent_default())
                .child(el("p").class("sum").attr("role", "status").child(summary))
                .child(actions)
                .into(),
        ])
    }
}

fn areas(app: App) -> View {
    let present = Page::current();
    let area = move |label: &'static str, page: Page| {
        el("li").child(move || {
            let link = el("a").child(label);
            if page == present {
                return link.attr("aria-current", "page");
            }
            // Another page would stop the run of this one.
            if app.is_running() {
                return link.attr("role", "link").attr("aria-disabled", "true").attr("title", text::RUNNING);
            }
            link.attr("href", page.address())
        })
    };
    // Each is of no use without the other's: the main page before the document has a team, and the team to those who only read.
    let is_open = app.access.get_untracked() == Access::Open;
    let home = (is_open || present == Page::Main).then(|| area(text::HOME, Page::Main));
    let templates = is_open.then(|| area(text::TEMPLATES, Page::Templates));
    let team = (is_open || present == Page::Team).then(|| area(text::TEAM, Page::Team));
    el("nav").attr("aria-label", text::AREAS).child(el("ul").class("nav").child(home).child(templates).child(team)).into()
}

fn steps(app: App, present: usize) -> View {
    let step = move |(index, name): (usize, &'static str)| {
        let number = index + 1;
        let screen = if number == 1 { Screen::Demarche } else { Screen::Fields };
        // Only the choice of fields can be gone back from: a run has no way back but undo.
        let is_done = number < present && present == 2;
        let label: View = if is_done { button(None::<&str>, name, move || app.go(screen)).into() } else { name.into() };
        el("li")
            .attr("data-n", number.to_string())
            .attr("data-of", text::step_of(number))
            .attr("aria-current", (number == present).then_some("step"))
            .child(label)
    };
    let back = button("back", View::from([icon(Icon::Back), text::HOME.into()]), move || {
        if Page::current() == Page::Main { app.go(Screen::Home) } else { Page::Main.enter() }
    });
    el("nav")
        .class("line mid")
        .attr("aria-label", text::STEPS)
        .child(back)
        .child(el("ol").class("steps").child(View::list(text::STEP_NAMES.into_iter().enumerate().map(step))))
        .into()
}
