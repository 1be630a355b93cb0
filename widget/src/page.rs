//! The pages of the widget. Each is an application of its own, built on the same parts: nobody waits for what they do not look
//! at, and what agents see every day stays within its budget.

use leptos::prelude::window;

use crate::grist::embedder;

/// What one page has another do as soon as it can. Connexions go by their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// To synchronise one.
    Run(String),
    /// To show the fields of one, to be changed.
    Edit(String),
    /// To save one as a template.
    Share(String),
}

impl Task {
    const RUN: &str = ",run=";
    const EDIT: &str = ",edit=";
    const SHARE: &str = ",share=";

    /// What the page that led here wants done. It is said once: a page that is loaded again does not do it again.
    pub fn take() -> Option<Self> {
        let location = window().location();
        let told = location.hash().ok()?;
        let start = told.find(',')?;
        let (kept, task) = told.split_at(start);
        // Another fragment loads nothing.
        let _ = location.replace(kept);
        let of = |name: &str| task.strip_prefix(name).map(str::to_owned);
        of(Self::RUN).map(Self::Run).or_else(|| of(Self::EDIT).map(Self::Edit)).or_else(|| of(Self::SHARE).map(Self::Share))
    }
}

/// A page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// The connexions, and their runs.
    #[default]
    Main,
    /// A démarche, and what becomes of its fields.
    Connect,
    /// The templates.
    Templates,
    /// The team.
    Team,
}

impl Page {
    /// The one that is shown.
    pub fn current() -> Self {
        let path = window().location().pathname().unwrap_or_default();
        [Self::Connect, Self::Templates, Self::Team].into_iter().find(|page| path.ends_with(page.file())).unwrap_or_default()
    }

    const fn file(self) -> &'static str {
        match self {
            Self::Main => "index.html",
            Self::Connect => "connecter.html",
            Self::Templates => "modeles.html",
            Self::Team => "equipe.html",
        }
    }

    /// Its address, with what Grist says in that of this one, and who is around: a page that another has led to cannot tell in
    /// every browser.
    pub fn address(self) -> String {
        let window = window();
        [self.file(), &window.location().search().unwrap_or_default(), "#", &embedder(&window).unwrap_or_default()].concat()
    }

    /// Shows it instead of this one, in the same frame.
    pub fn enter(self) {
        let _ = window().location().replace(&self.address());
    }

    /// Shows it, and has it do something.
    pub fn enter_for(self, task: &Task) {
        let (what, id) = match task {
            Task::Run(id) => (Task::RUN, id),
            Task::Edit(id) => (Task::EDIT, id),
            Task::Share(id) => (Task::SHARE, id),
        };
        let _ = window().location().replace(&[&self.address(), what, id].concat());
    }
}
