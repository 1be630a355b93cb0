//! Démarches, as the API presents them to those who may read them.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};

use super::connection::{DeletedDossierConnection, DossierConnection, bad_window};
use super::descriptor::{ChampDescriptor, descriptors};
use super::people::{Profile, Service};
use super::scalars::IsoDateTime;
use crate::ds::call::Call;
use crate::ds::clock::{Instant, global_id};
use crate::ds::samples::generate::instructeur;
use crate::ds::vocabulary::{DemarcheState, DossierState, LabelColor};
use crate::ds::world::demarche as world;
use crate::ds::world::form::Fields;
use crate::ds::world::page::Window;
use crate::ds::world::store::Filter;

/// A version of a form.
pub struct Revision {
    id: u32,
    published: Instant,
    champs: Fields,
    pub(super) annotations: Fields,
}

impl From<&world::Revision> for Revision {
    fn from(revision: &world::Revision) -> Self {
        Self { id: revision.id, published: revision.published, champs: revision.champs.clone(), annotations: revision.annotations.clone() }
    }
}

/// A version of a form.
#[Object]
impl Revision {
    async fn annotation_descriptors(&self) -> Vec<ChampDescriptor> {
        descriptors(&self.annotations)
    }

    async fn champ_descriptors(&self) -> Vec<ChampDescriptor> {
        descriptors(&self.champs)
    }

    async fn date_creation(&self) -> IsoDateTime {
        IsoDateTime(self.published)
    }

    async fn date_publication(&self) -> Option<IsoDateTime> {
        Some(IsoDateTime(self.published))
    }

    async fn id(&self) -> ID {
        global_id("ProcedureRevision", self.id).into()
    }
}

/// A label.
#[derive(SimpleObject)]
pub struct Label {
    color: LabelColor,
    id: ID,
    name: String,
}

impl From<&world::Label> for Label {
    fn from(label: &world::Label) -> Self {
        Self { color: label.color, id: global_id("Label", label.id).into(), name: label.name.clone() }
    }
}

/// A group of instructeurs.
#[derive(SimpleObject)]
pub struct GroupeInstructeur {
    closed: bool,
    id: ID,
    instructeurs: Vec<Profile>,
    label: String,
    number: i32,
}

impl From<&world::Groupe> for GroupeInstructeur {
    fn from(groupe: &world::Groupe) -> Self {
        Self {
            closed: groupe.closed,
            id: global_id("GroupeInstructeur", groupe.number).into(),
            instructeurs: groupe.instructeurs.clone(),
            label: groupe.label.clone(),
            number: groupe.number,
        }
    }
}

/// The dossiers of a démarche, or of one of its groupes.
struct Lists<'a> {
    call: &'a Call,
    demarche: &'a Arc<world::Demarche>,
    groupe: Option<i32>,
}

impl Lists<'_> {
    fn dossiers(&self, window: &Window, filter: Filter) -> Result<DossierConnection> {
        let filter = Filter { groupe: self.groupe, ..filter };
        let page = self.call.store.dossiers(self.demarche.number, &filter, window).map_err(bad_window)?;
        Ok(DossierConnection::new(Arc::clone(self.demarche), page))
    }

    fn gone(&self, window: &Window, deleted: bool, since: Option<IsoDateTime>) -> Result<DeletedDossierConnection> {
        let since = since.map(|since| since.0);
        let page = self.call.store.gone(self.demarche.number, self.groupe, deleted, since, window);
        Ok(page.map_err(bad_window)?.into())
    }
}

/// A démarche, to those who may read it.
pub struct Demarche(pub Arc<world::Demarche>);

impl Demarche {
    fn lists<'a>(&'a self, context: &Context<'a>) -> Result<Lists<'a>> {
        Ok(Lists { call: Call::of(context)?, demarche: &self.0, groupe: None })
    }
}

/// A démarche.
#[Object]
#[expect(clippy::too_many_arguments, reason = "the API's own")]
#[expect(clippy::unused_async, reason = "a resolver is async")]
impl Demarche {
    async fn active_revision(&self) -> Revision {
        Revision::from(self.0.active_revision())
    }

    async fn administrateurs(&self) -> Vec<Profile> {
        vec![instructeur(1)]
    }

    #[graphql(deprecation = "activeRevision")]
    async fn annotation_descriptors(&self) -> Vec<ChampDescriptor> {
        descriptors(&self.0.active_revision().annotations)
    }

    #[graphql(deprecation = "activeRevision")]
    async fn champ_descriptors(&self) -> Vec<ChampDescriptor> {
        descriptors(&self.0.active_revision().champs)
    }

    async fn date_creation(&self) -> IsoDateTime {
        IsoDateTime(self.0.created)
    }

    async fn date_depublication(&self) -> Option<IsoDateTime> {
        None
    }

    async fn date_derniere_modification(&self) -> IsoDateTime {
        IsoDateTime(self.0.updated)
    }

    async fn date_fermeture(&self) -> Option<IsoDateTime> {
        (self.0.state == DemarcheState::Close).then_some(IsoDateTime(self.0.updated))
    }

    async fn date_publication(&self) -> Option<IsoDateTime> {
        self.0.revisions.first().map(|revision| IsoDateTime(revision.published))
    }

