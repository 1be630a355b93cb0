//! The pages of the widget. Each is an application of its own, built on the same parts: nobody waits for what they do not look
//! at, and what agents see every day stays within its budget.

use leptos::prelude::window;

use crate::grist::embedder;

/// A page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// The connexions, and all that is done with them.
    #[default]
    Main,
    /// The templates.
    Templates,
    /// The team.
    Team,
}

impl Page {
    /// The one that is shown.
    pub fn current() -> Self {
        let path = window().location().pathname().unwrap_or_default();
        [Self::Templates, Self::Team].into_iter().find(|page| path.ends_with(page.file())).unwrap_or_default()
    }

    const fn file(self) -> &'static str {
        match self {
            Self::Main => "index.html",
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
}
