//! Dossiers, as the API presents them.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};

use super::champ::{Champ, champs};
use super::column::Column;
use super::demarche::{GroupeInstructeur, Label, Revision};
use super::exchange::{Avis, Message, Traitement};
use super::file::File;
use super::people::{Demandeur, Profile};
use super::public::DemarcheDescriptor;
use super::scalars::{IsoDate, IsoDateTime};
use crate::ds::call::{Call, refusal};
use crate::ds::clock::global_id;
use crate::ds::vocabulary::{ConnectionUsager, DeletionReason, DossierState, TraitementEvent};
use crate::ds::world::demarche::Demarche;
use crate::ds::world::dossier::{Dossier as Stored, Facts};
use crate::ds::world::store::Gone;
use crate::ds::world::value::Attachment;

/// A dossier.
pub struct Dossier {
    demarche: Arc<Demarche>,
    stored: Arc<Stored>,
}

impl Dossier {
    /// A dossier of a démarche.
    pub fn new(demarche: Arc<Demarche>, stored: Arc<Stored>) -> Self {
        Self { demarche, stored }
    }

    fn facts(&self) -> &Facts {
        &self.stored.facts
    }
}

/// A dossier.
#[Object]
#[expect(clippy::unused_async, reason = "a resolver is async")]
impl Dossier {
    async fn annotations(&self, context: &Context<'_>, id: Option<ID>) -> Result<Vec<Champ>> {
        let call = Call::of(context)?;
        call.champs_read(self.facts().number);
        let fields = &self.demarche.revision_of(self.facts()).annotations;
        let content = self.stored.content();
        let changed = self.facts().annotations_changed;
        Ok(champs(call, fields, &content.annotations, None, changed, id.as_ref().map(|id| id.as_str())))
    }

    async fn archived(&self) -> bool {
        self.facts().archived
    }

    async fn attestation(&self) -> Option<File> {
        None
    }

    async fn avis(&self, context: &Context<'_>, id: Option<ID>) -> Result<Vec<Avis>> {
        let call = Call::of(context)?;
        let content = self.stored.content();
        let avis = content.avis.iter().map(|avis| Avis::new(avis, &call.files));
        Ok(avis.filter(|avis| id.as_ref().is_none_or(|id| avis.id == *id)).collect())
    }

    async fn champs(&self, context: &Context<'_>, id: Option<ID>) -> Result<Vec<Champ>> {
        let call = Call::of(context)?;
        call.champs_read(self.facts().number);
        let fields = &self.demarche.revision_of(self.facts()).champs;
        let content = self.stored.content();
        let changed = self.facts().champs_changed;
        Ok(champs(call, fields, &content.champs, None, changed, id.as_ref().map(|id| id.as_str())))
    }

    async fn connection_usager(&self) -> ConnectionUsager {
        self.stored.cover.connection
    }

    async fn date_depot(&self) -> IsoDateTime {
        IsoDateTime(self.facts().filed)
    }

    async fn date_derniere_correction_en_attente(&self) -> Option<IsoDateTime> {
        let content = self.stored.content();
        let open = content.messages.iter().rev().find(|message| matches!(message.correction, Some((_, None))));
        open.map(|message| IsoDateTime(message.created))
    }

    async fn date_derniere_modification(&self) -> IsoDateTime {
        IsoDateTime(self.facts().updated)
    }

    async fn date_derniere_modification_annotations(&self) -> IsoDateTime {
        IsoDateTime(self.facts().annotations_changed)
    }

    async fn date_derniere_modification_champs(&self) -> IsoDateTime {
        IsoDateTime(self.facts().champs_changed)
    }

    async fn date_expiration(&self) -> Option<IsoDateTime> {
        Some(IsoDateTime(self.facts().filed + time::Duration::days(365)))
    }

    async fn date_passage_en_construction(&self) -> IsoDateTime {
        IsoDateTime(self.facts().filed)
    }

    async fn date_passage_en_instruction(&self) -> Option<IsoDateTime> {
        self.facts().examined.map(IsoDateTime)
    }

    #[graphql(name = "datePrevisionnelleDecisionSVASVR")]
    async fn date_previsionnelle_decision_svasvr(&self) -> Option<IsoDate> {
        None
    }

    // None of these two is ever set on a dossier that is served: one in the trash is in another list.
    async fn date_suppression_par_administration(&self) -> Option<IsoDateTime> {
        None
    }

    async fn date_suppression_par_usager(&self) -> Option<IsoDateTime> {
        None
    }

    async fn date_traitement(&self) -> Option<IsoDateTime> {
        self.facts().decided.map(IsoDateTime)
    }

    #[graphql(name = "dateTraitementSVASVR")]
    async fn date_traitement_svasvr(&self) -> Option<IsoDateTime> {
        None
    }

    async fn demandeur(&self, context: &Context<'_>) -> Result<Demandeur> {
        let demandeur = &self.stored.cover.demandeur;
        let degraded = matches!(demandeur, Demandeur::PersonneMoraleIncomplete(_));
        if degraded && !Call::of(context)?.text.has_fragment("PersonneMoraleIncomplete") {
            // It is then taken for a PersonneMorale, whose address may not be null.
            let message = "Cannot return null for non-nullable field PersonneMorale.address";
            return Err(refusal(message, "invalid_null"));
        }
        Ok(demandeur.clone())
    }

