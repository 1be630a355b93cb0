//! What the screens share: where the agent is, what is known, and what can be done.

mod choice;
mod runs;
mod shelf;
mod team;
mod templates;

use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use relais_engine::{
    ds::SourceError,
    grist::DocumentError,
    ports::Clock,
    sorted::SortedMap,
    sync::{Loaded, load},
};
use wasm_bindgen_futures::spawn_local;

pub use choice::{Choice, Chosen, Joining, REFUSED};
pub use runs::{Ended, Run, Stage, Undo};
pub use shelf::{Applying, Drawer, Place, Shelf, Told, Upgrading};
pub use team::{Desk, Panel, Said};
pub use templates::{DEMARCHE, Library, UNANSWERED};

use crate::{
    clock::ServerClock,
    grist::{AccessLevel, ConnectError, Event, Grist},
    page::Page,
    proxy::{ListedDemarche, Proxy, Session},
    standing::{Access, Obstacle},
};

/// Grist says how it stands at once; what says nothing for so long is not Grist.
const PATIENCE: u32 = 10_000;

/// Where the agent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// The connexions.
    Home,
    /// Step 1.
    Demarche,
    /// Step 2.
    Fields,
    /// Step 3.
    Run,
}

/// Something asked of DS.
#[derive(Clone, Debug, PartialEq)]
pub enum Fetched<T> {
    /// No answer yet.
    Pending,
    /// The answer.
    Ready(T),
    /// None will come.
    Failed(SourceError),
}

impl<T> Fetched<T> {
    /// The answer, if there is one.
    pub const fn ready(&self) -> Option<&T> {
        if let Self::Ready(value) = self { Some(value) } else { None }
    }
}

#[derive(Clone)]
struct Services {
    grist: Grist,
    proxy: Proxy,
}

/// The application.
#[derive(Clone, Copy)]
pub struct App {
    /// Where the agent is.
    pub screen: RwSignal<Screen>,
    /// Whether a screen was chosen: the focus is left alone until then.
    pub has_moved: RwSignal<bool>,
    /// Whether the widget can work.
    pub access: RwSignal<Access>,
    /// The session with the proxy.
    pub session: RwSignal<Option<Session>>,
    /// The document's id, asked for when its team is not known.
    pub document: RwSignal<Option<String>>,
    /// The connexions of the document.
    pub loaded: RwSignal<Loaded>,
    /// The latest versions of the templates that connexions come from, by the ids of the connexions.
    pub latest: RwSignal<SortedMap<String, i64>>,
    /// The démarches of the team.
    pub demarches: RwSignal<Fetched<Vec<ListedDemarche>>>,
    /// What the screens about the team show.
    pub desk: RwSignal<Desk>,
    /// The run that goes on, or the last one.
    pub run: RwSignal<Option<Run>>,
    /// The connexions that run next, by id.
    pub queue: RwSignal<Vec<String>>,
    services: StoredValue<Option<Rc<Services>>, LocalStorage>,
    clock: StoredValue<ServerClock, LocalStorage>,
}

impl Default for App {
    fn default() -> Self {
        Self {
            screen: RwSignal::new(Screen::Home),
            has_moved: RwSignal::new(false),
            access: RwSignal::new(Access::Starting),
            session: RwSignal::new(None),
            document: RwSignal::new(None),
            loaded: RwSignal::new(Loaded::default()),
            latest: RwSignal::new(SortedMap::new()),
            demarches: RwSignal::new(Fetched::Pending),
            desk: RwSignal::new(Desk::default()),
            run: RwSignal::new(None),
            queue: RwSignal::new(Vec::new()),
            services: StoredValue::new_local(None),
            clock: StoredValue::new_local(ServerClock::default()),
        }
    }
}

impl App {
    /// The application of this page.
    pub fn current() -> Self {
        // Given by the root, above every view; without it, nothing that is pressed would do anything.
        use_context().unwrap_or_default()
    }

    /// Shows a screen.
    pub fn go(self, screen: Screen) {
        self.has_moved.set(true);
        self.screen.set(screen);
    }

    /// The proxy's time.
    pub fn now(self) -> relais_engine::Timestamp {
        self.clock.with_value(Clock::now)
    }

    fn services(self) -> Option<Rc<Services>> {
        self.services.get_value()
    }

    /// Talks to Grist for the first time.
    pub fn start(self) {
        let grist = match Grist::connect(move |event| self.told(event)) {
            Ok(grist) => grist,
            Err(ConnectError::NotEmbedded | ConnectError::NoWindow) => return self.access.set(Access::Blocked(Obstacle::Outside)),
        };
        let parameters = grist.parameters();
        let proxy = Proxy::new(grist.clone(), self.clock.get_value());
        let left = proxy.clone();
        let _listening = window_event_listener(leptos::ev::pagehide, move |_| left.leave());
        self.services.set_value(Some(Rc::new(Services { grist, proxy })));
        if parameters.access == AccessLevel::Full {
            return self.begin();
        }
        spawn_local(async move {
            TimeoutFuture::new(PATIENCE).await;
            if self.access.get_untracked() == Access::Starting {
                self.access.set(Access::Blocked(Obstacle::Silent));
            }
        });
    }

