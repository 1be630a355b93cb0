//! Connecting: choosing a démarche and its fields.

use leptos::prelude::*;
use relais_engine::{
    ds::{Demarche, DemarcheNumber, Dossier, DossierPage, Operation, SourceError, operations::DemarcheVariables},
    grist::DocumentError,
    mapping::Proposal,
    ports::Source,
    sync::{Connexion, save},
};
use wasm_bindgen_futures::spawn_local;

use super::{App, Fetched, Screen};
use crate::{
    page::{Page, Task},
    proxy::Proxy,
    selection::Selection,
};

/// How many recent dossiers are read for the examples; less when DS is slow.
const SAMPLE_PAGES: [u32; 3] = [20, 5, 1];

/// The id of what says why the choices were not taken.
pub const REFUSED: &str = "refus";

/// The démarche that is looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// Its number.
    pub number: DemarcheNumber,
    /// Its form.
    pub form: Fetched<Box<Demarche>>,
}

/// What becomes of a démarche that is added to those of the tables.
#[derive(Clone, Debug, PartialEq)]
pub enum Joining {
    /// None was added yet.
    No,
    /// It is among them, by its title.
    Joined(String),
    /// One was taken away, by its title.
    Left(String),
    /// Its form is read.
    Reading,
    /// Its form is another.
    Stranger,
    /// DS does not open it.
    Failed(DemarcheNumber, SourceError),
}

/// The page on which a démarche is connected.
#[derive(Clone, Copy)]
pub struct Choice {
    // Behind a handle: it is large, and this goes from hand to hand.
    app: StoredValue<App>,
    /// The démarche looked at.
    pub chosen: RwSignal<Option<Chosen>>,
    /// While the samples of the chosen démarche are read.
    pub is_reading_samples: RwSignal<bool>,
    /// Why the fields could not be shown.
    pub error: RwSignal<Option<SourceError>>,
    /// The fields chosen.
    pub selection: RwSignal<Option<ArcRwSignal<Selection>>>,
    /// While what is chosen is written into the document.
    pub is_saving: RwSignal<bool>,
    /// Why the document did not take it.
    pub denied: RwSignal<Option<DocumentError>>,
}

impl Default for Choice {
    fn default() -> Self {
        Self {
            app: StoredValue::new(App::current()),
            chosen: RwSignal::new(None),
            is_reading_samples: RwSignal::new(false),
            error: RwSignal::new(None),
            selection: RwSignal::new(None),
            is_saving: RwSignal::new(false),
            denied: RwSignal::new(None),
        }
    }
}

impl Choice {
    /// That of this page.
    pub fn current() -> Self {
        use_context().unwrap_or_default()
    }

    /// What all pages share.
    pub fn app(self) -> App {
        self.app.get_value()
    }

    /// Shows what the page that led here asked for: the fields of a connexion, or else the démarches.
    pub fn start(self) {
        let edited = match Task::take() {
            Some(Task::Edit(id)) => self.app().connexion(&id),
            _ => None,
        };
        match edited {
            Some(connexion) => self.edit_fields(connexion),
            None => self.app().screen.set(Screen::Demarche),
        }
    }

    /// Looks at a démarche: reads its form.
    pub fn look_at(self, number: DemarcheNumber) {
        let Some(services) = self.app().services() else { return };
        self.error.set(None);
        self.chosen.set(Some(Chosen { number, form: Fetched::Pending }));
        spawn_local(async move {
            let form = read_form(&services.proxy, number).await;
            // Another one may have been chosen meanwhile.
            if self.chosen.with_untracked(|chosen| chosen.as_ref().is_some_and(|chosen| chosen.number == number)) {
                let form = form.map_or_else(Fetched::Failed, |form| Fetched::Ready(Box::new(form)));
                self.chosen.set(Some(Chosen { number, form }));
            }
        });
    }

    /// Looks at the démarche whose public address has this path, or says that there is none.
    pub fn look_for(self, path: String, on_unknown: impl FnOnce(SourceError) + 'static) {
        let Some(services) = self.app().services() else { return };
        self.error.set(None);
        spawn_local(async move {
            match services.proxy.number_of(&path).await {
                Ok(number) => self.look_at(number),
                Err(error) => on_unknown(error),
            }
        });
    }

    /// Proposes columns for the démarche looked at, and shows them.
    pub fn propose(self) {
        let Some(services) = self.app().services() else { return };
        let Some(form) = self.chosen.with_untracked(|chosen| chosen.as_ref().and_then(|chosen| chosen.form.ready().cloned())) else { return };
        let is_known = self.selection.with_untracked(|selection| {
            selection.as_ref().map(|selection| selection.with_untracked(|s| s.connexion.is_none() && s.proposal().demarche == form.number))
        });
        if is_known == Some(true) {
            return self.app().go(Screen::Fields);
        }
        self.error.set(None);
        self.is_reading_samples.set(true);
        spawn_local(async move {
            match read_samples(&services.proxy, &form).await {
                Ok(samples) => self.show_fields(Selection::new(Proposal::new(&form, &samples))),
                Err(error) => self.error.set(Some(error)),
            }
            self.is_reading_samples.set(false);
        });
    }

