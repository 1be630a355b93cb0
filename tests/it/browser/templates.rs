//! Templates, in the widget: saved by one team, applied by another to a clone of the démarche, renewed and taken up.

use relais_proxy::config::Enrolment;
use relais_tests::{
    ds::{self, EVERYDAY, SIBLING, tokens::Scope, world::form::find_mut},
    grist,
    grist::SampleDocument,
    stack::{Options, Stack},
};
use serde_json::{Value, json};

use super::{OWNER, Visit, axe::judge, browser::Browser, everyday_title, open, team::create};

const NAME: &str = "Suivi des associations";

/// Two documents, of no team yet. A field of the second démarche has another label than in the first, and one has the same in
/// capitals.
async fn two_services() -> (Stack, SampleDocument) {
    let options = Options {
        ds: ds::Options { everyday: 20, complete: 0, ..ds::Options::default() },
        grist: grist::Options { documents: vec!["Suivi des subventions".to_owned()], ..grist::Options::default() },
        enrolment: Enrolment::Open,
        without_team: true,
        ..Options::default()
    };
    let stack = crate::logs::start(options).await;
    let store = stack.ds.store();
    let mut sibling = (*store.demarche(SIBLING).unwrap()).clone();
    let champs = &mut sibling.revisions.last_mut().unwrap().champs;
    for (from, to) in [("Montant demandé (en euros)", "Montant sollicité (en euros)"), ("Description du projet", "DESCRIPTION DU PROJET")] {
        let field = store.field(SIBLING, from).unwrap();
        to.clone_into(&mut find_mut(champs, field).unwrap().label);
    }
    store.insert(sibling, 7, 12);
    let second = stack.grist.add_document("Isère").unwrap();
    (stack, second)
}

/// Makes a team of the document that is open.
async fn create_team(browser: &Browser, name: &str, token: &str, demarches: &str) {
    create(browser, name, token, demarches).await;
    browser.sees("Inviter un autre document").await;
}

/// Picks an option of a list, by its position.
pub(super) async fn pick(browser: &Browser, id: &str, value: &str) {
    let pick = format!(
        "const select = document.getElementById({}); select.value = {}; select.dispatchEvent(new Event('change', {{ bubbles: true }})); \
         return select.value;",
        json!(id),
        json!(value)
    );
    assert_eq!(browser.ask_widget(&pick).await, json!(value));
}

/// Ticks a field of the form, or takes its tick away.
async fn toggle(browser: &Browser, field: &str) {
    browser.write("Chercher", field).await;
    browser.choose(field).await;
}

/// Gives a file to the field that takes one, as the browser does once it is chosen.
async fn import(browser: &Browser, text: &str) {
    let script = format!(
        "const input = document.getElementById('modele-fichier'); const chosen = new DataTransfer(); \
         chosen.items.add(new File([{}], 'modele.json')); input.files = chosen.files; \
         input.dispatchEvent(new Event('change', {{ bubbles: true }})); return true;",
        json!(text)
    );
    browser.ask_widget(&script).await;
}

pub(super) async fn main_rows(browser: &Browser) -> Value {
    let pages = browser.ask_document("return window.sampleGrist.state().pages.filter((page) => !page.isWidget).map((page) => page.table);").await;
    let table = pages.as_array().unwrap().iter().find(|table| **table != json!("Table1")).cloned().expect("the dossiers have a page");
    browser.ask_document(&format!("return window.sampleGrist.fetch({table});")).await
}

