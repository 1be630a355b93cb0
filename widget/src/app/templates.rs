//! Templates: what their page asks.

use leptos::prelude::*;
use relais_engine::{
    ds::{Demarche, DemarcheNumber, DescriptorId, SourceError, SourceErrorCode},
    grist::DocumentError,
    mapping::Proposal,
    sync::{Connexion, Reshaped, save, save_reshaped},
    template::Template,
};
use wasm_bindgen_futures::spawn_local;

use super::{
    App, Fetched,
    choice::{read_form, read_samples},
    shelf::{Applying, Drawer, Place, Shelf, Told, Upgrading},
};
use crate::{
    page::{Page, Task},
    proxy::{ListedTemplate, Visibility, WholeTemplate},
    templates::{Errand, Fitting, Newer},
    text::templates as words,
};

/// The id of the list of démarches.
pub const DEMARCHE: &str = "modele-demarche";

/// The id of the first question that has no answer.
pub const UNANSWERED: &str = "a-confirmer";

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

    /// Says which templates this document uses, and asks for those that there are. Another page may have asked for a connexion
    /// to be saved.
    pub fn start(self) {
        if let Some(Task::Share(id)) = Task::take() {
            self.set(|shelf| shelf.source = Some(id));
            self.go(Place::Save);
        }
        let Some(services) = self.app().services() else { return };
        spawn_local(async move {
            self.app().tell_uses(&services.proxy).await;
            self.list();
        });
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

    /// Notes in the document which version a connexion follows; the connexion is saved with it.
    async fn follow(self, mut connexion: Connexion, version: i64) -> Result<(), DocumentError> {
        if let Some(followed) = &mut connexion.template {
            followed.version = version;
        }
        self.save(connexion, None).await
    }

    /// Saves a connexion, with the columns that change for it and the form that they are of.
    async fn save(self, mut connexion: Connexion, reshaped: Option<(Vec<Reshaped>, Box<Demarche>)>) -> Result<(), DocumentError> {
        let Some(services) = self.app().services() else { return Ok(()) };
        match reshaped {
            Some((reshaped, form)) => save_reshaped(&services.grist, &mut connexion, &reshaped, &form).await?,
            None => save(&services.grist, &mut connexion).await?,
        }
        self.app().reload().await;
        self.app().tell_uses(&services.proxy).await;
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
        let (visibility, teams) = self.shelf.with_untracked(|shelf| shelf.sharing.clone());
        if visibility == Visibility::Teams && teams.is_empty() {
            return self.tell(Told::Wrong(words::TEAMLESS.to_owned()));
        }
        let Some(services) = self.app().services().filter(|_| self.begin()) else { return };
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
            self.illustrate(number).await;
        });
    }

    /// Reads a few dossiers when something is asked. Examples are a help: without them, the question stays.
    async fn illustrate(self, number: DemarcheNumber) {
        let Some(services) = self.app().services() else { return };
        let Some(form) = self.shelf.with_untracked(|shelf| shelf.asked(number)) else { return };
        if let Ok(samples) = read_samples(&services.proxy, &form).await {
            let proposal = Proposal::new(&form, &samples);
            self.set(|shelf| shelf.illustrate(&proposal));
        }
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
            self.illustrate(number).await;
        });
    }

    /// Makes a connexion of the template that is applied, or has one take up its newer version. The next run does the rest.
    pub fn apply(self) {
        let open = self.shelf.with_untracked(|shelf| shelf.applying.as_ref().and_then(|applying| applying.fitting.as_ref()).map(Fitting::open));
        match open {
            None => {
                self.tell(Told::Wrong(words::NO_DEMARCHE.to_owned()));
                return crate::ui::focus(DEMARCHE, "");
            }
            Some(0) => {}
            Some(open) => {
                self.tell(Told::Wrong(words::unsettled(open)));
                return crate::ui::focus(UNANSWERED, "");
            }
        }
        let form = self.shelf.with_untracked(|shelf| shelf.applying.as_ref().and_then(|applying| applying.form.ready().cloned()));
        let made = self.shelf.with_untracked(|shelf| self.app().loaded.with_untracked(|loaded| shelf.connexion(loaded)));
        let Some((connexion, reshaped)) = made.filter(|_| self.begin()) else { return };
        let is_new = connexion.row.is_none();
        spawn_local(async move {
            match self.save(connexion, form.map(|form| (reshaped, form))).await {
                Err(error) => self.tell(Told::Denied(error)),
                Ok(()) if is_new => Page::Main.enter(),
                Ok(()) => self.back(words::TAKEN_UP),
            }
        });
    }

    /// Leaves the newer version that is looked at alone: it is not told again.
    pub fn pass_over(self) {
        let passed = self.shelf.with_untracked(|shelf| {
            let mut connexion = shelf.upgrading.as_ref()?.connexion.clone();
            connexion.template.as_mut()?.passed_over = Some(shelf.whole.ready()?.listed.version);
            Some(connexion)
        });
        let Some(connexion) = passed.filter(|_| self.begin()) else { return };
        spawn_local(async move {
            match self.save(connexion, None).await {
                Err(error) => self.tell(Told::Denied(error)),
                Ok(()) => self.back(words::PASSED_OVER),
            }
        });
    }

    /// Shows the gallery, and says there what was done.
    fn back(self, done: &'static str) {
        self.list();
        self.go(Place::Gallery);
        self.tell(Told::Done(done));
    }
}
