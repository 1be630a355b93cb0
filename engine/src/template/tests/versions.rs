//! From a version of a template to the next.

use super::*;
use crate::{
    grist::{ColumnType, DocumentSchema},
    mapping::{ColumnMapping, Fate, Field, Keeping, Mapping, Scope, TableMapping},
    sync::{Connexion, FollowedTemplate},
    template::{Applied, Difference, TemplateChange, take_up, upgrade},
};

fn champ(id: &str, name: &str) -> ColumnMapping {
    let sources = id.split(' ').map(|id| Field::Champ(id.into(), crate::mapping::Facet::Text)).collect();
    ColumnMapping { sources, name: name.to_owned(), description: String::new(), column_type: ColumnType::Text }
}

/// A mapping of these columns; those whose table is not the main one are of a bloc.
fn version(main: &[(&str, &str)], bloc: &[(&str, &str)]) -> Mapping {
    let fields: Vec<_> = main.iter().flat_map(|(ids, _)| ids.split(' ')).map(|id| text(id, id)).collect();
    let inner: Vec<_> = bloc.iter().map(|(id, _)| text(id, id)).collect();
    let mut fields = fields;
    fields.push(super::bloc("bloc", "Membres", &inner));
    let mut mapping = mapping(&demarche(1, &fields, &[]));
    mapping.tables[0].columns.truncate(1);
    mapping.tables[0].columns.extend(main.iter().map(|(ids, name)| champ(ids, name)));
    if let Some(table) = mapping.tables.get_mut(1) {
        table.columns.truncate(2);
        table.columns.extend(bloc.iter().map(|(id, name)| champ(id, name)));
    }
    mapping
}

fn applied(mapping: &Mapping) -> Applied {
    Applied {
        mapping: mapping.clone(),
        scope: Scope::default(),
        keeping: Keeping::default(),
        left_out: Vec::new(),
        lost_groupes: Vec::new(),
        lost_labels: Vec::new(),
    }
}

fn names(mapping: &Mapping) -> Vec<Vec<&str>> {
    let of = |table: &'_ TableMapping| table.columns.len();
    assert!(mapping.tables.iter().all(|table| of(table) > 0));
    mapping.tables.iter().map(|table| table.columns.iter().map(|column| column.name.as_str()).collect()).collect()
}

fn told(changes: &[TemplateChange]) -> Vec<String> {
    let line = |change: &TemplateChange| match change {
        TemplateChange::TableAdded { table, columns } => format!("+ table {table} ({columns})"),
        TemplateChange::TableRemoved { table } => format!("- table {table}"),
        TemplateChange::ColumnAdded { column, column_type, .. } => format!("+ {column} {column_type}"),
        TemplateChange::ColumnRemoved { column, .. } => format!("- {column}"),
        TemplateChange::ColumnRenamed { from, to, .. } => format!("{from} → {to}"),
        TemplateChange::ColumnRetyped { column, from, to, .. } => format!("{column} {from} → {to}"),
        TemplateChange::SourcesAdded { column, sources, .. } => format!("{column} + {sources}"),
        TemplateChange::Scope { .. } => "scope".to_owned(),
        TemplateChange::Deleted(fate) => format!("deleted {}", fate.name()),
        TemplateChange::Outside(fate) => format!("outside {}", fate.name()),
    };
    changes.iter().map(line).collect()
}