/// Connects the everyday démarche and saves what it has as a template, which all teams may see.
async fn save_for_all(browser: &Browser, stack: &Stack) {
    browser.follow("Accueil").await;
    browser.sees("Vos dossiers, dans ce document").await;
    browser.press("Connecter une démarche").await;
    browser.choose(&everyday_title(stack)).await;
    browser.sees("Formulaire").await;
    browser.press("Choisir les champs").await;
    browser.sees("Seulement l'essentiel").await;
    toggle(browser, "Domaine d'intervention").await;
    browser.press("Importer les dossiers").await;
    browser.sees("20 dossiers sont à jour").await;
    browser.press("Terminer").await;
    browser.follow("Modèles").await;
    browser.sees("Aucun modèle pour l'instant").await;
    browser.press("Créer un modèle").await;
    browser.sees("À partir de quelle connexion").await;
    browser.press("Enregistrer le modèle").await;
    browser.sees("Donnez un nom au modèle.").await;
    browser.write("Nom du modèle", NAME).await;
    browser.write("Description", "Porteur, montants, calendrier.").await;
    browser.picture("enregistrer").await;
    browser.press("Enregistrer le modèle").await;
    browser.sees("Le modèle est enregistré.").await;
    browser.sees("Ce qu'il crée").await;
    browser.press("Partager").await;
    browser.choose("Toutes les équipes").await;
    browser.press("Enregistrer le partage").await;
    browser.sees("Le partage est enregistré.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_goes_from_one_service_to_another_and_its_next_version_too() {
    let (stack, second) = two_services().await;
    let browser = Browser::start("templates").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    let token = stack.ds.tokens().add(Scope::Only(vec![EVERYDAY]));
    create_team(&browser, "Préfecture du Loiret", &token, &EVERYDAY.to_string()).await;
    save_for_all(&browser, &stack).await;
    browser.picture("modele").await;

    // Another service, whose démarche is a clone with other ids and a field of another label.
    open(&browser, &stack, &second, OWNER).await;
    let token = stack.ds.tokens().add(Scope::Only(vec![SIBLING]));
    create_team(&browser, "Préfecture de l'Isère", &token, &SIBLING.to_string()).await;
    browser.follow("Modèles").await;
    browser.sees(NAME).await;
    browser.sees("Préfecture du Loiret").await;
    // It was made for a démarche that this team does not read: all are shown.
    browser.choose("De mon équipe").await;
    browser.sees("Aucun modèle ici pour l'instant.").await;
    browser.choose("Tous").await;
    browser.press("Voir").await;
    browser.sees("Ce qu'il crée").await;
    browser.sees("Noms seulement").await;
    assert!(!browser.widget_text().await.contains("Partager"), "another team's template can be shared");
    browser.press("Appliquer à une démarche").await;
    browser.sees("À quelle démarche").await;
    pick(&browser, "modele-demarche", &SIBLING.to_string()).await;
    browser.sees("1 champ à confirmer").await;
    browser.press("Appliquer le modèle").await;
    browser.sees("1 champ reste à confirmer avant d'appliquer le modèle.").await;
    browser.picture("appliquer").await;
    browser.sees("Par exemple :").await;
    browser.choose("Montant sollicité (en euros)").await;
    // What is only likely is taken, and shown to be corrected; what is answered is not counted any more.
    browser.sees("Champs confirmés").await;
    browser.sees("1 champ à vérifier").await;
    let is_taken = "const one = [...document.querySelectorAll('input[name=verifier-0]')]; \
                    return one.findIndex((radio) => radio.checked) === 0 && one[0].closest('label').textContent.startsWith('DESCRIPTION DU PROJET');";
    assert_eq!(browser.ask_widget(is_taken).await, json!(true));
    browser.picture("verifier").await;
    browser.press("Appliquer le modèle").await;
    browser.sees("Prête").await;
    browser.picture("prete").await;
    browser.press("Synchroniser").await;
    browser.sees("12 dossiers sont à jour").await;
    let rows = main_rows(&browser).await;
    let mut numbers: Vec<i32> = serde_json::from_value(rows["Numero"].clone()).unwrap();
    numbers.sort_unstable();
    assert_eq!(numbers, stack.ds.store().numbers(SIBLING));
    let amounts = rows.as_object().unwrap().iter().find(|(column, _)| column.starts_with("Montant_demande")).expect("the column that was confirmed");
    let amounts = amounts.1.as_array().unwrap().iter();
    assert!(amounts.filter(|amount| amount.is_number()).count() > 0, "what was confirmed is filled: {rows}");

    // Its next version has one field more. It is told, shown and taken up.
    open(&browser, &stack, &stack.document, OWNER).await;
    browser.press("Autres actions").await;
    browser.press("Modifier les champs").await;
    browser.sees("Seulement l'essentiel").await;
    toggle(&browser, "Domaine d'intervention").await;
    browser.press("Enregistrer et synchroniser").await;
    browser.sees("Synchronisation terminée").await;
    browser.press("Terminer").await;
    browser.follow("Modèles").await;
    browser.press("Créer un modèle").await;
    browser.choose("Nouvelle version de").await;
    browser.write("Ce que cette version change", "Ajoute le domaine.").await;
    browser.press("Enregistrer cette version").await;
    browser.sees("Le modèle est enregistré.").await;
    browser.sees("Ajoute le domaine.").await;
    // Shared with the other team alone, and meanwhile with all by somebody else: the second is told so, and loses nothing.
    let elsewhere = Browser::start("templates_elsewhere").await;
    open(&elsewhere, &stack, &stack.document, OWNER).await;
    elsewhere.follow("Modèles").await;
    elsewhere.press("Voir").await;
    elsewhere.press("Partager").await;
    elsewhere.sees("Enregistrer le partage").await;
    browser.press("Partager").await;
    browser.choose("Des équipes choisies").await;
    browser.choose("Préfecture de l'Isère").await;
    browser.picture("partager").await;
    browser.press("Enregistrer le partage").await;
    browser.sees("Votre équipe et 1 équipe choisie").await;
    elsewhere.press("Enregistrer le partage").await;
    elsewhere.sees("Quelqu'un d'autre a fait un changement entre-temps.").await;
    elsewhere.sees("Votre équipe et 1 équipe choisie").await;
    assert!(!elsewhere.widget_text().await.contains("Enregistrer le partage"), "what was chosen before is still offered");
    elsewhere.picture("entre-temps").await;

    // The other service hears of it where it synchronises.
    open(&browser, &stack, &second, OWNER).await;
    browser.picture("accueil-nouvelle-version").await;
    browser.press("Son modèle a une nouvelle version").await;
    browser.sees("a une version 2").await;
    browser.picture("nouvelle-version").await;
    browser.press("Voir les différences").await;
    browser.sees("Ajoute le domaine.").await;
    browser.sees("Cette connexion suit la version 1. La version 2 est du").await;
    // It is not wanted, and is not told again; the one after it is.
    browser.press("Garder la version 1").await;
    browser.sees("La connexion garde sa version.").await;
    browser.sees(NAME).await;
    assert!(!browser.widget_text().await.contains("a une version 2"));
    browser.follow("Accueil").await;
    browser.sees("Démarches connectées").await;
    browser.sees("À jour").await;
    assert!(!browser.widget_text().await.contains("nouvelle version"));
    open(&browser, &stack, &stack.document, OWNER).await;
    browser.follow("Modèles").await;
    browser.press("Créer un modèle").await;
    browser.choose("Nouvelle version de").await;
    browser.write("Ce que cette version change", "Le domaine, toujours.").await;
    browser.press("Enregistrer cette version").await;
    browser.sees("Le modèle est enregistré.").await;
    open(&browser, &stack, &second, OWNER).await;
    browser.follow("Modèles").await;
    browser.sees("a une version 3").await;
    browser.press("Voir les différences").await;
    browser.sees("Le domaine, toujours.").await;
    browser.sees("Cette connexion suit la version 1. La version 3 est du").await;
    browser.sees("Nouvelle colonne « Domaine d'intervention »").await;
    // What was confirmed for the first version is not asked again, nor what it filled shown again.
    assert!(!browser.widget_text().await.contains("à vérifier"));
    browser.picture("differences").await;
    browser.press("Appliquer cette version").await;
    browser.sees("La version est appliquée.").await;
    assert!(!browser.widget_text().await.contains("a une version 3"));
    browser.follow("Accueil").await;
    browser.press("Synchroniser").await;
    browser.sees("Synchronisation terminée").await;
    let rows = main_rows(&browser).await;
    let domains = rows.as_object().unwrap().iter().find(|(column, _)| column.starts_with("Domaine")).expect("the column of the next version").1;
    assert!(domains.as_array().unwrap().iter().all(Value::is_string), "a required field of older dossiers is filled: {domains}");
    assert!(rows.as_object().unwrap().keys().any(|column| column.starts_with("Montant_demande")), "what was confirmed stays");
    assert_eq!(browser.console_errors().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_screens_of_templates_are_accessible() {
    let (stack, _) = two_services().await;
    let browser = Browser::start("accessible_templates").await;
    open(&browser, &stack, &stack.document, Visit { is_alone: true, ..OWNER }).await;
    let token = stack.ds.tokens().add(Scope::Only(vec![EVERYDAY, SIBLING]));
    create_team(&browser, "Préfecture du Loiret", &token, &format!("{EVERYDAY}, {SIBLING}")).await;
    browser.follow("Modèles").await;
    browser.sees("Aucun modèle pour l'instant").await;
    judge(&browser, "vide").await;
    save_for_all(&browser, &stack).await;
    browser.press("Fonds de soutien à la vie associative").await;
    browser.sees("Champ du formulaire").await;
    judge(&browser, "modele").await;
    browser.press("Exporter").await;
    browser.sees("Télécharger le fichier").await;
    judge(&browser, "exporter").await;
    let file = browser.ask_widget("return document.getElementById('modele-texte').value;").await;
    browser.press("Partager").await;
    browser.sees("Enregistrer le partage").await;
    judge(&browser, "partager").await;
    browser.press("Appliquer à une démarche").await;
    browser.sees("C'est la démarche d'origine du modèle").await;
    judge(&browser, "appliquer").await;
    pick(&browser, "modele-demarche", &SIBLING.to_string()).await;
    browser.sees("1 champ à confirmer").await;
    browser.press("Appliquer le modèle").await;
    browser.sees("1 champ reste à confirmer").await;
    browser.press("Champs reconnus").await;
    browser.sees("Reconnu par").await;
    judge(&browser, "confirmer").await;
    browser.choose("Ne pas importer").await;
    browser.sees("Colonne laissée de côté").await;
    judge(&browser, "ecarter").await;
    browser.press("Appliquer le modèle").await;
    browser.sees("Prête").await;
    browser.follow("Modèles").await;
    browser.sees(NAME).await;
    browser.sees("Pour mes démarches").await;
    judge(&browser, "modeles").await;
    browser.press("Créer un modèle").await;
    browser.choose(&everyday_title(&stack)).await;
    browser.sees("Enregistrer comme").await;
    judge(&browser, "creer").await;
    browser.choose("Nouvelle version de").await;
    browser.write("Ce que cette version change", "Rien.").await;
    browser.press("Enregistrer cette version").await;
    browser.sees("Le modèle est enregistré.").await;
    browser.press("Modèles").await;
    browser.sees("a une version 2").await;
    judge(&browser, "nouvelle-version").await;
    browser.press("Voir les différences").await;
    browser.sees("La version 2 est du").await;
    judge(&browser, "differences").await;
    browser.press("Garder la version 1").await;
    browser.sees("La connexion garde sa version.").await;

    // What is no template is refused in words; a file that was exported comes back as another one.
    import(&browser, "{}").await;
    browser.sees("Ce fichier n'est pas un modèle de Relais").await;
    judge(&browser, "refus").await;
    import(&browser, file.as_str().unwrap()).await;
    browser.sees("Le modèle est enregistré.").await;
    browser.sees("Votre équipe seulement").await;
    browser.press("Retirer").await;
    browser.sees("Il disparaît de la liste.").await;
    judge(&browser, "retirer").await;
    browser.press("Retirer ce modèle").await;
    browser.sees("Le modèle est retiré.").await;

    // One of a démarche that the team does not read is counted, and shown on demand.
    import(&browser, &file.as_str().unwrap().replace(&EVERYDAY.to_string(), "424242")).await;
    browser.sees("Le modèle est enregistré.").await;
    browser.press("Modèles").await;
    browser.sees("1 autre modèle concerne une démarche que votre équipe ne peut pas lire.").await;
    judge(&browser, "autres").await;
    browser.choose("De mon équipe").await;
    browser.sees("Fait pour la démarche 424242").await;
}
