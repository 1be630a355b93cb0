//! The team: what its screen shows, and what is asked about it.

use leptos::prelude::*;
use relais_engine::ds::{SourceError, SourceErrorCode};
use wasm_bindgen_futures::spawn_local;

use super::{App, Fetched};
use crate::{
    proxy::{Answer, Team},
    team::{Request, Wish, Wrong, places::READINGS},
    ui::download,
};

/// A form or a question that is open on the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Panel {
    /// None is.
    #[default]
    None,
    /// A token to deposit.
    Add,
    /// A token to replace, by its id.
    Replace(String),
    /// A token to take away, by its id.
    Discard(String),
    /// A document to take out of the team, by its id.
    Exclude(String),
    /// A code of invitation, rather than a team to create.
    Join,
}

impl Panel {
    /// The id of the button that opens it, and closes it.
    pub fn opener(&self) -> String {
        let [action, id] = match self {
            Self::None | Self::Join => ["", ""],
            Self::Add => ["ajouter", ""],
            Self::Replace(id) => ["remplacer-", id],
            Self::Discard(id) | Self::Exclude(id) => ["retirer-", id],
        };
        [action, id].concat()
    }
}

/// What became of what was last asked.
#[derive(Default)]
pub enum Said {
    /// Nothing was.
    #[default]
    Nothing,
    /// No answer yet.
    Waiting,
    /// It is done.
    Answered(Answer),
    /// It is not.
    Refused(SourceError),
}

/// All that the screens about the team show. Tokens are not in it: what is typed stays in its field until it is sent.
pub struct Desk {
    /// The team.
    pub team: Fetched<Box<Team>>,
    /// What is open.
    pub panel: Panel,
    /// The part of the screen in which something was last asked.
    pub place: &'static str,
    /// What became of it.
    pub said: Said,
    /// What keeps the form that is open from being sent.
    pub wrong: Option<Wrong>,
    /// Whether the team was created just now, though its first token is not there.
    pub is_created: bool,
}

impl Default for Desk {
    fn default() -> Self {
        Self { team: Fetched::Pending, panel: Panel::None, place: "", said: Said::Nothing, wrong: None, is_created: false }
    }
}

impl App {
    // Never inline: an update has code of its own in each place that makes one.
    #[inline(never)]
    fn update_desk(self, update: &mut dyn FnMut(&mut Desk)) {
        self.desk.update(|desk| update(desk));
    }

    /// Opens or closes something. What was said there is no longer of interest, nor is what was wrong.
    pub fn show(self, panel: Panel, wrong: Option<Wrong>) {
        let mut shown = Some((panel, wrong));
        self.update_desk(&mut |desk| {
            if let Some((panel, wrong)) = shown.take() {
                desk.panel = panel;
                desk.wrong = wrong;
                // What is asked goes on.
                if !matches!(desk.said, Said::Waiting) {
                    desk.said = Said::Nothing;
                }
            }
        });
    }

    /// Closes what is open: it is done.
    pub fn close(self) {
        self.update_desk(&mut |desk| desk.panel = Panel::None);
    }

    /// The team is there; its first token is not yet, or is as well by now.
    pub fn created(self, lacks_token: bool) {
        self.update_desk(&mut |desk| desk.is_created = lacks_token);
    }

    /// Asks something about the team, and says what became of it. One thing at a time: what is pressed meanwhile is not heard.
    pub fn ask(self, wish: Wish, request: Request, on_done: fn(Self, &Wish)) {
        let Some(services) = self.services() else { return };
        if self.desk.with_untracked(|desk| matches!(desk.said, Said::Waiting)) {
            return;
        }
        if wish != Wish::See {
            let place = wish.place();
            self.update_desk(&mut |desk| {
                desk.place = place;
                desk.said = Said::Waiting;
                desk.wrong = None;
            });
        }
        spawn_local(async move {
            let mut next = Some((wish, request));
            while let Some((wish, request)) = next.take() {
                let answer = services.proxy.send(&wish, request).await;
                if let Err(error) = &answer
                    && matches!(error.code, SourceErrorCode::TeamExists | SourceErrorCode::DocumentUnknown)
                    // To begin anew shows the team, which would begin anew.
                    && wish != Wish::See
                {
                    // Somebody else has given the document a team, or taken it out of one: the session no longer holds.
                    services.proxy.renew();
                    self.desk.set(Desk::default());
                    return self.begin();
                }
                next = self.hear(wish, answer, on_done);
            }
        });
    }

    /// Has the browser save who read what.
    pub fn export_audit(self) {
        let Some(services) = self.services() else { return };
        spawn_local(async move {
            match services.proxy.audit_file().await {
                Ok(file) => download(&file, "lectures.csv"),
                Err(error) => {
                    let mut error = Some(error);
                    self.update_desk(&mut |desk| {
                        desk.place = READINGS;
                        desk.said = error.take().map_or(Said::Nothing, Said::Refused);
                    });
                }
            }
        });
    }

    /// Keeps what was answered, and says what to ask next.
    fn hear(self, wish: Wish, answer: Result<Answer, SourceError>, on_done: fn(Self, &Wish)) -> Option<(Wish, Request)> {
        let is_done = answer.is_ok();
        let mut answer = Some(answer);
        let is_seen = wish == Wish::See;
        if let Some(Ok(Answer::Team(team))) = &answer {
            // Whoever shows the name of the team reads it there.
            self.session.update(|session| {
                if let Some(session) = session {
                    session.team = Some(team.name.clone());
                }
            });
        }
        self.update_desk(&mut |desk| match answer.take() {
            Some(Ok(Answer::Team(team))) => desk.team = Fetched::Ready(team),
            Some(Ok(answer)) => desk.said = Said::Answered(answer),
            Some(Err(error)) if !is_seen => desk.said = Said::Refused(error),
            // What is known stays, and what is typed with it.
            Some(Err(error)) if desk.team.ready().is_none() => desk.team = Fetched::Failed(error),
            _ => {}
        });
        if is_done {
            on_done(self, &wish);
        }
        let sees = !is_seen && wish != Wish::Audit && !wish.moves();
        sees.then_some(Wish::See).and_then(|see| Some((see.clone(), see.request(&|_| String::new()).ok()?)))
    }
}
