//! Démarches, as the API presents them to the public.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, OneofObject, Result};

use super::demarche::Revision;
use super::people::Service;
use super::scalars::{IsoDate, IsoDateTime, Url};
use crate::ds::call::Call;
use crate::ds::clock::global_id;
use crate::ds::vocabulary::DemarcheState;
use crate::ds::world::demarche::{self as world, Applicants};

/// Which démarche is meant.
#[derive(OneofObject)]
#[graphql(name = "FindDemarcheInput")]
pub enum FindDemarche {
    /// By its global id.
    Id(ID),
    /// By its number.
    Number(i32),
}

/// A démarche, to the public.
pub struct DemarcheDescriptor {
    demarche: Arc<world::Demarche>,
    /// The version of the form to show.
    shown: u32,
}

impl DemarcheDescriptor {
    /// With its present form.
    pub fn new(demarche: Arc<world::Demarche>) -> Self {
        let shown = demarche.active_revision().id;
        Self { demarche, shown }
    }

    /// With the form that a dossier is shown with.
    pub fn of_dossier(demarche: Arc<world::Demarche>, shown: u32) -> Self {
        Self { demarche, shown }
    }
}

/// A démarche, to the public.
#[Object]
#[expect(clippy::unused_async, reason = "a resolver is async")]
impl DemarcheDescriptor {
    #[graphql(name = "cadreJuridiqueURL")]
    async fn cadre_juridique_url(&self) -> Option<String> {
        None
    }

    async fn date_creation(&self) -> IsoDateTime {
        IsoDateTime(self.demarche.created)
    }

    async fn date_derniere_modification(&self) -> IsoDateTime {
        IsoDateTime(self.demarche.updated)
    }

    async fn date_fermeture(&self) -> Option<IsoDateTime> {
        (self.demarche.state == DemarcheState::Close).then_some(IsoDateTime(self.demarche.updated))
    }

    async fn date_limite(&self) -> Option<IsoDate> {
        None
    }

    async fn date_publication(&self) -> Option<IsoDateTime> {
        self.demarche.revisions.first().map(|revision| IsoDateTime(revision.published))
    }

    #[graphql(name = "demarcheURL")]
    async fn demarche_url(&self) -> Option<Url> {
        Some(Url(format!("https://demarche.example/commencer/demarche-{}", self.demarche.number)))
    }

    async fn description(&self) -> &str {
        &self.demarche.description
    }

    /// Every dossier ever filed, deleted ones included: an upper bound.
    async fn dossiers_count(&self, context: &Context<'_>) -> Result<i32> {
        Ok(Call::of(context)?.store.ever_filed(self.demarche.number))
    }

    async fn duree_conservation_dossiers(&self) -> i32 {
        12
    }

    async fn for_individual(&self) -> bool {
        self.demarche.applicants == Applicants::People
    }

    async fn id(&self) -> ID {
        global_id("Procedure", self.demarche.number).into()
    }

    async fn number(&self) -> i32 {
        self.demarche.number
    }

    async fn opendata(&self) -> bool {
        true
    }

    /// Without its annotations for a token that may not read the démarche.
    async fn revision(&self, context: &Context<'_>) -> Result<Revision> {
        let shown = self.demarche.revisions.iter().find(|revision| revision.id == self.shown);
        let mut revision = Revision::from(shown.unwrap_or_else(|| self.demarche.active_revision()));
        if !Call::of(context)?.scope.reads(self.demarche.number) {
            revision.annotations.clear();
        }
        Ok(revision)
    }

    async fn service(&self) -> Option<Service> {
        Some(self.demarche.service.clone())
    }

    async fn state(&self) -> DemarcheState {
        self.demarche.state
    }

    async fn tags(&self) -> Vec<String> {
        Vec::new()
    }

    async fn title(&self) -> &str {
        &self.demarche.title
    }

    async fn zones(&self) -> Vec<String> {
        Vec::new()
    }
}