    /// Shows the fields of a connexion, to change them.
    pub fn edit_fields(self, connexion: Connexion) {
        let Some(services) = self.app().services() else { return };
        let number = connexion.mapping.demarche;
        self.error.set(None);
        self.selection.set(None);
        self.chosen.set(Some(Chosen { number, form: Fetched::Pending }));
        self.app().go(Screen::Fields);
        spawn_local(async move {
            let read = async {
                let form = read_form(&services.proxy, number).await?;
                let samples = read_samples(&services.proxy, &form).await?;
                Ok::<_, SourceError>((form, samples))
            };
            match read.await {
                Ok((form, samples)) => {
                    let proposal = Proposal::reopen(&form, &connexion.mapping, &samples);
                    let selection = self.app().loaded.with_untracked(|loaded| Selection::reopen(proposal, &connexion, &loaded.schema));
                    self.chosen.set(Some(Chosen { number, form: Fetched::Ready(Box::new(form)) }));
                    self.selection.set(Some(ArcRwSignal::new(selection)));
                }
                Err(error) => self.error.set(Some(error)),
            }
        });
    }

    fn show_fields(self, selection: Selection) {
        self.selection.set(Some(ArcRwSignal::new(selection)));
        self.app().go(Screen::Fields);
    }

    /// Adds a démarche of the same form to those whose dossiers go into the tables.
    pub fn join(self, number: DemarcheNumber, told: impl Fn(Joining) + 'static) {
        let Some(services) = self.app().services() else { return };
        let Some(selection) = self.selection.get_untracked() else { return };
        let Some(ours) = self.chosen.with_untracked(|chosen| chosen.as_ref().and_then(|chosen| chosen.form.ready().cloned())) else { return };
        told(Joining::Reading);
        spawn_local(async move {
            match read_form(&services.proxy, number).await {
                Ok(theirs) => {
                    let mut is_same_form = false;
                    selection.update(|selection| is_same_form = selection.join(&ours, &theirs));
                    told(if is_same_form { Joining::Joined(theirs.title.trim().to_owned()) } else { Joining::Stranger });
                }
                Err(error) => told(Joining::Failed(number, error)),
            }
        });
    }

    /// Keeps what is chosen in the document, and has it run. From then on nothing of it is lost, whatever becomes of the run.
    pub fn import(self) {
        let Some(services) = self.app().services().filter(|_| !self.is_saving.get_untracked()) else { return };
        let Some(selection) = self.selection.with_untracked(|selection| selection.as_ref().map(ArcRwSignal::get_untracked)) else { return };
        let id = selection.connexion.clone();
        let (scope, keeping) = (selection.scope.clone(), selection.keeping);
        let siblings = selection.siblings.iter().map(|joined| joined.sibling.clone()).collect();
        let mapping = selection.into_mapping();
        let mut connexion =
            self.app().loaded.with_untracked(|loaded| match id.and_then(|id| loaded.connexions.iter().find(|connexion| connexion.id == id)) {
                Some(connexion) => {
                    let mut connexion = connexion.clone();
                    connexion.mapping = mapping;
                    connexion
                }
                None => Connexion::new(mapping, &loaded.connexions),
            });
        connexion.follow(scope, keeping);
        connexion.follow_siblings(siblings);
        self.is_saving.set(true);
        self.denied.set(None);
        spawn_local(async move {
            match save(&services.grist, &mut connexion).await {
                Ok(()) => Page::Main.enter_for(&Task::Run(connexion.id)),
                Err(error) => {
                    self.denied.set(Some(error));
                    crate::ui::focus(REFUSED, "");
                    self.is_saving.set(false);
                }
            }
        });
    }
}

pub(super) async fn read_form(proxy: &Proxy, number: DemarcheNumber) -> Result<Demarche, SourceError> {
    Demarche::read(&proxy.call(&Operation::GetDemarche(DemarcheVariables { number })).await?)
}

/// The latest dossiers, with all that a mapping could want of them.
pub(super) async fn read_samples(proxy: &Proxy, form: &Demarche) -> Result<Vec<Dossier>, SourceError> {
    let mut pages = SAMPLE_PAGES.into_iter().peekable();
    while let Some(size) = pages.next() {
        let body = proxy.call(&Proposal::sample_operation(form, size)).await;
        match body.and_then(|body| DossierPage::read(&body)) {
            Ok(page) => return Ok(page.dossiers),
            Err(error) if error.code.is_eased_by_less() && pages.peek().is_some() => {}
            // Examples are not worth stopping for when DS stumbles on one dossier.
            Err(error) if error.code.is_eased_by_less() => return Ok(Vec::new()),
            Err(error) => return Err(error),
        }
    }
    Ok(Vec::new())
}
