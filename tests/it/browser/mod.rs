//! Journeys through the real widget, proxy and engine in a real browser, in a document that behaves as Grist's.
//!
//! A test says what a person does and sees, by names and visible texts. `make test` builds the widget that the proxy embeds.

mod accessibility;
mod axe;
mod harness;
mod journey;
mod scope;
mod services;
mod several;
mod states;
mod team;
mod team_life;
mod templates;

use relais_tests::{
    browser::{self, Browser},
    ds::{self, EVERYDAY},
    grist::{self, SampleDocument},
    stack::{Options, Stack},
};

/// What a person is in a document, and what the document's page shows of it.
#[derive(Clone, Copy, Debug)]
struct Visit<'a> {
    user: &'a str,
    access: &'a str,
    /// Whether the widget fills the window, as for pictures and narrow screens.
    is_alone: bool,
}

const OWNER: Visit<'static> = Visit { user: "owner", access: "full", is_alone: false };

/// Services with so many dossiers in the everyday démarche; the first document is the team's, the second nobody's.
async fn services(dossiers: u32) -> Stack {
    let options = Options {
        ds: ds::Options { everyday: dossiers, complete: 20, ..ds::Options::default() },
        grist: grist::Options { documents: vec!["Suivi des subventions".to_owned(), "Brouillon".to_owned()], ..grist::Options::default() },
        ..Options::default()
    };
    crate::logs::start(options).await
}

/// Opens a document with the widget in it.
async fn open(browser: &Browser, stack: &Stack, document: &SampleDocument, visit: Visit<'_>) {
    let mut address = stack.grist.page_url(document, visit.user, &stack.address());
    address.extend(["&access=", &visit.access.replace(' ', "%20")]);
    if visit.is_alone {
        address.push_str("&view=widget&panel=closed");
    }
    browser.open(&address).await;
    browser.document_is_loaded().await;
}

/// The title of the everyday démarche.
fn everyday_title(stack: &Stack) -> String {
    stack.ds.store().demarche(EVERYDAY).unwrap().title.clone()
}

/// From the empty home screen to the fields that are proposed for the everyday démarche.
async fn choose_everyday(browser: &Browser, stack: &Stack) {
    browser.sees("Vos dossiers, dans ce document").await;
    browser.press("Connecter une démarche").await;
    browser.choose(&everyday_title(stack)).await;
    browser.sees("Formulaire").await;
    browser.press("Choisir les champs").await;
    browser.sees("Seulement l'essentiel").await;
}
