#![expect(clippy::unwrap_used, reason = "a test may panic")]

use relais_engine::ds::{Demarche, Dossier};

use super::*;

fn descriptor(typename: &str, id: &str, label: &str, required: bool) -> serde_json::Value {
    serde_json::json!({ "id": id, "__typename": format!("{typename}ChampDescriptor"), "label": label, "required": required })
}

fn demarche() -> Demarche {
    let lieux = serde_json::json!({
        "id": "rep", "__typename": "RepetitionChampDescriptor", "label": "Lieux", "required": false,
        "champDescriptors": [descriptor("Text", "lieu", "Nom du lieu", true)],
    });
    let form = serde_json::json!({
        "number": 12, "title": "Démarche", "state": "publiee",
        "activeRevision": {
            "id": "r1", "datePublication": null,
            "champDescriptors": [
                descriptor("HeaderSection", "h1", "Le projet", false),
                descriptor("Text", "nom", "Intitulé du projet", true),
                descriptor("Address", "adr", "Adresse du siège", false),
                descriptor("Iban", "iban", "IBAN", false),
                lieux,
            ],
            "annotationDescriptors": [],
        },
    });
    relais_engine::json::from_value(&form).unwrap()
}

fn selection() -> Selection {
    Selection::new(Proposal::new(&demarche(), &Vec::<Dossier>::new()))
}

fn place(selection: &Selection, label: &str, part: usize) -> Place {
    let lines = selection
        .proposal
        .sections
        .iter()
        .enumerate()
        .flat_map(|(section, lines)| lines.lines.iter().enumerate().map(move |(line, content)| (Place { section, line }, content)));
    lines.filter(|(_, line)| line.label == label).nth(part).unwrap().0
}

#[test]
fn a_field_is_counted_once_however_many_columns_it_has() {
    let mut selection = selection();
    let fields = selection.count(Filter::All);
    let address = place(&selection, "Adresse du siège", 0);
    let shown = selection.shown().len();
    let folded = selection.folded_parts(address);
    assert!(folded > 0);
    selection.unfold(address);
    assert_eq!(selection.folded_parts(address), 0);
    assert_eq!(selection.shown().len(), shown + folded);
    assert_eq!(selection.count(Filter::All), fields);
    let before = selection.summary();
    let unchosen =
        (0..=folded).map(|part| place(&selection, "Adresse du siège", part)).find(|place| !selection.line(*place).unwrap().is_chosen).unwrap();
    selection.choose(unchosen, true);
    let after = selection.summary();
    assert_eq!((after.fields, after.new_columns), (before.fields, before.new_columns + 1));
}

#[test]
fn the_key_stays() {
    let mut selection = selection();
    let key = selection.proposal.sections.first().unwrap().lines.iter().position(|line| line.is_key).unwrap();
    let key = Place { section: 0, line: key };
    selection.choose(key, false);
    assert!(selection.line(key).unwrap().is_chosen);
    selection.apply(Preset::Nothing);
    assert_eq!(selection.summary(), Summary { fields: 1, new_columns: 1, existing_columns: 0 });
    assert_eq!(selection.preset(), Some(Preset::Nothing));
}

#[test]
fn presets_are_recognised_until_something_changes() {
    let mut selection = selection();
    selection.apply(Preset::Everything);
    // A small form is essential whole.
    assert_eq!(selection.preset(), Some(Preset::Essential));
    let name = place(&selection, "Intitulé du projet", 0);
    selection.choose(name, false);
    assert_eq!(selection.preset(), None);
}

#[test]
fn a_section_ticks_what_it_shows() {
    let mut selection = selection();
    let name = place(&selection, "Intitulé du projet", 0);
    let iban = place(&selection, "IBAN", 0);
    assert_eq!(selection.tick(name.section), Tick::Some, "an IBAN is not proposed");
    selection.tick_section(name.section);
    assert_eq!(selection.tick(name.section), Tick::All);
    assert!(selection.line(iban).unwrap().is_chosen);
    selection.tick_section(name.section);
    assert_eq!(selection.tick(name.section), Tick::None);
    assert_eq!(selection.chosen_in(name.section).0, 0);
    selection.set_search("intitule");
    selection.tick_section(name.section);
    assert_eq!(selection.tick(name.section), Tick::All);
    assert_eq!(selection.chosen_in(name.section), (1, 4));
}

#[test]
fn filters_and_search_narrow_together() {
    let mut selection = selection();
    selection.set_filter(Filter::Required);
    assert!(selection.shown().iter().all(|place| selection.line(*place).unwrap().is_required));
    assert_eq!(selection.shown().len(), selection.count(Filter::Required));
    selection.set_search("texte court lieu");
    let shown: Vec<&str> = selection.shown().iter().map(|place| selection.line(*place).unwrap().label.as_str()).collect();
    assert_eq!(shown, ["Nom du lieu"]);
    selection.set_search("rien de tel");
    assert!(selection.shown().is_empty());
}

#[test]
fn names_come_back_and_namesakes_are_seen() {
    let mut selection = selection();
    let name = place(&selection, "Intitulé du projet", 0);
    selection.rename(name, "  Projet ");
    assert_eq!(selection.line(name).unwrap().column_name, "Projet");
    selection.rename(name, " ");
    assert_eq!(selection.line(name).unwrap().column_name, "Intitulé du projet");
    assert!(selection.namesakes().is_empty());
    selection.rename(name, "adresse du siège");
    assert_eq!(selection.namesakes().len(), 2);
    selection.choose(name, false);
    assert!(selection.namesakes().is_empty());
}

