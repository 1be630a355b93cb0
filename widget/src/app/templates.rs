//! Templates: what their page shows, and what is asked about them.

use leptos::prelude::*;
use relais_engine::{
    ds::{Demarche, DemarcheNumber, DescriptorId, SourceError, SourceErrorCode},
    grist::DocumentError,
    sync::{Connexion, FollowedTemplate, save},
    template::Template,
};
use wasm_bindgen_futures::spawn_local;

use super::{App, Fetched, choice::read_form};
use crate::{
    page::Page,
    proxy::{ListedTemplate, NamedTeam, Visibility, WholeTemplate},
    templates::{Errand, Fitting, Newer, take_up},
    text::templates as words,
};

/// Where the agent is on the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// All templates.
    #[default]
    Gallery,
    /// A connexion to save as one.
    Save,
    /// One of them.
    One,
    /// One that is applied to a démarche.
    Apply,
    /// A newer version for a connexion.
    Newer,
}

/// What is open below a template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drawer {
    /// Nothing.
    #[default]
    None,
    /// Whom it is shared with.
    Share,
    /// Whether it is withdrawn.
    Withdraw,
    /// Its file.
    Export,
}

/// What became of what was last asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Told {
    /// Nothing was.
    #[default]
    Nothing,
    /// No answer yet.
    Waiting,
    /// It is done.
    Done(&'static str),
    /// Something is missing, or wrong with a file.
    Wrong(String),
    /// The proxy, or DS, refused.
    Refused(SourceError),
    /// The document did.
    Denied(DocumentError),
}

/// A démarche that a template is applied to.
#[derive(Clone, Debug)]
pub struct Applying {
    /// Its number.
    pub number: DemarcheNumber,
    /// Its form.
    pub form: Fetched<Box<Demarche>>,
    /// How the template fits it, once the form is there.
    pub fitting: Option<Fitting>,
}

/// A connexion that a newer version is for.
#[derive(Clone, Debug)]
pub struct Upgrading {
    /// The connexion.
    pub connexion: Connexion,
    /// The version that it follows; none when the proxy no longer gives it.
    pub older: Option<Template>,
}

/// All that the page shows.
pub struct Shelf {
    /// The templates that the team may see.
    pub list: Fetched<Vec<ListedTemplate>>,
    /// The one that is looked at.
    pub whole: Fetched<Box<WholeTemplate>>,
    /// The teams that a template can be shared with.
    pub teams: Fetched<Vec<NamedTeam>>,
    /// What is open below it.
    pub drawer: Drawer,
    /// Whom it is to be shared with.
    pub sharing: (Visibility, Vec<String>),
    /// The connexion to save, by its id.
    pub source: Option<String>,
    /// The template whose next version that is, by its id.
    pub into: Option<String>,
    /// The démarche that it is applied to.
    pub applying: Option<Applying>,
    /// The connexion that it is a newer version for.
    pub upgrading: Option<Upgrading>,
    /// What became of what was last asked.
    pub told: Told,
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            list: Fetched::Pending,
            whole: Fetched::Pending,
            teams: Fetched::Pending,
            drawer: Drawer::None,
            sharing: (Visibility::Team, Vec::new()),
            source: None,
            into: None,
            applying: None,
            upgrading: None,
            told: Told::Nothing,
        }
    }
}

/// The page of the templates.
#[derive(Clone, Copy)]
pub struct Library {
    // Behind a handle: it is large, and this goes from hand to hand.
    app: StoredValue<App>,
    /// Where the agent is.
    pub place: RwSignal<Place>,
    /// What is shown there.
    pub shelf: RwSignal<Shelf>,
}

impl Default for Library {
    fn default() -> Self {
        Self { app: StoredValue::new(App::current()), place: RwSignal::new(Place::Gallery), shelf: RwSignal::new(Shelf::default()) }
    }
}

impl Library {
    /// That of this page.
    pub fn current() -> Self {
        use_context().unwrap_or_default()
    }

    /// What all pages share.
    pub fn app(self) -> App {
        self.app.get_value()
    }

    // Never inline: an update has code of its own in each place that makes one.
    #[inline(never)]
    fn update(self, update: &mut dyn FnMut(&mut Shelf)) {
        self.shelf.update(|shelf| update(shelf));
    }

