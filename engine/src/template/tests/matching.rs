//! Recognising fields.

use super::*;
use crate::{
    ds::DescriptorId,
    template::{Certainty, Grounds, Matching, Outcome},
    words,
};

fn id(id: &str) -> DescriptorId {
    id.into()
}

#[test]
fn a_clone_is_recognised_whole() {
    let form = |suffix: &str| {
        let id = |id: &str| format!("{id}{suffix}");
        let champs = [
            text(&id("nom"), "Nom"),
            bloc(&id("bloc"), "Membres", &[text(&id("membre"), "Nom"), field("Date", &id("naissance"), "Né le")]),
            section("Projet"),
            text(&id("nom du projet"), "Nom"),
        ];
        (champs, [text(&id("avis"), "Avis"), text(&id("suite"), "Suite")])
    };
    let ((champs, annotations), (cloned, cloned_annotations)) = (form(""), form("2"));
    let ours = demarche(1, &champs, &annotations);
    let matching = Matching::new(&template(&ours), &demarche(2, &cloned, &cloned_annotations));
    let expected = ["nom", "nom du projet", "avis", "suite", "bloc", "membre", "naissance"];
    assert_eq!(outcomes(&matching), expected.map(|id| format!("{id} → {id}2 SameLabelTypeAndSection")));
    assert!(matching.is_settled() && !matching.is_same_demarche());
}

#[test]
fn ids_come_before_labels() {
    let ours = demarche(1, &[text("a", "Nom"), text("b", "Prénom")], &[]);
    let matching = Matching::new(&template(&ours), &demarche(2, &[text("b", "Nom"), text("c", "Nom")], &[]));
    assert_eq!(outcomes(&matching), ["a → c SameLabelTypeAndSection", "b → b SameId"]);
}

#[test]
fn an_id_that_is_now_something_else_is_not_the_field() {
    let ours = demarche(1, &[text("a", "Nom"), field("Date", "b", "Début"), bloc("bloc", "Membres", &[text("c", "Prénom")]), text("d", "Fin")], &[]);
    let theirs = demarche(
        2,
        &[field("Textarea", "a", "Nom"), field("Carte", "b", "Début"), text("c", "Prénom"), bloc("bloc", "Membres", &[text("d", "Fin")])],
        &[],
    );
    let expected = ["a → a OtherType", "d → ? c", "bloc → bloc SameId", "c → ? d"];
    let mut outcomes = outcomes(&Matching::new(&template(&ours), &theirs));
    assert_eq!(outcomes.remove(1), "b → Missing");
    assert_eq!(outcomes, expected, "what left its bloc, or went into one, is not read where it was");
}

#[test]
fn two_renamed_fields_are_asked_with_the_best_first() {
    let ours = demarche(
        1,
        &[
            section("3.b Aides à l’investissement"),
            field("IntegerNumber", "aide", "Montant de l’aide demandée (en euros)"),
            section("2.a Description"),
            field("MultipleDropDownList", "zone", "Zonage spécifique : le projet est-il situé dans l’une des zones suivantes ?"),
        ],
        &[],
    );
    let theirs = demarche(
        2,
        &[
            section("1. Budget"),
            field("IntegerNumber", "total", "Montant total demandé"),
            text("texte", "Montant de l’aide demandée, en lettres"),
            section("3.b Aides à l’investissement"),
            field("IntegerNumber", "aide2", "Montant de l'aide sollicitée (en euros)"),
            section("2.a Description"),
            field("MultipleDropDownList", "zones", "Zonages du projet"),
        ],
        &[],
    );
    let template = template(&ours);
    let mut matching = Matching::new(&template, &theirs);
    assert_eq!(outcomes(&matching), ["aide → ? aide2 total", "zone → ? zones"]);
    assert!(!matching.is_settled());
    let fields = matching.fields();
    let Outcome::Asked(candidates) = &fields[0].outcome else { panic!() };
    let told: Vec<String> = candidates.iter().map(|candidate| words::likeness(candidate.likeness)).collect();
    assert_eq!(told, ["Même type, même section, libellé proche.", "Même type, autre section, libellé proche."]);
    // Without an answer, nothing is filled.
    assert_eq!(columns(&matching.apply(&template, &theirs).mapping), [""; 0]);

    assert!(!matching.choose(&id("aide"), Some(&id("texte"))), "of another type");
    assert!(!matching.choose(&id("aide"), Some(&id("unknown"))) && !matching.choose(&id("unknown"), None));
    assert!(matching.choose(&id("aide"), Some(&id("aide2"))) && matching.choose(&id("zone"), None));
    assert_eq!(outcomes(&matching), ["aide → aide2 Chosen", "zone → Declined"]);
    assert!(matching.is_settled());
    assert_eq!(columns(&matching.apply(&template, &theirs).mapping), ["dossiers Montant de l’aide demandée (en euros) = champ:aide2:number"]);
    // The agent thinks again.
    assert!(matching.choose(&id("aide"), Some(&id("total"))) && matching.choose(&id("zone"), Some(&id("zones"))));
    assert_eq!(outcomes(&matching), ["aide → total Chosen", "zone → zones Chosen"]);
}

