//! What a template becomes elsewhere.

use super::*;
use crate::{
    ds::DossierState,
    grist::ColumnType,
    mapping::{DossierField, Field, Keeping, Scope, TableKey},
    sync::Connexion,
    template::{Matching, Template},
};

#[test]
fn the_columns_are_those_of_the_template_and_the_fields_those_of_the_demarche() {
    let long = "Montant de la subvention sollicitée au titre de l’année, en euros, hors taxes et hors frais de dossier";
    let ours =
        demarche(1, &[text("a", "Nom"), field("DecimalNumber", "b", long), field("Address", "c", "Siège"), text("d", "Reste")], &[text("e", "Avis")]);
    let theirs = demarche(
        2,
        &[text("a2", "Nom"), section("Budget"), field("DecimalNumber", "b2", &long.to_uppercase()), field("Address", "c2", "Siège")],
        &[field("Textarea", "e2", "Avis")],
    );
    let template = template(&ours);
    let applied = Matching::new(&template, &theirs).apply(&template, &theirs);
    assert_eq!((applied.mapping.demarche, applied.mapping.title.as_str()), (theirs.number, "Aides 2"));
    assert_eq!(
        columns(&applied.mapping),
        [
            "dossiers Nom = champ:a2:text",
            "dossiers Montant de la subvention sollicitée au titre de l’année = champ:b2:number",
            "dossiers Siège = champ:c2:text",
            "dossiers Siège – code postal = champ:c2:postal_code",
            "dossiers Siège – commune = champ:c2:commune",
            "dossiers Avis = champ:e2:text",
        ]
    );
    assert_eq!(applied.left_out.iter().map(|left| (left.table.as_str(), left.column.as_str())).collect::<Vec<_>>(), [("Aides 1", "Reste")]);
    // What drift will be measured against is the form that it is applied to.
    let known: Vec<(&str, &str)> = applied.mapping.fields.iter().map(|(id, known)| (id.as_str(), known.section.as_str())).collect();
    assert_eq!(known, [("a2", "Formulaire"), ("b2", "Budget"), ("c2", "Budget"), ("e2", "Annotations privées")]);
    let help = |field: &str| {
        let column = applied.mapping.tables[0].columns.iter().find(|column| column.key().unwrap().to_string() == field).unwrap();
        column.description.clone()
    };
    assert_eq!(help("champ:b2:number"), long.to_uppercase());
    assert_eq!(help("champ:c2:commune"), "", "its name says it");
}

#[test]
fn parts_of_a_field_are_those_of_the_other() {
    // « Champ-1 », « Champ-2 », « Column-type_de_champ/1-$.nom » and « Column-type_de_champ/2-$.nom ».
    let (one, two) = ("Q2hhbXAtMQ==", "Q2hhbXAtMg==");
    let (part, other) = ("Q29sdW1uLXR5cGVfZGVfY2hhbXAvMS0kLm5vbQ==", "Q29sdW1uLXR5cGVfZGVfY2hhbXAvMi0kLm5vbQ==");
    let form = |number, id| demarche(number, &[field("Referentiel", id, "Monument")], &[]);
    let mut template = template(&form(1, one));
    let column = template.mapping.tables[0].columns.last().unwrap().clone();
    for (name, key) in [("Nom", part), ("Autre", "x")] {
        let sources = vec![Field::Part(one.into(), key.into())];
        template.mapping.tables[0].columns.push(crate::mapping::ColumnMapping { sources, name: name.to_owned(), ..column.clone() });
    }
    let applied = Matching::new(&template, &form(2, two)).apply(&template, &form(2, two));
    let expected = [format!("dossiers Monument = champ:{two}:text"), format!("dossiers Nom = part:{two}:{other}")];
    assert_eq!(columns(&applied.mapping), expected);
    assert_eq!(applied.left_out.iter().map(|left| left.column.as_str()).collect::<Vec<_>>(), ["Autre"]);
}