    /// Changes what is shown, without asking anybody.
    pub fn set(self, set: impl FnOnce(&mut Shelf)) {
        let mut set = Some(set);
        self.update(&mut |shelf| {
            if let Some(set) = set.take() {
                set(shelf);
            }
        });
    }

    /// Says what became of something.
    pub fn tell(self, told: Told) {
        self.set(|shelf| shelf.told = told);
    }

    /// Shows a place.
    pub fn go(self, place: Place) {
        self.set(|shelf| {
            shelf.drawer = Drawer::None;
            shelf.told = Told::Nothing;
        });
        self.app().has_moved.set(true);
        self.place.set(place);
    }

    /// Asks for the templates.
    pub fn list(self) {
        let Some(services) = self.app().services() else { return };
        spawn_local(async move {
            let list = services.proxy.tell(Errand::List.request()).await;
            self.set(|shelf| shelf.list = list.map_or_else(Fetched::Failed, Fetched::Ready));
        });
    }

    /// Opens a template.
    pub fn open(self, id: String) {
        self.set(|shelf| shelf.whole = Fetched::Pending);
        self.go(Place::One);
        self.show(id);
    }

    /// Asks for a template.
    pub fn show(self, id: String) {
        let Some(services) = self.app().services() else { return };
        spawn_local(async move {
            let whole: Result<WholeTemplate, _> = services.proxy.tell(Errand::Show(id).request()).await;
            self.set(|shelf| shelf.whole = whole.map_or_else(Fetched::Failed, |whole| Fetched::Ready(Box::new(whole))));
        });
    }

    /// Whether something is being asked: what is pressed meanwhile is not heard.
    fn begin(self) -> bool {
        if self.shelf.with_untracked(|shelf| shelf.told == Told::Waiting) {
            return false;
        }
        self.tell(Told::Waiting);
        true
    }

    /// Says why it was not done. When somebody else has changed it meanwhile, the latest state is shown.
    fn refused(self, id: Option<String>, error: SourceError) {
        if error.code == SourceErrorCode::Changed {
            // What was chosen there was of the state before.
            self.set(|shelf| shelf.drawer = Drawer::None);
            self.list();
            if let Some(id) = id {
                self.show(id);
            }
        }
        self.tell(Told::Refused(error));
    }

    /// Shows a template as the proxy has it now.
    fn stored(self, whole: WholeTemplate, said: &'static str) {
        self.list();
        self.go(Place::One);
        self.set(|shelf| {
            shelf.whole = Fetched::Ready(Box::new(whole));
            shelf.told = Told::Done(said);
        });
    }

    /// Keeps a file as a template, or says why it is none.
    pub fn import(self, bytes: &[u8]) {
        let template = match Template::read(bytes) {
            Ok(template) => template,
            Err(error) => return self.tell(Told::Wrong(error.message())),
        };
        let Some(services) = self.app().services().filter(|_| self.begin()) else { return };
        spawn_local(async move {
            match services.proxy.tell(Errand::Create(template.write()).request()).await {
                Ok(whole) => self.stored(whole, words::SAVED),
                Err(error) => self.refused(None, error),
            }
        });
    }

    /// Keeps what a connexion has as a template, or as the next version of one.
    pub fn keep(self, connexion: Connexion, into: Option<ListedTemplate>, name: String, description: String, note: String) {
        let Some(services) = self.app().services().filter(|_| self.begin()) else { return };
        spawn_local(async move {
            let form = match read_form(&services.proxy, connexion.mapping.demarche).await {
                Ok(form) => form,
                Err(error) => return self.refused(None, error),
            };
            let mut template = Template::of(&connexion, &form, &name, &description);
            note.trim().clone_into(&mut template.note);
            let file = template.write();
            // What the proxy would refuse is said better here.
            if let Err(error) = Template::read(file.as_bytes()) {
                return self.tell(Told::Wrong(error.message()));
            }
            let errand = match &into {
                Some(known) => Errand::Renew(known.id.clone(), known.revision, file),
                None => Errand::Create(file),
            };
            match services.proxy.tell::<WholeTemplate>(errand.request()).await {
                Ok(whole) => {
                    let follows = connexion.template.as_ref().is_some_and(|followed| followed.id == whole.listed.id);
                    let version = whole.listed.version;
                    self.stored(whole, words::SAVED);
                    // Where the version comes from, it is no news.
                    if follows {
                        let _written = self.follow(connexion, version).await;
                    }
                }
                Err(error) => self.refused(into.map(|known| known.id), error),
            }
        });
    }