#[test]
fn what_the_version_brings_comes_and_what_the_agent_did_stays() {
    let older = version(&[("a", "A"), ("b", "B"), ("c", "C"), ("d", "D")], &[("m", "M")]);
    // The agent renamed A, retyped B, removed C, added X.
    let mut current = version(&[("a", "A à moi"), ("b", "B"), ("d", "D"), ("x", "X")], &[("m", "M")]);
    current.tables[0].columns[2].column_type = ColumnType::Numeric;
    // The version renamed A and D, retyped B, removed nothing of the agent's, added E and a field to D.
    let mut newer = version(&[("a", "A neuf"), ("b", "B"), ("c", "C"), ("d d2", "D neuf"), ("e", "E")], &[("m", "M"), ("n", "X")]);
    newer.tables[0].columns[2].column_type = ColumnType::Date;
    let difference = Difference::of_mappings(&current, &newer, Some(&older));
    assert_eq!(told(&difference.changes), ["D → D neuf", "D + 1", "+ E Text", "+ X Text"]);
    assert_eq!(told(&difference.kept), ["A à moi → A neuf", "B Numeric → Date", "+ C Text", "- X"]);
    let upgraded = upgrade(&current, &newer, Some(&older));
    assert_eq!(names(&upgraded), [vec!["Numéro", "A à moi", "B", "D neuf", "X", "E"], vec!["Dossier", "Identifiant de la ligne", "M", "X"]]);
    assert_eq!(upgraded.tables[0].columns[2].column_type, ColumnType::Numeric);
    assert_eq!(upgraded.tables[0].columns[3].sources, champ("d d2", "").sources);
    assert!(["a", "b", "d", "d2", "e", "x", "m", "n", "bloc"].iter().all(|id| upgraded.fields.contains_key(&crate::ds::DescriptorId::from(*id))));
    assert!(!upgraded.fields.contains_key(&crate::ds::DescriptorId::from("c")));
    assert_eq!(told(&Difference::of_mappings(&upgraded, &newer, Some(&newer)).changes), [""; 0]);
}

#[test]
fn what_the_version_no_longer_has_stays_and_is_told() {
    let older = version(&[("a", "A"), ("b", "B")], &[("m", "M")]);
    let mut newer = version(&[("a", "A")], &[]);
    newer.tables.truncate(1);
    let difference = Difference::of_mappings(&older, &newer, Some(&older));
    assert_eq!((told(&difference.changes), difference.kept), (vec!["- B".to_owned(), "- table Membres".to_owned()], Vec::new()));
    assert_eq!(upgrade(&older, &newer, Some(&older)), older);
    // The other way round.
    assert_eq!(told(&Difference::of_mappings(&newer, &older, Some(&newer)).changes), ["+ B Text", "+ table Membres (3)"]);
    assert_eq!(names(&upgrade(&newer, &older, Some(&newer))), names(&older));
    // The agent removed the table: it is not made again.
    assert_eq!(told(&Difference::of_mappings(&newer, &older, Some(&older)).kept), ["+ B Text", "+ table Membres (3)"]);
    assert_eq!(upgrade(&newer, &older, Some(&older)), newer);
}

#[test]
fn a_type_that_only_the_version_changed_follows_it() {
    let older = version(&[("zone", "Zonage")], &[]);
    let mut newer = older.clone();
    newer.tables[0].columns[1].column_type = ColumnType::ChoiceList;
    let difference = Difference::of_mappings(&older, &newer, Some(&older));
    assert_eq!(told(&difference.changes), ["Zonage Text → ChoiceList"]);
    assert_eq!(upgrade(&older, &newer, Some(&older)), newer);
    // Nobody knows who changed it: it stays.
    assert_eq!(told(&Difference::of_mappings(&older, &newer, None).kept), ["Zonage Text → ChoiceList"]);
    assert_eq!(upgrade(&older, &newer, None), older);
}

#[test]
fn a_name_that_is_taken_is_numbered_or_not_taken_up() {
    let older = version(&[("a", "A")], &[]);
    let current = version(&[("a", "A"), ("x", "Coût"), ("y", "Aide")], &[]);
    let newer = version(&[("a", "AIDE"), ("b", "coût")], &[]);
    assert_eq!(names(&upgrade(&current, &newer, Some(&older)))[0], ["Numéro", "A", "Coût", "Aide", "coût (2)"]);
}

#[test]
fn columns_that_were_joined_or_parted_are_filled_as_before() {
    let apart = version(&[("a", "A"), ("b", "B")], &[]);
    let joined = version(&[("a b c", "AB")], &[]);
    let upgraded = upgrade(&apart, &joined, None);
    assert_eq!(columns(&upgraded), ["dossiers A = champ:a:text champ:c:text", "dossiers B = champ:b:text"]);
    assert_eq!(told(&Difference::of_mappings(&apart, &joined, None).changes), ["A + 1"]);
    assert_eq!(upgrade(&joined, &apart, None), joined);
    assert_eq!(told(&Difference::of_mappings(&joined, &apart, None).changes), [""; 0]);
}

