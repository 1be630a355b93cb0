//! What a dossier has several of beside the rows of its répétitions: avis, messages, steps, instructeurs, areas of maps.
//! Each kind gets, on choice, a table whose rows refer to the dossier.

use super::{
    Value,
    facet::texts,
    geometry::{centre, feature, surface},
};
use crate::{
    ds::{Avis, Champ, ChampValue, Dossier, GeoArea, Instructeur, Message, RowId, Traitement},
    grist::ColumnType,
    json,
    naming::names,
    words,
};

names! {
    /// Kinds of things that a dossier has several of.
    LinkedTable {
        /// Opinions asked of experts.
        Avis = "avis",
        /// Messages between usager and instructeurs.
        Messages = "messages",
        /// Steps of the examination.
        Traitements = "traitements",
        /// Instructeurs who follow the dossier.
        Instructeurs = "instructeurs",
        /// Areas drawn on the cartes, those of répétitions too.
        Zones = "zones",
    }
}

names! {
    /// What is known of such a thing.
    LinkedField {
        /// Of whom the opinion is asked.
        AvisExpert = "avis_expert",
        /// What is asked.
        AvisQuestion = "avis_question",
        /// When.
        AvisDateQuestion = "avis_date_question",
        /// What the expert wrote.
        AvisReponse = "avis_reponse",
        /// When.
        AvisDateReponse = "avis_date_reponse",
        /// The question to be answered by yes or no.
        AvisQuestionOuiNon = "avis_question_oui_non",
        /// Its answer.
        AvisReponseOuiNon = "avis_reponse_oui_non",
        /// Who asks.
        AvisDemandeur = "avis_demandeur",
        /// The names of the files.
        AvisFichiers = "avis_fichiers",
        /// The files themselves.
        AvisPiecesJointes = "avis_pieces_jointes",
        /// When the message was sent.
        MessageDate = "message_date",
        /// By whom.
        MessageAuteur = "message_auteur",
        /// What it says, without its HTML.
        MessageTexte = "message_texte",
        /// What it asks to correct.
        MessageCorrection = "message_correction",
        /// When that was done.
        MessageDateCorrection = "message_date_correction",
        /// The names of the files.
        MessageFichiers = "message_fichiers",
        /// The files themselves.
        MessagePiecesJointes = "message_pieces_jointes",
        /// When the step was taken.
        TraitementDate = "traitement_date",
        /// Which step.
        TraitementEvenement = "traitement_evenement",
        /// By whom.
        TraitementAgent = "traitement_agent",
        /// The reason given.
        TraitementMotivation = "traitement_motivation",
        /// The account of the instructeur.
        InstructeurEmail = "instructeur_email",
        /// The label of the carte.
        ZoneChamp = "zone_champ",
        /// Drawn, or taken from a register.
        ZoneSource = "zone_source",
        /// The usager's words.
        ZoneDescription = "zone_description",
        /// Latitude of its centre, in degrees.
        ZoneLatitude = "zone_latitude",
        /// Longitude of its centre, in degrees.
        ZoneLongitude = "zone_longitude",
        /// In square metres.
        ZoneSurface = "zone_surface",
        /// INSEE code of the commune of a parcel.
        ZoneCommune = "zone_commune",
        /// Prefix, section and number of a parcel.
        ZoneParcelle = "zone_parcelle",
        /// The area as GeoJSON.
        ZoneGeoJson = "zone_geojson",
        /// The row of the répétition that the carte stands in.
        ZoneLigne = "zone_ligne",
    }
}

impl LinkedTable {
    /// What is known of its things, in the order of their columns.
    pub fn fields(self) -> impl Iterator<Item = LinkedField> {
        LinkedField::ALL.iter().copied().filter(move |field| field.table() == self)
    }
}