#[test]
fn namesakes_are_recognised_in_their_order_or_asked() {
    let named = |ids: &[&str]| ids.iter().map(|id| text(id, "Nom")).collect::<Vec<_>>();
    let twins = template(&demarche(1, &named(&["z", "a"]), &[]));
    assert_eq!(
        outcomes(&Matching::new(&twins, &demarche(2, &named(&["d", "c"]), &[]))),
        ["z → d SameLabelTypeAndSection", "a → c SameLabelTypeAndSection"]
    );
    let mut matching = Matching::new(&twins, &demarche(2, &named(&["c"]), &[]));
    assert_eq!(outcomes(&matching), ["z → ? c", "a → ? c"]);
    assert!(matching.choose(&id("a"), Some(&id("c"))));
    assert_eq!(outcomes(&matching), ["z → Missing", "a → c Chosen"]);
    assert!(matching.is_settled() && !matching.choose(&id("z"), Some(&id("c"))), "never two for one");
    assert_eq!(outcomes(&matching), ["z → Missing", "a → c Chosen"]);
    let matching = Matching::new(&twins, &demarche(2, &named(&["c", "d", "e"]), &[]));
    assert_eq!(outcomes(&matching), ["z → ? c d e", "a → ? c d e"]);
    // One of another section is not taken for one of those in doubt, nor the other way round.
    let mut more = named(&["c", "d", "e"]);
    more.extend([section("Autre"), text("f", "Nom")]);
    let mut ours = named(&["a"]);
    ours.extend([section("Ailleurs"), text("b", "Nom")]);
    assert_eq!(outcomes(&Matching::new(&template(&demarche(1, &ours, &[])), &demarche(2, &more, &[]))), ["a → ? c d e f", "b → ? c d e f"]);
}

#[test]
fn what_moved_what_is_spelt_otherwise_and_what_is_of_a_near_type_is_likely() {
    let ours = demarche(
        1,
        &[
            text("moved", "Intitulé du projet"),
            text("spelt", "N° engagement juridique :"),
            text("longer", "Description"),
            field("Date", "date", "Début"),
        ],
        &[],
    );
    let theirs = demarche(
        2,
        &[
            text("spelt2", "n° engagement  Juridique"),
            field("Textarea", "longer2", "Description"),
            text("date2", "Début"),
            section("Projet"),
            text("moved2", "Intitulé du projet"),
        ],
        &[],
    );
    let matching = Matching::new(&template(&ours), &theirs);
    assert_eq!(
        outcomes(&matching),
        [
            "moved → moved2 OtherSection",
            "spelt → spelt2 SameWordsTypeAndSection",
            "longer → longer2 OtherType",
            // A date that became a text is not read as a date.
            "date → Missing",
        ]
    );
    assert!(matching.is_settled());
    for grounds in [Grounds::OtherSection, Grounds::SameWordsTypeAndSection, Grounds::OtherType] {
        assert_eq!(grounds.certainty(), Certainty::Likely);
    }
    for grounds in [Grounds::SameId, Grounds::SameLabelTypeAndSection, Grounds::Chosen] {
        assert_eq!(grounds.certainty(), Certainty::Certain);
    }
    // What is likely can be declined.
    let mut matching = matching;
    assert!(matching.choose(&id("moved"), None));
    assert_eq!(outcomes(&matching)[0], "moved → Declined");
}