#[test]
fn fields_that_take_turns_are_one_line_until_they_are_parted() {
    let form = serde_json::json!({
        "number": 12, "title": "Démarche", "state": "publiee",
        "activeRevision": { "id": "r1", "datePublication": null, "annotationDescriptors": [], "champDescriptors": [
            descriptor("Text", "nom", "Intitulé", true),
            descriptor("DropDownList", "a", "Arrondissement (01 - Ain)", true),
            descriptor("DropDownList", "b", "Arrondissement (02 - Aisne)", true),
            descriptor("DropDownList", "c", "Arrondissement (03 - Allier)", true),
        ] },
    });
    let form: Demarche = relais_engine::json::from_value(&form).unwrap();
    let mut selection = Selection::new(Proposal::new(&form, &[]));
    let leader = place(&selection, "Arrondissement", 0);
    let (fields, before) = (selection.count(Filter::All), selection.summary());
    assert_eq!(selection.family(leader).unwrap().size, 3);
    assert_eq!(selection.line(leader).unwrap().column_name, "Arrondissement");
    selection.rename(leader, "Arr.");
    selection.rename(leader, "");
    assert_eq!(selection.line(leader).unwrap().column_name, "Arrondissement");
    selection.take_turns(leader, false);
    assert_eq!(selection.count(Filter::All), fields + 2);
    assert_eq!(selection.summary().new_columns, before.new_columns + 2);
    assert_eq!(selection.preset(), Some(Preset::Essential));
    let second = place(&selection, "Arrondissement (02 - Aisne)", 0);
    assert!(selection.family(second).is_none(), "one line speaks for them");
    selection.rename(second, "");
    assert_eq!(selection.line(second).unwrap().column_name, "Arrondissement (02 - Aisne)");
    selection.tick_section(leader.section);
    selection.take_turns(leader, true);
    assert!(!selection.shown().contains(&second));
    assert!(!selection.line(leader).unwrap().is_chosen, "as they were");
    selection.tick_section(leader.section);
    assert!(selection.line(leader).unwrap().is_chosen && !selection.line(second).unwrap().is_chosen);
    assert_eq!(selection.summary(), before);
}

#[test]
fn tables_on_choice_are_chosen_apart() {
    let mut selection = selection();
    let titles: Vec<&str> = selection.tables_on_choice().map(|(_, section)| section.title.as_str()).collect();
    assert_eq!(titles, ["Avis", "Messages", "Historique", "Instructeurs"], "a form without a carte has no zones");
    let (messages, _) = selection.tables_on_choice().nth(1).unwrap();
    let (shown, fields) = (selection.shown().len(), selection.count(Filter::All));
    assert!(!selection.is_wanted(messages));
    selection.want(messages, true);
    let (chosen, all) = selection.chosen_in(messages);
    assert_eq!((selection.shown().len(), selection.count(Filter::All)), (shown + all, fields + all));
    assert_eq!(chosen, 6);
    // The presets are of the form's fields.
    assert_eq!(selection.preset(), Some(Preset::Essential));
    selection.apply(Preset::Nothing);
    assert!(selection.clone().into_mapping().tables.iter().any(|table| table.name == "Messages"));
    selection.want(messages, false);
    assert_eq!(selection.count(Filter::All), fields);
    assert_eq!(selection.into_mapping().tables.len(), 1);
}

#[test]
fn tables_are_named() {
    let mut selection = selection();
    let lieu = place(&selection, "Nom du lieu", 0);
    let key = selection.own_table(lieu.section).unwrap().clone();
    assert_eq!(selection.table_name(&key), "Lieux");
    selection.rename_table(&key, " Sites ");
    selection.rename_table(&key, "");
    assert_eq!(selection.table_name(&key), "Sites");
    assert!(selection.own_table(0).is_none());
    let mapping = selection.into_mapping();
    assert_eq!(mapping.tables.get(1).unwrap().name, "Sites");
}

#[test]
fn a_demarche_of_the_same_form_joins_and_another_does_not() {
    let clone = |ids: &str, labels: &str| {
        let form = serde_json::json!({
            "number": 13, "title": "Clone", "state": "publiee",
            "activeRevision": { "id": "r2", "datePublication": null, "annotationDescriptors": [], "champDescriptors": [
                descriptor("HeaderSection", "h9", "Le projet", false),
                descriptor("Text", &format!("nom{ids}"), &format!("Intitulé{labels}"), true),
                descriptor("Address", &format!("adr{ids}"), &format!("Adresse{labels}"), false),
                descriptor("Iban", &format!("iban{ids}"), &format!("IBAN{labels}"), false),
            ] },
        });
        relais_engine::json::from_value::<Demarche>(&form).unwrap()
    };
    let mut selection = selection();
    assert!(!selection.join(&demarche(), &clone("2", " tout autre")));
    assert_eq!(selection.siblings, []);
    let mut sibling = clone("2", "");
    for (descriptor, label) in sibling.active_revision.champ_descriptors.iter_mut().skip(1).zip(["Intitulé du projet", "Adresse du siège"]) {
        label.clone_into(&mut descriptor.label);
    }
    assert!(selection.join(&demarche(), &sibling));
    assert!(selection.join(&demarche(), &sibling), "twice is once");
    let [joined] = selection.siblings.as_slice() else { panic!("{:?}", selection.siblings) };
    assert_eq!((joined.matched, joined.sibling.fields.len()), (Some(3), 3));
    assert_eq!(joined.unmatched, ["Nom du lieu", "Lieux"], "what nobody chose yet may be chosen later");
    assert_eq!(selection.demarches().len(), 2);
}