impl LinkedField {
    /// Of which things.
    pub const fn table(self) -> LinkedTable {
        match self {
            Self::AvisExpert
            | Self::AvisQuestion
            | Self::AvisDateQuestion
            | Self::AvisReponse
            | Self::AvisDateReponse
            | Self::AvisQuestionOuiNon
            | Self::AvisReponseOuiNon
            | Self::AvisDemandeur
            | Self::AvisFichiers
            | Self::AvisPiecesJointes => LinkedTable::Avis,
            Self::MessageDate
            | Self::MessageAuteur
            | Self::MessageTexte
            | Self::MessageCorrection
            | Self::MessageDateCorrection
            | Self::MessageFichiers
            | Self::MessagePiecesJointes => LinkedTable::Messages,
            Self::TraitementDate | Self::TraitementEvenement | Self::TraitementAgent | Self::TraitementMotivation => LinkedTable::Traitements,
            Self::InstructeurEmail => LinkedTable::Instructeurs,
            Self::ZoneChamp
            | Self::ZoneSource
            | Self::ZoneDescription
            | Self::ZoneLatitude
            | Self::ZoneLongitude
            | Self::ZoneSurface
            | Self::ZoneCommune
            | Self::ZoneParcelle
            | Self::ZoneGeoJson
            | Self::ZoneLigne => LinkedTable::Zones,
        }
    }

    /// The type of the column proposed for it.
    pub fn column_type(self) -> ColumnType {
        match self {
            Self::AvisDateQuestion | Self::AvisDateReponse | Self::MessageDate | Self::MessageDateCorrection | Self::TraitementDate => {
                ColumnType::paris()
            }
            Self::AvisReponseOuiNon | Self::MessageCorrection | Self::TraitementEvenement | Self::ZoneSource => ColumnType::Choice,
            Self::ZoneLatitude | Self::ZoneLongitude | Self::ZoneSurface => ColumnType::Numeric,
            Self::AvisPiecesJointes | Self::MessagePiecesJointes => ColumnType::Attachments,
            _ => ColumnType::Text,
        }
    }

    /// Whether it speaks of a person.
    pub const fn is_personal(self) -> bool {
        matches!(
            self,
            Self::AvisExpert | Self::AvisDemandeur | Self::MessageAuteur | Self::MessageTexte | Self::TraitementAgent | Self::InstructeurEmail
        )
    }

    /// Whether it is ticked when its table is chosen.
    pub const fn is_proposed(self) -> bool {
        !matches!(
            self,
            Self::AvisQuestionOuiNon
                | Self::AvisReponseOuiNon
                | Self::AvisDemandeur
                | Self::AvisFichiers
                | Self::AvisPiecesJointes
                | Self::MessagePiecesJointes
                | Self::ZoneGeoJson
                | Self::ZoneLigne
        )
    }
}

/// One of the things that get a row of their own, as DS tells of it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Thing<'a> {
    Avis(&'a Avis),
    Message(&'a Message),
    Traitement(&'a Traitement),
    Instructeur(&'a Instructeur),
    Zone {
        area: &'a GeoArea,
        champ: &'a Champ,
        /// The row of the répétition that the carte stands in.
        row: Option<&'a RowId>,
    },
}

/// The things of a dossier, in the order of DS; none when the dossier does not say.
pub(crate) fn things(dossier: &Dossier, table: LinkedTable) -> Option<Vec<Thing<'_>>> {
    Some(match table {
        LinkedTable::Avis => dossier.avis.as_ref()?.iter().map(Thing::Avis).collect(),
        // What its author took back says nothing any more.
        LinkedTable::Messages => dossier.messages.as_ref()?.iter().filter(|message| message.discarded_at.is_none()).map(Thing::Message).collect(),
        LinkedTable::Traitements => dossier.traitements.as_ref()?.iter().map(Thing::Traitement).collect(),
        LinkedTable::Instructeurs => dossier.instructeurs.as_ref()?.iter().map(Thing::Instructeur).collect(),
        LinkedTable::Zones => zones(dossier)?,
    })
}

fn zones(dossier: &Dossier) -> Option<Vec<Thing<'_>>> {
    fn of<'a>(champ: &'a Champ, row: Option<&'a RowId>, zones: &mut Vec<Thing<'a>>) -> Option<()> {
        match &champ.value {
            ChampValue::Carte(areas) => zones.extend(areas.as_ref()?.iter().map(|area| Thing::Zone { area, champ, row })),
            ChampValue::Repetition(rows) => {
                for row in rows {
                    for champ in &row.champs {
                        of(champ, Some(&row.id), zones)?;
                    }
                }
            }
            _ => {}
        }
        Some(())
    }
    if dossier.champs.is_none() && dossier.annotations.is_none() {
        return None;
    }
    let mut zones = Vec::new();
    for champ in dossier.all_champs() {
        of(champ, None, &mut zones)?;
    }
    Some(zones)
}