#[test]
fn an_annotation_is_no_champ_of_the_same_name() {
    let ours = demarche(1, &[], &[text("avis", "Avis")]);
    let matching = Matching::new(&template(&ours), &demarche(2, &[text("champ", "Avis")], &[text("avis2", "Avis")]));
    assert_eq!(outcomes(&matching), ["avis → avis2 SameLabelTypeAndSection"]);
}

#[test]
fn fields_of_a_bloc_stay_in_the_bloc() {
    let ours = demarche(1, &[bloc("bloc", "Membres", &[text("nom", "Nom")])], &[]);
    // The bloc was renamed: it is asked, then its fields are known.
    let others = [text("dehors", "Nom"), bloc("équipe", "Équipe du projet", &[text("nom2", "Nom")]), bloc("devis", "Devis", &[text("nom3", "Nom")])];
    let theirs = demarche(2, &others, &[]);
    let template = template(&ours);
    let mut matching = Matching::new(&template, &theirs);
    assert_eq!(outcomes(&matching), ["bloc → ? équipe devis", "nom → AwaitsBloc"]);
    assert!(!matching.is_settled() && !matching.choose(&id("nom"), Some(&id("dehors"))));
    assert!(matching.choose(&id("bloc"), Some(&id("équipe"))));
    assert_eq!(outcomes(&matching), ["bloc → équipe Chosen", "nom → nom2 SameLabelTypeAndSection"]);
    assert!(matching.choose(&id("bloc"), Some(&id("devis"))));
    assert_eq!(outcomes(&matching), ["bloc → devis Chosen", "nom → nom3 SameLabelTypeAndSection"]);
    assert_eq!(columns(&matching.apply(&template, &theirs).mapping), ["repetition:devis Nom = champ:nom3:text"]);
    assert!(matching.choose(&id("bloc"), None));
    assert_eq!(outcomes(&matching), ["bloc → Declined", "nom → Missing"]);
    let applied = matching.apply(&template, &theirs);
    assert_eq!(applied.mapping.tables.len(), 1);
    assert_eq!(applied.left_out.iter().map(|left| left.column.as_str()).collect::<Vec<_>>(), ["Dossier", "Identifiant de la ligne", "Nom"]);
}

#[test]
fn of_the_same_demarche_nothing_is_asked() {
    let before = demarche(1, &[text("a", "Nom"), text("gone", "Parti")], &[]);
    let now = demarche(1, &[text("a", "Nom de famille"), text("b", "Parti")], &[]);
    let template = template(&before);
    let mut matching = Matching::new(&template, &now);
    assert!(matching.is_same_demarche() && matching.is_settled());
    // Older dossiers have what is gone.
    assert_eq!(outcomes(&matching), ["a → a SameId", "gone → gone SameId"]);
    assert!(!matching.choose(&id("gone"), Some(&id("b"))) && !matching.choose(&id("a"), None));
    assert_eq!(matching.apply(&template, &now).mapping, mapping(&before));
}

#[test]
fn at_most_five_are_offered() {
    let ours = demarche(1, &[text("a", "Nom du projet")], &[]);
    let many: Vec<_> = (0..9).map(|index| text(&format!("b{index}"), &format!("Autre {index}"))).chain([text("c", "Projet")]).collect();
    assert_eq!(outcomes(&Matching::new(&template(&ours), &demarche(2, &many, &[]))), ["a → ? c b0 b1 b2 b3"]);
}
