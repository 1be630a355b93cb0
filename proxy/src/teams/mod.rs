//! Who may read what: document → team → démarche. What is not declared is refused.

use std::sync::Arc;

use relais_engine::{Day, ds::DemarcheNumber};

use crate::{
    config::{DocumentAddress, DocumentId, GristOrigin, LimitsConfiguration, TeamConfiguration},
    ds::{Gate, InvalidToken, Token},
};

/// A team, ready to call DS.
#[derive(Debug)]
pub(crate) struct Team {
    /// Shown to agents.
    pub name: Arc<str>,
    /// Opens its démarches.
    pub token: Token,
    /// Its last day, if the operator knows it.
    pub token_expires: Option<Day>,
    /// The token's own: DS counts by token.
    pub gate: Arc<Gate>,
    demarches: Vec<DemarcheNumber>,
    documents: Vec<DocumentAddress>,
}

impl Team {
    /// What its documents may read, in the operator's order.
    pub(crate) fn demarches(&self) -> &[DemarcheNumber] {
        &self.demarches
    }

    /// Whether its documents may read this démarche.
    pub(crate) fn may_read(&self, demarche: DemarcheNumber) -> bool {
        self.demarches.contains(&demarche)
    }
}

/// Every team: one at most, until teams are created from the widget.
#[derive(Debug)]
pub(crate) struct Teams(Vec<Arc<Team>>);

impl Teams {
    pub(crate) fn new(team: Option<&TeamConfiguration>, limits: &LimitsConfiguration) -> Result<Self, InvalidToken> {
        let team = team.map(|team| {
            Ok(Arc::new(Team {
                name: team.name.as_str().into(),
                token: Token::new(team.ds_token.clone())?,
                token_expires: team.token_expires,
                gate: Arc::new(Gate::new(limits)),
                demarches: team.demarches.clone(),
                documents: team.documents.clone(),
            }))
        });
        Ok(Self(team.into_iter().collect::<Result<_, _>>()?))
    }

    /// The team of a document: it belongs to at most one.
    pub(crate) fn of_document(&self, origin: &GristOrigin, document: &DocumentId) -> Option<Arc<Team>> {
        self.0.iter().find(|team| team.documents.iter().any(|address| address.is(origin, document))).cloned()
    }
}