    fn told(self, event: Event) {
        match event {
            Event::EditOptions if Page::current() != Page::Main => Page::Main.enter(),
            Event::EditOptions => self.go(Screen::Home),
            Event::Access(AccessLevel::Full) => {
                // When the page's address said so already, all is on its way.
                let is_told_first = self.services().is_some_and(|services| services.grist.parameters().access != AccessLevel::Full);
                let begins = match self.access.get_untracked() {
                    Access::Starting => is_told_first,
                    Access::Blocked(obstacle) => matches!(obstacle, Obstacle::Access(_) | Obstacle::Viewer | Obstacle::Silent),
                    Access::ReadOnly | Access::Enrolling { .. } | Access::Open => false,
                };
                if begins {
                    self.begin();
                }
            }
            Event::Access(level) => {
                let is_read_only = self.services().is_some_and(|services| services.grist.parameters().is_read_only);
                self.access.set(Access::Blocked(if is_read_only { Obstacle::Viewer } else { Obstacle::Access(level) }));
            }
        }
    }

    /// Looks whether full access is granted by now; says when it is not.
    pub fn check_access(self, on_missing: impl FnOnce() + 'static) {
        let Some(services) = self.services() else { return };
        spawn_local(async move {
            match services.grist.access_token().await {
                Err(DocumentError::AccessNotGranted) => on_missing(),
                _ => self.begin(),
            }
        });
    }

    /// Opens a session and reads the connexions, again when something was in the way.
    pub fn begin(self) {
        let Some(services) = self.services() else { return };
        self.access.set(Access::Starting);
        spawn_local(async move {
            // A reader has no token that the proxy takes, but may see how things stand.
            if services.grist.parameters().is_read_only {
                return self.access.set(match load(&services.grist).await {
                    Ok(loaded) => {
                        self.loaded.set(loaded);
                        Access::ReadOnly
                    }
                    Err(_) => Access::Blocked(Obstacle::Viewer),
                });
            }
            // What is connected is not shown beside the team.
            let load = async { if Page::current() == Page::Team { Ok(Loaded::default()) } else { load(&services.grist).await } };
            let (session, loaded) = futures_util::future::join(services.proxy.session(), load).await;
            match (session, loaded) {
                (Ok(session), Ok(loaded)) => {
                    let access = Access::of_session(&session);
                    match access {
                        Access::Open => self.list_demarches(),
                        // The page of the team is where it gets one.
                        Access::Enrolling { .. } if Page::current() != Page::Team => return Page::Team.enter(),
                        Access::Blocked(Obstacle::UnknownDocument) => self.document.set(Some(session.document.clone())),
                        _ => {}
                    }
                    self.session.set(Some(session));
                    self.loaded.set(loaded);
                    self.access.set(access);
                }
                (Err(error), _) => {
                    let obstacle = Obstacle::of_session(&error);
                    if obstacle == Obstacle::UnknownDocument {
                        self.document.set(services.grist.document_name().await);
                    }
                    self.access.set(Access::Blocked(obstacle));
                }
                (_, Err(error)) => self.access.set(Access::Blocked(Obstacle::of_document(&error))),
            }
        });
    }

    /// Says which templates this document uses, and hears of newer versions. Nothing else depends on it.
    async fn tell_uses(self, proxy: &Proxy) {
        let connexions = self.loaded.with_untracked(|loaded| loaded.connexions.clone());
        if let Ok(latest) = proxy.tell_uses(&connexions).await {
            self.latest.set(latest);
        }
    }

    /// The same, where the answer changes something: a template is followed.
    pub fn hear_of_versions(self) {
        let Some(services) = self.services() else { return };
        if self.loaded.with_untracked(|loaded| loaded.connexions.iter().any(|connexion| connexion.template.is_some())) {
            spawn_local(async move { self.tell_uses(&services.proxy).await });
        }
    }

    /// Asks which démarches the team may use.
    pub fn list_demarches(self) {
        let Some(services) = self.services() else { return };
        self.demarches.set(Fetched::Pending);
        spawn_local(async move {
            let listed = services.proxy.demarches().await;
            self.demarches.set(listed.map_or_else(Fetched::Failed, Fetched::Ready));
        });
    }

    /// Reads the connexions again. Errors leave what was known.
    async fn reload(self) {
        let Some(services) = self.services() else { return };
        if let Ok(loaded) = load(&services.grist).await {
            self.loaded.set(loaded);
        }
    }
}