#[test]
fn a_shared_column_keeps_the_fields_that_are_there() {
    let list = |id: &str, departement: &str| field("DropDownList", id, &format!("Arrondissement ({departement})"));
    let ours = demarche(1, &[list("a", "01 - Ain"), list("b", "02 - Aisne"), list("c", "03 - Allier")], &[]);
    let theirs = demarche(2, &[list("b2", "02 - Aisne"), list("c2", "03 - Allier")], &[]);
    let template = template(&ours);
    let mut matching = Matching::new(&template, &theirs);
    assert_eq!(outcomes(&matching), ["a → Missing", "b → b2 SameLabelTypeAndSection", "c → c2 SameLabelTypeAndSection"]);
    let applied = matching.apply(&template, &theirs);
    assert_eq!(columns(&applied.mapping), ["dossiers Arrondissement = champ:b2:choice champ:c2:choice"]);
    assert_eq!(applied.left_out, []);
    assert!(matching.choose(&"b".into(), None) && matching.choose(&"c".into(), None));
    assert_eq!(matching.apply(&template, &theirs).left_out.len(), 1);
}

#[test]
fn groupes_and_labels_go_by_their_names() {
    let ours = demarche(1, &[], &[]);
    let mut theirs = demarche(2, &[], &[]);
    theirs.labels[1].name = "A COMPLETER".to_owned();
    theirs.groupe_instructeurs[1].label = "Sud".to_owned();
    let scope = Scope {
        states: [DossierState::Accepte].into(),
        from: Some(crate::Day::parse("2026-09-01").unwrap()),
        groupes: [10, 11].into(),
        labels: ["L1".into(), "M1".into(), "gone".into()].into(),
        archived: Some(false),
        ..Scope::default()
    };
    let template = template_of(&ours, scope.clone());
    let applied = Matching::new(&template, &theirs).apply(&template, &theirs);
    let expected = Scope { groupes: [20].into(), labels: ["L2".into(), "M2".into()].into(), ..scope.clone() };
    assert_eq!(
        (applied.scope.clone(), applied.lost_groupes.as_slice(), applied.lost_labels.as_slice()),
        (expected, &["Nord".to_owned()][..], &[String::new()][..])
    );
    assert!(!applied.is_wider());
    theirs.groupe_instructeurs.truncate(1);
    theirs.groupe_instructeurs[0].label = "Isère".to_owned();
    let applied = Matching::new(&template, &theirs).apply(&template, &theirs);
    assert!(applied.is_wider() && applied.scope.groupes.is_empty(), "all groupes come: that is said");
    // In its own démarche, it is what it was, whatever has been renamed since.
    let mut renamed = ours.clone();
    renamed.labels[0].name = "Très urgent".to_owned();
    assert_eq!(Matching::new(&template, &renamed).apply(&template, &renamed).scope, scope);
}

#[test]
fn a_template_holds_nothing_of_its_document() {
    let form = demarche(1, &[bloc("b", "Membres", &[text("m", "Nom")])], &[]);
    let mut connexion = Connexion::new(mapping(&form), &[]);
    connexion.mapping.tables[1].columns[0].column_type = ColumnType::Ref("Suivi_DETR".into());
    connexion.follow(Scope { archived: Some(false), ..Scope::default() }, Keeping::default());
    let template = Template::of(&connexion, &form, " Suivi ", "");
    assert!(!template.write().contains("Suivi_DETR"));
    assert_eq!(template.name, "Suivi");
    assert_eq!(template.mapping.table(&TableKey::Repetition("b".into())).unwrap().columns[0].column_type, ColumnType::Ref("".into()));
    // The mark that a filter needs is a column like others.
    let is_mark = |field: &Field| *field == Field::Dossier(DossierField::HorsSelection);
    assert!(template.mapping.tables[0].columns.iter().any(|column| column.sources.iter().any(is_mark)));
}

#[test]
fn a_file_says_what_it_is_and_is_always_the_same() {
    let template = template_of(&demarche(1, &[text("a", "Nom")], &[]), Scope { labels: ["L1".into()].into(), ..Scope::default() });
    let file = template.write();
    assert!(
        file.starts_with("{\n  \"relais_template\": 1,\n  \"name\": \"Suivi\",\n  \"description\": \"Pour suivre.\",\n  \"mapping\": {\n"),
        "{file}"
    );
    assert!(file.contains("    \"labels\": [\n      {\n        \"id\": \"L1\",\n        \"name\": \"Urgent\"\n      }\n    ]\n"), "{file}");
    let read = Template::read(file.as_bytes()).unwrap();
    assert_eq!((&read, read.write()), (&template, file));
}