    /// Notes in the document, and at the proxy, which version a connexion follows; the connexion is saved with it.
    async fn follow(self, mut connexion: Connexion, version: i64) -> Result<(), DocumentError> {
        let Some(services) = self.app().services() else { return Ok(()) };
        let Some(followed) = &mut connexion.template else { return Ok(()) };
        followed.version = version;
        let id = followed.id.clone();
        save(&services.grist, &mut connexion).await?;
        self.app().reload().await;
        // The count of uses alone depends on it.
        let _noted = services.proxy.have(Errand::Follow(id, connexion.id, version).request()).await;
        Ok(())
    }

    /// Opens whom a template is shared with.
    pub fn open_sharing(self) {
        let Some(services) = self.app().services() else { return };
        self.set(|shelf| {
            shelf.drawer = Drawer::Share;
            shelf.told = Told::Nothing;
            if let Fetched::Ready(whole) = &shelf.whole {
                shelf.sharing = (whole.listed.visibility, whole.teams.clone());
            }
        });
        spawn_local(async move {
            let teams = services.proxy.tell(Errand::Teams.request()).await;
            self.set(|shelf| shelf.teams = teams.map_or_else(Fetched::Failed, Fetched::Ready));
        });
    }

    /// Shares the template that is looked at.
    pub fn share(self) {
        let Some((id, revision)) = self.looked_at() else { return };
        let Some(services) = self.app().services().filter(|_| self.begin()) else { return };
        let (visibility, teams) = self.shelf.with_untracked(|shelf| shelf.sharing.clone());
        spawn_local(async move {
            match services.proxy.tell(Errand::Share(id.clone(), revision, visibility, teams).request()).await {
                Ok(whole) => self.stored(whole, words::SHARED),
                Err(error) => self.refused(Some(id), error),
            }
        });
    }

    /// Withdraws the template that is looked at.
    pub fn withdraw(self) {
        let Some((id, revision)) = self.looked_at() else { return };
        let Some(services) = self.app().services().filter(|_| self.begin()) else { return };
        spawn_local(async move {
            match services.proxy.have(Errand::Withdraw(id.clone(), revision).request()).await {
                Ok(()) => {
                    self.list();
                    self.go(Place::Gallery);
                    self.tell(Told::Done(words::WITHDRAWN_NOW));
                }
                Err(error) => self.refused(Some(id), error),
            }
        });
    }

    fn looked_at(self) -> Option<(String, i64)> {
        self.shelf.with_untracked(|shelf| shelf.whole.ready().map(|whole| (whole.listed.id.clone(), whole.listed.revision)))
    }

    /// Opens the choice of a démarche for the template that is looked at: its own, when the team reads it.
    pub fn open_applying(self) {
        self.set(|shelf| {
            shelf.applying = None;
            shelf.upgrading = None;
        });
        self.go(Place::Apply);
        let own = self.shelf.with_untracked(|shelf| shelf.whole.ready().map(|whole| whole.listed.demarche));
        let is_read = |number: &DemarcheNumber| {
            self.app().demarches.with_untracked(|listed| listed.ready().is_some_and(|listed| listed.iter().any(|listed| listed.number == *number)))
        };
        if let Some(own) = own.filter(is_read) {
            self.fit(own);
        }
    }

    /// Reads the form of a démarche, and fits the template to it.
    pub fn fit(self, number: DemarcheNumber) {
        let Some(services) = self.app().services() else { return };
        self.set(|shelf| {
            shelf.told = Told::Nothing;
            shelf.applying = Some(Applying { number, form: Fetched::Pending, fitting: None });
        });
        spawn_local(async move {
            let form = read_form(&services.proxy, number).await;
            self.set(|shelf| shelf.fit(number, form));
        });
    }

    /// Answers a question about the template that is applied.
    pub fn answer(self, field: &DescriptorId, answer: Option<Option<DescriptorId>>) {
        self.set(|shelf| {
            if let Some(fitting) = shelf.applying.as_mut().and_then(|applying| applying.fitting.as_mut()) {
                fitting.answer(field, answer);
                shelf.told = Told::Nothing;
            }
        });
    }

