//! How the columns that Relais makes show their values.

use crate::{
    ds::{ChampDescriptor, ChampType, DeletionReason, Demarche, DossierState},
    grist::{ChoiceStyle, ColumnType, WidgetOptions},
    mapping::{DossierField, Facet, Field, LinkedField},
    sorted::SortedSet,
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
/// What agents added, removed or coloured stays as they made it, but for a label whose colour changed in DS: of several
/// démarches, the first says which it has.
pub(super) fn in_step(
    current: &WidgetOptions,
    sources: &[Field],
    column_type: &ColumnType,
    demarche: &Demarche,
    is_first: bool,
) -> Option<WidgetOptions> {
    if !matches!(column_type, ColumnType::Choice | ColumnType::ChoiceList) {
        return None;
    }
    let mut missing = Vec::new();
    let mut recoloured = Vec::new();
    for (name, style) in choices(sources, demarche) {
        if !current.choice_names().any(|known| known == name) {
            missing.push((name, style));
        } else if is_first
            && let Some(style) = style
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
    let mut seen = SortedSet::new();
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]
    use serde_json::json;

    use super::*;

    fn demarche() -> Demarche {
        let demarche = json!({
            "number": 1, "title": "Aides", "state": "publiee",
            "labels": [{ "id": "L1", "name": "Urgent", "color": "pink_macaron" }, { "id": "L2", "name": "Autre", "color": "mauve" }],
            "groupeInstructeurs": [{ "id": "G1", "number": 1, "label": "défaut" }],
            "activeRevision": { "id": "R1", "datePublication": null, "annotationDescriptors": [], "champDescriptors": [
                { "__typename": "IntegerNumberChampDescriptor", "id": "annee", "label": "Année" },
                { "__typename": "DecimalNumberChampDescriptor", "id": "cout", "label": "Coût" },
                { "__typename": "DropDownListChampDescriptor", "id": "choix", "label": "Choix", "choices": ["A", "B"] },
                { "__typename": "DropDownListChampDescriptor", "id": "autre", "label": "Choix", "choices": ["B", "C"] },
            ] },
        });
        Demarche::read(json!({ "data": { "demarche": demarche } }).to_string().as_bytes()).unwrap()
    }

    fn champ(id: &str, facet: Facet) -> Field {
        Field::Champ(id.into(), facet)
    }

    /// As JSON: the order of its names is nobody's.
    fn json_of(options: &WidgetOptions) -> serde_json::Value {
        let text = options.to_string();
        if text.is_empty() { json!({}) } else { serde_json::from_str(&text).unwrap() }
    }

    #[test]
    fn dates_numbers_and_lists_are_shown_as_french_agents_read_them() {
        let options = |sources: &[Field], column_type| json_of(&widget_options(sources, &column_type, &demarche()));
        let day = json!({ "dateFormat": "DD/MM/YYYY", "isCustomDateFormat": true });
        assert_eq!(options(&[champ("x", Facet::Day)], ColumnType::Date), day);
        let instant = json!({ "dateFormat": "DD/MM/YYYY", "isCustomDateFormat": true, "timeFormat": "HH:mm", "isCustomTimeFormat": true });
        assert_eq!(options(&[Field::Dossier(DossierField::DateDepot)], ColumnType::paris()), instant);
        // A year or a number of a dossier is a name: 2 026 would be read as a quantity.
        for field in [champ("annee", Facet::Number), Field::Dossier(DossierField::Number), champ("x", Facet::DossierNumber)] {
            assert_eq!(options(&[field], ColumnType::Numeric), json!({ "decimals": 0, "maxDecimals": 0 }));
        }
        for field in [champ("cout", Facet::Number), Field::Linked(LinkedField::ZoneSurface)] {
            assert_eq!(options(&[field], ColumnType::Numeric), json!({ "numMode": "decimal" }));
        }
        for field in [champ("x", Facet::Latitude), Field::Linked(LinkedField::ZoneLongitude)] {
            assert_eq!(options(&[field], ColumnType::Numeric), json!({}));
        }
        let lists = [champ("choix", Facet::Choice), champ("autre", Facet::Choice)];
        assert_eq!(options(&lists, ColumnType::Choice), json!({ "choices": ["A", "B", "C"] }));
        let labels = options(&[Field::Dossier(DossierField::Labels)], ColumnType::ChoiceList);
        let pink = json!({ "fillColor": "#FCDDD8", "textColor": "#611F15" });
        assert_eq!(labels, json!({ "choices": ["Urgent", "Autre"], "choiceOptions": { "Urgent": pink } }));
        assert_eq!(options(&[Field::Dossier(DossierField::GroupeInstructeur)], ColumnType::Choice), json!({ "choices": ["défaut"] }));
        assert_eq!(options(&[Field::Dossier(DossierField::Link)], ColumnType::Text), json!({ "widget": "HyperLink" }));
    }

    #[test]
    fn a_list_gets_what_it_lacks_and_keeps_what_it_has() {
        let labels = [Field::Dossier(DossierField::Labels)];
        let in_step = |current: &serde_json::Value| {
            in_step(&WidgetOptions::parse(&current.to_string()), &labels, &ColumnType::ChoiceList, &demarche(), true).map(|options| json_of(&options))
        };
        let theirs = json!({ "fillColor": "#123456", "textColor": "#FFFFFF" });
        assert_eq!(in_step(&json!({ "choices": ["À nous", "Autre", "Urgent"], "choiceOptions": { "Urgent": theirs }, "widget": "TextBox" })), None);
        let pink = json!({ "fillColor": "#FCDDD8", "textColor": "#611F15" });
        let lacking = in_step(&json!({ "choices": ["À nous"] })).unwrap();
        assert_eq!(lacking, json!({ "choices": ["À nous", "Urgent", "Autre"], "choiceOptions": { "Urgent": pink } }));
        assert_eq!(in_step(&lacking), None);
        // The colours of another label, as Relais gave them: DS has changed its mind. Bold is the agent's.
        let ours = json!({ "fillColor": "#DFE6FC", "textColor": "#1F2B5C", "fontBold": true });
        let recoloured = in_step(&json!({ "choices": ["Urgent", "Autre"], "choiceOptions": { "Urgent": ours } })).unwrap();
        assert_eq!(recoloured["choiceOptions"]["Urgent"], json!({ "fillColor": "#FCDDD8", "textColor": "#611F15", "fontBold": true }));
    }
}
