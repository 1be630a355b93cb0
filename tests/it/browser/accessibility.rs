//! Every screen and state, judged in Grist's light and dark themes, wide and at 320 pixels.

use relais_tests::ds::{COMPLETE, faults::Fault};

use super::{OWNER, Visit, axe::judge, browser::Browser, everyday_title, open, services};

const ALONE: Visit<'static> = Visit { is_alone: true, ..OWNER };

#[tokio::test(flavor = "multi_thread")]
async fn the_way_from_home_to_a_result_is_accessible() {
    let stack = services(40).await;
    let browser = Browser::start("accessible_way").await;
    open(&browser, &stack, &stack.document, ALONE).await;
    browser.sees("Vos dossiers, dans ce document").await;
    judge(&browser, "accueil-vide").await;

    browser.press("Connecter une démarche").await;
    browser.sees(&everyday_title(&stack)).await;
    judge(&browser, "demarche").await;
    browser.press("Choisir les champs").await;
    browser.sees("Aucune démarche n'est choisie.").await;
    judge(&browser, "demarche-oubliee").await;
    browser.choose(&everyday_title(&stack)).await;
    browser.sees("Formulaire").await;
    assert!(!browser.widget_text().await.contains("Aucune démarche n'est choisie."), "a démarche is chosen");
    judge(&browser, "demarche-choisie").await;

    browser.press("Choisir les champs").await;
    browser.sees("Seulement l'essentiel").await;
    judge(&browser, "champs").await;

    // DS answers slowly enough for the screen of a run to be looked at, until it is let go.
    stack.ds.faults().add(Fault::Latency(std::time::Duration::from_secs(20)).always().on_operation("getDossiers"));
    browser.press("Importer les dossiers").await;
    browser.sees("Synchronisation en cours").await;
    judge(&browser, "en-cours").await;
    browser.press("Arrêter").await;
    stack.ds.faults().clear();
    browser.sees_within("Vous avez arrêté la synchronisation.", std::time::Duration::from_mins(1)).await;
    judge(&browser, "arretee").await;
    browser.press("Reprendre").await;
    browser.sees("Synchronisation terminée").await;
    judge(&browser, "resultat").await;

    browser.press("Terminer").await;
    browser.sees("Démarches connectées").await;
    judge(&browser, "accueil").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_and_odd_form_is_accessible() {
    let stack = services(5).await;
    let browser = Browser::start("accessible_long_form").await;
    open(&browser, &stack, &stack.document, ALONE).await;
    browser.press("Connecter une démarche").await;
    browser.write("Ou indiquez une démarche", &COMPLETE.to_string()).await;
    browser.press("Chercher cette démarche").await;
    browser.sees("Formulaire").await;
    browser.press("Choisir les champs").await;
    browser.choose("Tout importer").await;
    judge(&browser, "champs").await;
    browser.press("Importer les dossiers").await;
    browser.sees("Synchronisation terminée").await;
    judge(&browser, "resultat").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_states_that_stop_are_accessible() {
    let stack = services(5).await;
    let browser = Browser::start("accessible_states").await;
    open(&browser, &stack, &stack.document, Visit { access: "none", ..ALONE }).await;
    browser.sees("Autorisez Relais à écrire dans ce document").await;
    judge(&browser, "acces").await;

    open(&browser, &stack, &stack.document, Visit { user: "viewer", ..ALONE }).await;
    browser.sees("Vous consultez ce document en lecture seule").await;
    judge(&browser, "lecture-seule").await;

    let other = stack.grist.add_document("Ailleurs").unwrap();
    open(&browser, &stack, &other, ALONE).await;
    browser.sees("Ce document n'est rattaché à aucune équipe").await;
    judge(&browser, "inconnu").await;

    stack.ds.tokens().expire(stack.ds.token());
    open(&browser, &stack, &stack.document, ALONE).await;
    browser.press("Connecter une démarche").await;
    browser.choose("Démarche ").await;
    browser.sees("a expiré.").await;
    judge(&browser, "jeton-expire").await;
}