#[test]
fn another_scope_is_told_as_the_versions_or_as_the_agents() {
    let mapping = version(&[("a", "A")], &[]);
    let mut connexion = Connexion::new(mapping.clone(), &[]);
    let older = applied(&mapping);
    let newer = Applied { scope: Scope { archived: Some(false), ..Scope::default() }, ..older.clone() };
    assert_eq!(Difference::between(&connexion, &older, None), Difference::default());
    for known in [None, Some(&older)] {
        assert_eq!(told(&Difference::between(&connexion, &newer, known).changes), ["scope"]);
    }
    let difference = Difference::between(&connexion, &newer, Some(&newer));
    assert_eq!((told(&difference.changes), told(&difference.kept)), (Vec::new(), vec!["scope".to_owned()]));
    // What becomes of the rows of those that leave is what the connexion says, and not what the version says.
    let removing = Applied { keeping: Keeping { deleted: Fate::Remove, outside: Fate::Remove }, ..newer };
    let left = |difference: &Difference| match difference.changes.as_slice() {
        [TemplateChange::Scope { outside, .. }] => Some(*outside),
        _ => None,
    };
    for known in [None, Some(&older)] {
        let difference = Difference::between(&connexion, &removing, known);
        assert_eq!(left(&difference), Some(Fate::Mark), "{difference:?}");
        assert_eq!(told(&difference.kept), ["deleted remove", "outside remove"], "no version removes rows");
    }
    // A connexion that removes rows keeps its own choice, whoever made it: a version would take rows away by it.
    connexion.keeping = removing.keeping;
    for known in [None, Some(&older), Some(&Applied { keeping: removing.keeping, ..older.clone() })] {
        assert_eq!(told(&Difference::between(&connexion, &removing, known).kept), ["scope"]);
    }
    // The other way round it is the version's, unless the agent has said so.
    assert_eq!(told(&Difference::between(&connexion, &older, Some(&removing)).changes), ["deleted mark", "outside mark"]);
    assert_eq!(told(&Difference::between(&connexion, &older, Some(&older)).kept), ["deleted mark", "outside mark"]);
}

#[test]
fn a_version_is_taken_up_and_what_the_agent_chose_stays() {
    let (older, mut newer) = (applied(&version(&[("a", "A")], &[])), applied(&version(&[("a", "A"), ("b", "B")], &[])));
    let mut connexion = Connexion::new(older.mapping.clone(), &[]);
    connexion.template = Some(FollowedTemplate { id: "t1".to_owned(), version: 1, declined: vec!["c".into()], passed_over: Some(2) });
    let ours = Scope { archived: Some(true), ..Scope::default() };
    connexion.follow(ours.clone(), connexion.keeping);
    let schema = DocumentSchema::default();
    let taken = take_up(&connexion, &schema, &newer, Some(&older), 3);
    assert_eq!((&taken.connexion.scope, &taken.reshaped), (&ours, &Vec::new()), "nothing is in the document yet");
    assert_eq!(names(&taken.connexion.mapping)[0], ["Numéro", "A", "Hors sélection", "B"]);
    let followed = FollowedTemplate { id: "t1".to_owned(), version: 3, declined: vec!["c".into()], passed_over: None };
    assert_eq!(taken.connexion.template, Some(followed));
    // A scope that the version changed is taken up.
    newer.scope = Scope { archived: Some(false), ..Scope::default() };
    let taken = take_up(&taken.connexion, &schema, &newer, Some(&older), 4);
    assert_eq!(taken.connexion.scope, newer.scope);
}

#[test]
fn tables_keep_their_names() {
    let older = version(&[("a", "A")], &[]);
    let mut newer = older.clone();
    newer.tables[0].name = "Autre".to_owned();
    assert_eq!(Difference::of_mappings(&older, &newer, Some(&older)), Difference::default());
    assert_eq!(upgrade(&older, &newer, Some(&older)), older);
}

#[test]
fn what_is_said_to_come_is_what_comes() {
    // The name is taken: it stays, and is told so.
    let older = version(&[("a", "A"), ("b", "B")], &[]);
    let newer = version(&[("a", "B"), ("b", "A")], &[]);
    let difference = Difference::of_mappings(&older, &newer, Some(&older));
    assert_eq!((told(&difference.changes), told(&difference.kept)), (Vec::new(), vec!["A → B".to_owned(), "B → A".to_owned()]));
    assert_eq!(upgrade(&older, &newer, Some(&older)), older);
}