impl<'a> Thing<'a> {
    /// The key.
    pub(crate) const fn id(self) -> &'a RowId {
        match self {
            Self::Avis(avis) => &avis.id,
            Self::Message(message) => &message.id,
            Self::Traitement(traitement) => &traitement.id,
            Self::Instructeur(instructeur) => &instructeur.id,
            Self::Zone { area, .. } => &area.id,
        }
    }

    /// What is known of it.
    pub(crate) fn read(self, field: LinkedField) -> Value<'a> {
        let instant = |instant: Option<_>| instant.map_or(Value::Empty, Value::Instant);
        let files = |files: &'a [crate::ds::File]| texts(files.iter().map(|file| file.filename.as_str()));
        match self {
            Self::Avis(avis) => match field {
                LinkedField::AvisExpert => Value::text(avis.expert.as_deref()),
                LinkedField::AvisQuestion => Value::text(Some(&avis.question)),
                LinkedField::AvisDateQuestion => instant(Some(avis.date_question)),
                LinkedField::AvisReponse => Value::text(avis.reponse.as_deref()),
                LinkedField::AvisDateReponse => instant(avis.date_reponse),
                LinkedField::AvisQuestionOuiNon => Value::text(avis.question_label.as_deref()),
                LinkedField::AvisReponseOuiNon => avis.question_answer.map_or(Value::Empty, Value::Bool),
                LinkedField::AvisDemandeur => Value::text(avis.claimant.as_deref()),
                LinkedField::AvisPiecesJointes => Value::files(&avis.attachments),
                _ => files(&avis.attachments),
            },
            Self::Message(message) => match field {
                LinkedField::MessageDate => instant(Some(message.created_at)),
                LinkedField::MessageAuteur => Value::text(Some(&message.email)),
                LinkedField::MessageTexte => {
                    let text = super::html::plain(&message.body);
                    if text.is_empty() { Value::Empty } else { Value::Text(text.into()) }
                }
                LinkedField::MessageCorrection => Value::text(message.correction.as_ref().map(|correction| words::correction(&correction.reason))),
                LinkedField::MessageDateCorrection => instant(message.correction.as_ref().and_then(|correction| correction.date_resolution)),
                LinkedField::MessagePiecesJointes => Value::files(&message.attachments),
                _ => files(&message.attachments),
            },
            Self::Traitement(traitement) => match field {
                LinkedField::TraitementDate => instant(Some(traitement.date_traitement)),
                LinkedField::TraitementEvenement => Value::text(Some(words::traitement(&traitement.event))),
                LinkedField::TraitementAgent => Value::text(traitement.email_agent_traitant.as_deref()),
                _ => Value::text(traitement.motivation.as_deref()),
            },
            Self::Instructeur(instructeur) => Value::text(Some(&instructeur.email)),
            Self::Zone { area, champ, row } => zone(area, champ, row, field),
        }
    }
}

fn zone<'a>(area: &'a GeoArea, champ: &'a Champ, row: Option<&'a RowId>, field: LinkedField) -> Value<'a> {
    let alone = std::slice::from_ref(area);
    match field {
        LinkedField::ZoneChamp => Value::text(champ.label.as_deref()),
        LinkedField::ZoneSource => Value::text(area.source.as_deref().map(words::zone_source)),
        LinkedField::ZoneDescription => Value::text(area.description.as_deref()),
        LinkedField::ZoneLatitude => centre(alone).map_or(Value::Empty, |(_, latitude)| Value::Decimal(latitude)),
        LinkedField::ZoneLongitude => centre(alone).map_or(Value::Empty, |(longitude, _)| Value::Decimal(longitude)),
        LinkedField::ZoneSurface => surface(alone),
        LinkedField::ZoneCommune => Value::text(area.commune.as_deref()),
        LinkedField::ZoneParcelle => {
            let parts = [&area.prefixe, &area.section, &area.numero];
            let parcel = parts.into_iter().filter_map(Option::as_deref).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
            if parcel.is_empty() { Value::Empty } else { Value::Text(parcel.into()) }
        }
        LinkedField::ZoneGeoJson => Value::Text(json::write(&feature(area)).into()),
        _ => Value::text(row.map(RowId::as_str)),
    }
}
