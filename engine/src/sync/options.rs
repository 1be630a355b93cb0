//! How the columns that Relais makes show their values.

use crate::{
    ds::{ChampDescriptor, ChampType, DeletionReason, Demarche, DossierState},
    grist::{ChoiceStyle, ColumnType, WidgetOptions},
    mapping::{DossierField, Facet, Field, LinkedField},
    words,
};

/// Options of a list, in order, with their colours.
type Choices<'a> = Vec<(&'a str, Option<ChoiceStyle>)>;

/// The options of a new column that these fields fill.
pub(super) fn widget_options(sources: &[Field], column_type: &ColumnType, demarche: &Demarche) -> WidgetOptions {
    match column_type {
        ColumnType::Date => WidgetOptions::french_date(false),
        ColumnType::DateTime(_) => WidgetOptions::french_date(true),
        ColumnType::Numeric => sources.first().map_or_else(WidgetOptions::default, |field| number(field, demarche)),
        ColumnType::Choice | ColumnType::ChoiceList => {
            let choices = choices(sources, demarche);
            if choices.is_empty() { WidgetOptions::default() } else { WidgetOptions::choices(choices) }
        }
        ColumnType::Text if sources.first() == Some(&Field::Dossier(DossierField::Link)) => WidgetOptions::hyperlink(),
        _ => WidgetOptions::default(),
    }
}

/// What a list of the document lacks of the form's, or of the démarche's labels and groupes; none when it lacks nothing.
/// What agents added, removed or coloured stays as they made it, but for a label whose colour changed in DS.
pub(super) fn in_step(current: &WidgetOptions, sources: &[Field], column_type: &ColumnType, demarche: &Demarche) -> Option<WidgetOptions> {
    if !matches!(column_type, ColumnType::Choice | ColumnType::ChoiceList) {
        return None;
    }
    let mut missing = Vec::new();
    let mut recoloured = Vec::new();
    for (name, style) in choices(sources, demarche) {
        if !current.choice_names().any(|known| known == name) {
            missing.push((name, style));
        } else if let Some(style) = style
            && current
                .style_of(name)
                .is_some_and(|(fill, text)| (fill, text) != (style.fill_color, style.text_color) && words::is_label_style(fill, text))
        {
            recoloured.push((name, style));
        }
    }
    (!missing.is_empty() || !recoloured.is_empty()).then(|| current.with_styled_choices(&missing, &recoloured))
}

fn number(field: &Field, demarche: &Demarche) -> WidgetOptions {
    match field {
        Field::Dossier(_) | Field::Champ(_, Facet::DossierNumber | Facet::FileCount) => WidgetOptions::integer(),
        Field::Champ(_, Facet::Latitude | Facet::Longitude) | Field::Row(_) | Field::Part(..) => WidgetOptions::default(),
        Field::Champ(id, _) if descriptor(demarche, id.as_str()).is_some_and(is_whole) => WidgetOptions::integer(),
        Field::Champ(..) | Field::Linked(LinkedField::ZoneSurface) => WidgetOptions::decimal(),
        Field::Linked(_) => WidgetOptions::default(),
    }
}

fn descriptor<'a>(demarche: &'a Demarche, id: &str) -> Option<&'a ChampDescriptor> {
    demarche.active_revision.all_descriptors().find(|descriptor| descriptor.id.as_str() == id)
}

const fn is_whole(descriptor: &ChampDescriptor) -> bool {
    matches!(descriptor.champ_type, ChampType::IntegerNumber | ChampType::Number)
}

/// The options of the lists of these fields, each once.
fn choices<'a>(sources: &[Field], demarche: &'a Demarche) -> Choices<'a> {
    let mut all: Choices<'a> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for field in sources {
        all.extend(choices_of(field, demarche).into_iter().filter(|(name, _)| seen.insert(*name)));
    }
    all
}

fn choices_of<'a>(field: &Field, demarche: &'a Demarche) -> Choices<'a> {
    fn plain<'a>(names: impl IntoIterator<Item = &'a str>) -> Choices<'a> {
        names.into_iter().map(|name| (name, None)).collect()
    }
    let french = |table: &[(&str, &'static str)]| plain(table.iter().map(|(_, name)| *name));
    let yes_no = || plain([words::yes_no(true), words::yes_no(false)]);
    match field {
        Field::Dossier(DossierField::State) => {
            DossierState::ALL.iter().map(|&state| (words::state(state), Some(words::state_style(state)))).collect()
        }
        Field::Dossier(DossierField::Labels) => demarche.labels.iter().map(|label| (label.name.as_str(), words::label_style(&label.color))).collect(),
        Field::Dossier(DossierField::GroupeInstructeur) => plain(demarche.groupe_instructeurs.iter().map(|groupe| groupe.label.as_str())),
        Field::Dossier(DossierField::DemandeurCivilite) => plain(words::CIVILITES),
        Field::Linked(LinkedField::AvisReponseOuiNon) | Field::Champ(_, Facet::YesNo) => yes_no(),
        Field::Linked(LinkedField::MessageCorrection) => french(&words::CORRECTIONS),
        Field::Linked(LinkedField::TraitementEvenement) => {
            words::TRAITEMENTS.iter().map(|(event, name)| (*name, words::traitement_style(event))).collect()
        }
        Field::Linked(LinkedField::ZoneSource) => french(&words::ZONE_SOURCES),
        Field::Champ(_, Facet::EtatAdministratif) => french(&words::ETATS_ADMINISTRATIFS),
        Field::Dossier(DossierField::MotifSuppression) => plain(DeletionReason::ALL.iter().map(|reason| words::deletion_reason(*reason))),
        Field::Champ(id, facet) => match descriptor(demarche, id.as_str()) {
            Some(descriptor) if descriptor.champ_type == ChampType::Civilite => plain(words::CIVILITES),
            Some(descriptor) if *facet == Facet::Primary => plain(descriptor.linked_choices().0),
            Some(descriptor) if *facet == Facet::Secondary => plain(descriptor.linked_choices().1),
            Some(descriptor) => plain(descriptor.choices.iter().map(String::as_str)),
            None => Vec::new(),
        },
        Field::Dossier(_) | Field::Row(_) | Field::Part(..) | Field::Linked(_) => Vec::new(),
    }
}
