//! How the columns that Relais makes show their values.

use crate::{
    ds::{ChampDescriptor, ChampType, DeletionReason, Demarche, DossierState},
    grist::{ColumnType, WidgetOptions},
    mapping::{DossierField, Facet, Field},
    words,
};

/// The options of a new column.
pub(super) fn widget_options(field: &Field, column_type: &ColumnType, demarche: &Demarche) -> WidgetOptions {
    match column_type {
        ColumnType::Date => WidgetOptions::french_date(false),
        ColumnType::DateTime(_) => WidgetOptions::french_date(true),
        ColumnType::Numeric => match field {
            Field::Dossier(_) | Field::Champ(_, Facet::DossierNumber | Facet::FileCount) => WidgetOptions::integer(),
            Field::Champ(_, Facet::Latitude | Facet::Longitude) | Field::Row(_) => WidgetOptions::default(),
            Field::Champ(id, _) if descriptor(demarche, id.as_str()).is_some_and(is_whole) => WidgetOptions::integer(),
            Field::Champ(..) => WidgetOptions::decimal(),
        },
        ColumnType::Choice | ColumnType::ChoiceList => choices(field, demarche),
        ColumnType::Text if *field == Field::Dossier(DossierField::Link) => WidgetOptions::hyperlink(),
        _ => WidgetOptions::default(),
    }
}

fn descriptor<'a>(demarche: &'a Demarche, id: &str) -> Option<&'a ChampDescriptor> {
    demarche.active_revision.all_descriptors().find(|descriptor| descriptor.id.as_str() == id)
}

const fn is_whole(descriptor: &ChampDescriptor) -> bool {
    matches!(descriptor.champ_type, ChampType::IntegerNumber | ChampType::Number)
}

fn choices(field: &Field, demarche: &Demarche) -> WidgetOptions {
    let plain = |names: Vec<&str>| WidgetOptions::choices(names.into_iter().map(|name| (name, None)));
    match field {
        Field::Dossier(DossierField::State) => {
            WidgetOptions::choices(DossierState::ALL.into_iter().map(|state| (words::state(state), Some(words::state_style(state)))))
        }
        Field::Dossier(DossierField::Labels) => {
            WidgetOptions::choices(demarche.labels.iter().map(|label| (label.name.as_str(), words::label_style(&label.color))))
        }
        Field::Dossier(DossierField::GroupeInstructeur) => plain(demarche.groupe_instructeurs.iter().map(|groupe| groupe.label.as_str()).collect()),
        Field::Dossier(DossierField::MotifSuppression) => plain(DeletionReason::ALL.map(words::deletion_reason).to_vec()),
        Field::Dossier(DossierField::DemandeurCivilite) => plain(words::CIVILITES.to_vec()),
        Field::Dossier(_) | Field::Row(_) => WidgetOptions::default(),
        Field::Champ(_, Facet::YesNo) => plain(vec![words::yes_no(true), words::yes_no(false)]),
        Field::Champ(id, facet) => match descriptor(demarche, id.as_str()) {
            Some(descriptor) if descriptor.champ_type == ChampType::Civilite => plain(words::CIVILITES.to_vec()),
            Some(descriptor) if *facet == Facet::Primary => plain(descriptor.linked_choices().0),
            Some(descriptor) if *facet == Facet::Secondary => plain(descriptor.linked_choices().1),
            Some(descriptor) => plain(descriptor.choices.iter().map(String::as_str).collect()),
            None => WidgetOptions::default(),
        },
    }
}