    async fn demarche(&self) -> DemarcheDescriptor {
        let shown = self.demarche.revision_of(self.facts()).id;
        DemarcheDescriptor::of_dossier(Arc::clone(&self.demarche), shown)
    }

    async fn depose_par_un_tiers(&self) -> Option<bool> {
        Some(self.stored.cover.mandataire.is_some())
    }

    async fn groupe_instructeur(&self) -> GroupeInstructeur {
        let groupe = self.demarche.groupe(self.facts().groupe);
        GroupeInstructeur::from(groupe.unwrap_or_else(|| self.demarche.default_groupe()))
    }

    async fn id(&self) -> ID {
        global_id("Dossier", self.facts().number).into()
    }

    async fn instructeurs(&self) -> Vec<Profile> {
        self.stored.cover.followers.clone()
    }

    async fn labels(&self) -> Vec<Label> {
        let carried = |id: &u32| self.demarche.labels.iter().find(|label| label.id == *id);
        self.stored.cover.labels.iter().filter_map(carried).map(Label::from).collect()
    }

    async fn messages(&self, context: &Context<'_>, id: Option<ID>) -> Result<Vec<Message>> {
        let call = Call::of(context)?;
        let content = self.stored.content();
        let messages = content.messages.iter().map(|message| Message::new(message, &call.files));
        Ok(messages.filter(|message| id.as_ref().is_none_or(|id| message.id == *id)).collect())
    }

    async fn motivation(&self) -> Option<&String> {
        self.stored.cover.motivation.as_ref()
    }

    async fn motivation_attachment(&self) -> Option<File> {
        None
    }

    async fn nom_mandataire(&self) -> Option<&String> {
        self.stored.cover.mandataire.as_ref().map(|(_, last)| last)
    }

    async fn number(&self) -> i32 {
        self.facts().number
    }

    async fn pdf(&self, context: &Context<'_>) -> Result<Option<File>> {
        let facts = self.facts();
        let attachment = Attachment {
            filename: format!("dossier-{}.pdf", facts.number),
            content_type: "application/pdf",
            size: 1_024,
            seed: u64::from(facts.number.unsigned_abs()),
            created: facts.updated,
            scan: "safe",
        };
        // Made on demand: neither its size nor its checksum is known before.
        let mut file = Call::of(context)?.files.describe(&attachment);
        file.byte_size = 0;
        file.byte_size_big_int = super::scalars::BigInt(0);
        file.checksum = String::new();
        Ok(Some(file))
    }

    async fn prefilled(&self) -> bool {
        self.stored.cover.prefilled
    }

    async fn prenom_mandataire(&self) -> Option<&String> {
        self.stored.cover.mandataire.as_ref().map(|(first, _)| first)
    }

    #[graphql(deprecation = "demarche.revision")]
    async fn revision(&self) -> Revision {
        Revision::from(self.demarche.revision_of(self.facts()))
    }

    async fn state(&self) -> DossierState {
        self.facts().state
    }

    async fn traitements(&self) -> Vec<Traitement> {
        let facts = self.facts();
        let decision = match facts.state {
            DossierState::Accepte => Some(TraitementEvent::Accepte),
            DossierState::Refuse => Some(TraitementEvent::Refuse),
            DossierState::SansSuite => Some(TraitementEvent::ClasseSansSuite),
            DossierState::EnConstruction | DossierState::EnInstruction => None,
        };
        let steps = [
            Some((TraitementEvent::Depose, DossierState::EnConstruction, facts.filed)),
            facts.examined.map(|at| (TraitementEvent::PasseEnInstruction, DossierState::EnInstruction, at)),
            decision.zip(facts.decided).map(|(event, at)| (event, facts.state, at)),
        ];
        let groupe = self.demarche.groupe(facts.groupe);
        let agent = groupe.and_then(|groupe| groupe.instructeurs.first()).map(|agent| agent.email.clone());
        let revision = self.demarche.revision_of(facts);
        (0_u64..)
            .zip(steps.into_iter().flatten())
            .map(|(step, (event, state, at))| Traitement {
                changed_columns: Vec::<Column>::new(),
                date_traitement: IsoDateTime(at),
                email_agent_traitant: agent.clone().filter(|_| event != TraitementEvent::Depose),
                event,
                id: global_id("Traitement", u64::from(facts.number.unsigned_abs()) * 10 + step).into(),
                motivation: self.stored.cover.motivation.clone().filter(|_| state.is_decided()),
                revision: Some(Revision::from(revision)),
                state,
            })
            .collect()
    }

    async fn usager(&self) -> Profile {
        self.stored.cover.usager.clone()
    }
}

/// A dossier that is no longer served.
#[derive(SimpleObject)]
pub struct DeletedDossier {
    // One p: the API's own spelling.
    date_supression: IsoDateTime,
    id: ID,
    number: i32,
    reason: DeletionReason,
    state: DossierState,
}

impl From<Gone> for DeletedDossier {
    fn from(gone: Gone) -> Self {
        Self {
            date_supression: IsoDateTime(gone.at),
            id: global_id("DeletedDossier", gone.number).into(),
            number: gone.number,
            reason: gone.reason,
            state: gone.state,
        }
    }
}
