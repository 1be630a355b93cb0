//! The team: what its screen shows, and what is asked about it.

use leptos::prelude::*;
use relais_engine::ds::{SourceError, SourceErrorCode};
use wasm_bindgen_futures::spawn_local;

use super::{App, Fetched, Screen};
use crate::{
    proxy::{Answer, Deposited, Request, Team},
    team::Wrong,
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
        let (action, id) = match self {
            Self::None | Self::Join => ("", ""),
            Self::Add => ("ajouter", ""),
            Self::Replace(id) => ("remplacer-", id.as_str()),
            Self::Discard(id) | Self::Exclude(id) => ("retirer-", id.as_str()),
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
    Done,
    /// A code of invitation, with the moment until which it is good.
    Code(String, relais_engine::Timestamp),
    /// DS was asked about a token.
    Deposited(Box<Deposited>),
    /// It is not done.
    Refused(SourceError),
}

/// All that the screens about the team show. Tokens are not in it: what is typed stays in its field until it is sent.
pub struct Desk {
    /// The team.
    pub team: Fetched<Box<Team>>,
    /// What is open.
    pub panel: Panel,
    /// The part of the screen in which something was last asked, by its id.
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

impl Desk {
    /// Opens or closes something. What was said there is no longer of interest.
    pub fn show(&mut self, panel: Panel) {
        self.panel = panel;
        self.said = Said::Nothing;
        self.wrong = None;
    }
}

impl App {
    /// Shows the team.
    pub fn open_team(self) {
        self.desk.set(Desk::default());
        self.go(Screen::Team);
    }

    /// Reads the team, again when it is known.
    pub fn read_team(self) {
        spawn_local(self.reread_team());
    }

    async fn reread_team(self) {
        let Some(services) = self.services() else { return };
        let team = match services.proxy.send(&Request::team()).await {
            Ok(Answer::Team(team)) => Fetched::Ready(team),
            Ok(_) => Fetched::Failed(SourceErrorCode::InvalidAnswer.into()),
            Err(error) => Fetched::Failed(error),
        };
        if let Fetched::Ready(team) = &team {
            let name = Some(team.name.clone());
            self.session.update(|session| {
                if let Some(session) = session {
                    session.team = name;
                }
            });
        }
        // What is known stays, and what is typed with it.
        self.desk.update(|desk| {
            if desk.team.ready().is_none() || team.ready().is_some() {
                desk.team = team;
            }
        });
    }

    /// Asks something about the team, from a part of the screen. One thing at a time: what is pressed meanwhile is not heard.
    pub fn ask(self, place: &'static str, request: Request, on_done: impl FnOnce() + 'static) {
        self.ask_boxed(place, request, Box::new(on_done));
    }

    fn ask_boxed(self, place: &'static str, request: Request, on_done: Box<dyn FnOnce()>) {
        let Some(services) = self.services() else { return };
        if self.desk.with_untracked(|desk| matches!(desk.said, Said::Waiting)) {
            return;
        }
        self.desk.update(|desk| {
            desk.place = place;
            desk.said = Said::Waiting;
            desk.wrong = None;
        });
        spawn_local(async move {
            let answer = services.proxy.send(&request).await;
            if let Err(SourceErrorCode::TeamExists | SourceErrorCode::DocumentUnknown) = answer.as_ref().map_err(|error| error.code) {
                // Somebody else has given the document a team, or taken it out of one: the session no longer holds.
                services.proxy.renew().await;
                self.desk.set(Desk::default());
                return self.begin();
            }
            let is_done = answer.is_ok();
            self.desk.update(|desk| {
                desk.said = match answer {
                    Ok(Answer::Code(code, until)) => Said::Code(code, until),
                    Ok(Answer::Deposited(deposited)) => Said::Deposited(deposited),
                    Ok(Answer::Nothing | Answer::Team(_)) => Said::Done,
                    Err(error) => Said::Refused(error),
                };
            });
            if is_done {
                on_done();
            }
            if is_done && request.is_about_tokens() {
                self.list_demarches();
            }
            if !request.moves {
                self.reread_team().await;
            }
        });
    }
}