    /// Opens a newer version for a connexion.
    pub fn open_newer(self, newer: Newer) {
        let Some(services) = self.app().services() else { return };
        let Some(connexion) = self.app().connexion(&newer.connexion) else { return };
        let number = connexion.mapping.demarche;
        self.set(|shelf| {
            shelf.whole = Fetched::Pending;
            shelf.applying = Some(Applying { number, form: Fetched::Pending, fitting: None });
            shelf.upgrading = Some(Upgrading { connexion, older: None });
        });
        self.go(Place::Newer);
        spawn_local(async move {
            let id = newer.template.id;
            let whole: Result<WholeTemplate, _> = services.proxy.tell(Errand::Show(id.clone()).request()).await;
            let older = services.proxy.tell(Errand::Version(id, newer.followed).request()).await.ok();
            let form = read_form(&services.proxy, number).await;
            self.set(|shelf| {
                shelf.whole = whole.map_or_else(Fetched::Failed, |whole| Fetched::Ready(Box::new(whole)));
                if let Some(upgrading) = &mut shelf.upgrading {
                    upgrading.older = older;
                }
                shelf.fit(number, form);
            });
        });
    }

    /// Makes a connexion of the template that is applied, or has one take up its newer version. The next run does the rest.
    pub fn apply(self) {
        let open = self.shelf.with_untracked(|shelf| shelf.applying.as_ref().and_then(|applying| applying.fitting.as_ref()).map(Fitting::open));
        match open {
            None => return,
            Some(0) => {}
            Some(open) => {
                self.tell(Told::Wrong(words::unsettled(open)));
                return crate::ui::focus(["question-", "0"].concat(), "");
            }
        }
        let made = self.shelf.with_untracked(|shelf| self.app().loaded.with_untracked(|loaded| shelf.connexion(&loaded.connexions)));
        let Some((connexion, version)) = made.filter(|_| self.begin()) else { return };
        let is_new = connexion.row.is_none();
        spawn_local(async move {
            match self.follow(connexion, version).await {
                Err(error) => self.tell(Told::Denied(error)),
                Ok(()) if is_new => Page::Main.enter(),
                Ok(()) => {
                    self.list();
                    self.go(Place::Gallery);
                    self.tell(Told::Done(words::TAKEN_UP));
                }
            }
        });
    }
}

impl Shelf {
    /// Fits the template that is looked at to a form that was read. Another one may have been chosen meanwhile.
    fn fit(&mut self, number: DemarcheNumber, form: Result<Demarche, SourceError>) {
        let Some(applying) = self.applying.as_mut().filter(|applying| applying.number == number) else { return };
        applying.fitting = match (&form, &self.whole) {
            (Ok(form), Fetched::Ready(whole)) => Some(Fitting::new(&whole.template, form)),
            _ => None,
        };
        if let (Some(fitting), Some(upgrading)) = (&mut applying.fitting, &self.upgrading) {
            fitting.answer_as_imported(&upgrading.connexion.mapping.fields);
        }
        applying.form = form.map_or_else(Fetched::Failed, |form| Fetched::Ready(Box::new(form)));
    }

    /// What the template becomes, and the version that its connexion follows, once it can be applied.
    pub fn applied(&self) -> Option<(relais_engine::template::Applied, Option<relais_engine::template::Applied>)> {
        let (whole, applying) = (self.whole.ready()?, self.applying.as_ref()?);
        let (form, fitting) = (applying.form.ready()?, applying.fitting.as_ref()?);
        let older = self.upgrading.as_ref().and_then(|upgrading| upgrading.older.as_ref()).map(|older| {
            let mut fitted = Fitting::new(older, form);
            fitted.answer_as(fitting);
            fitted.apply(older, form)
        });
        Some((fitting.apply(&whole.template, form), older))
    }

    /// The connexion that the template makes, or changes, and its version.
    fn connexion(&self, others: &[Connexion]) -> Option<(Connexion, i64)> {
        let (applied, older) = self.applied()?;
        let whole = self.whole.ready()?;
        let version = whole.listed.version;
        let connexion = if let Some(Upgrading { connexion, .. }) = &self.upgrading {
            let mut connexion = connexion.clone();
            take_up(&mut connexion, &applied, older.as_ref(), version);
            connexion
        } else {
            let mut connexion = Connexion::new(applied.mapping, others);
            connexion.follow(applied.scope, applied.keeping);
            connexion.template = Some(FollowedTemplate { id: whole.listed.id.clone(), version });
            connexion
        };
        Some((connexion, version))
    }
}