    async fn deleted_dossiers(
        &self,
        context: &Context<'_>,
        after: Option<String>,
        before: Option<String>,
        deleted_since: Option<IsoDateTime>,
        first: Option<i32>,
        last: Option<i32>,
    ) -> Result<DeletedDossierConnection> {
        self.lists(context)?.gone(&Window { after, before, first, last }, true, deleted_since)
    }

    async fn description(&self) -> &str {
        &self.0.description
    }

    async fn dossiers(
        &self,
        context: &Context<'_>,
        after: Option<String>,
        archived: Option<bool>,
        before: Option<String>,
        created_since: Option<IsoDateTime>,
        first: Option<i32>,
        last: Option<i32>,
        state: Option<DossierState>,
        updated_since: Option<IsoDateTime>,
    ) -> Result<DossierConnection> {
        let filter = filter(archived, created_since, state, updated_since);
        self.lists(context)?.dossiers(&Window { after, before, first, last }, filter)
    }

    async fn draft_revision(&self) -> Revision {
        Revision::from(self.0.active_revision())
    }

    async fn groupe_instructeurs(&self, closed: Option<bool>) -> Vec<GroupeInstructeur> {
        let kept = |groupe: &&world::Groupe| closed.is_none_or(|closed| groupe.closed == closed);
        self.0.groupes.iter().filter(kept).map(GroupeInstructeur::from).collect()
    }

    async fn id(&self) -> ID {
        global_id("Procedure", self.0.number).into()
    }

    async fn labels(&self) -> Vec<Label> {
        self.0.labels.iter().map(Label::from).collect()
    }

    async fn number(&self) -> i32 {
        self.0.number
    }

    async fn pending_deleted_dossiers(
        &self,
        context: &Context<'_>,
        after: Option<String>,
        before: Option<String>,
        deleted_since: Option<IsoDateTime>,
        first: Option<i32>,
        last: Option<i32>,
    ) -> Result<DeletedDossierConnection> {
        self.lists(context)?.gone(&Window { after, before, first, last }, false, deleted_since)
    }

    async fn published_revision(&self) -> Option<Revision> {
        Some(Revision::from(self.0.active_revision()))
    }

    async fn revisions(&self) -> Vec<Revision> {
        self.0.revisions.iter().map(Revision::from).collect()
    }

    async fn service(&self) -> Option<Service> {
        Some(self.0.service.clone())
    }

    async fn state(&self) -> DemarcheState {
        self.0.state
    }

    async fn title(&self) -> &str {
        &self.0.title
    }
}

fn filter(archived: Option<bool>, created_since: Option<IsoDateTime>, state: Option<DossierState>, updated_since: Option<IsoDateTime>) -> Filter {
    Filter { state, archived, groupe: None, created_since: created_since.map(|since| since.0), updated_since: updated_since.map(|since| since.0) }
}

/// A group of instructeurs, with its dossiers.
pub struct GroupeInstructeurWithDossiers {
    /// Its démarche.
    pub demarche: Arc<world::Demarche>,
    /// The group.
    pub groupe: world::Groupe,
}

impl GroupeInstructeurWithDossiers {
    fn lists<'a>(&'a self, context: &Context<'a>) -> Result<Lists<'a>> {
        Ok(Lists { call: Call::of(context)?, demarche: &self.demarche, groupe: Some(self.groupe.number) })
    }
}

/// A group of instructeurs, with its dossiers.
#[Object]
#[expect(clippy::too_many_arguments, reason = "the API's own")]
#[expect(clippy::unused_async, reason = "a resolver is async")]
impl GroupeInstructeurWithDossiers {
    async fn closed(&self) -> bool {
        self.groupe.closed
    }

    async fn deleted_dossiers(
        &self,
        context: &Context<'_>,
        after: Option<String>,
        before: Option<String>,
        deleted_since: Option<IsoDateTime>,
        first: Option<i32>,
        last: Option<i32>,
    ) -> Result<DeletedDossierConnection> {
        self.lists(context)?.gone(&Window { after, before, first, last }, true, deleted_since)
    }

    async fn dossiers(
        &self,
        context: &Context<'_>,
        after: Option<String>,
        archived: Option<bool>,
        before: Option<String>,
        created_since: Option<IsoDateTime>,
        first: Option<i32>,
        last: Option<i32>,
        state: Option<DossierState>,
        updated_since: Option<IsoDateTime>,
    ) -> Result<DossierConnection> {
        let filter = filter(archived, created_since, state, updated_since);
        self.lists(context)?.dossiers(&Window { after, before, first, last }, filter)
    }

    async fn id(&self) -> ID {
        global_id("GroupeInstructeur", self.groupe.number).into()
    }

    async fn instructeurs(&self) -> Vec<Profile> {
        self.groupe.instructeurs.clone()
    }

    async fn label(&self) -> &str {
        &self.groupe.label
    }

    async fn number(&self) -> i32 {
        self.groupe.number
    }

    async fn pending_deleted_dossiers(
        &self,
        context: &Context<'_>,
        after: Option<String>,
        before: Option<String>,
        deleted_since: Option<IsoDateTime>,
        first: Option<i32>,
        last: Option<i32>,
    ) -> Result<DeletedDossierConnection> {
        self.lists(context)?.gone(&Window { after, before, first, last }, false, deleted_since)
    }
}
