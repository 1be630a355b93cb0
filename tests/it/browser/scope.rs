//! Which dossiers are followed, chosen on the screen; and two pages that want to run at once.

use relais_engine::ports::Leases as _;
use relais_tests::ds::{EVERYDAY, vocabulary::DossierState};
use serde_json::{Value, json};

use super::{OWNER, Visit, axe::judge, browser::Browser, choose_everyday, open, services};

/// The table of the dossiers, as Grist has it.
async fn table(browser: &Browser) -> Value {
    let tables = browser.ask_document("return window.sampleGrist.tables();").await;
    let tables: Vec<String> = serde_json::from_value(tables).unwrap();
    let mut found = Value::Null;
    for name in tables.iter().filter(|name| *name != "Table1" && !name.starts_with("Relais_")) {
        let shown = browser.ask_document(&format!("return window.sampleGrist.fetch({});", json!(name))).await;
        if shown.get("Numero").is_some() {
            found = shown;
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_dossiers_that_are_chosen_arrive_and_those_that_leave_are_marked() {
    let stack = services(60).await;
    let store = stack.ds.store();
    let in_state = |state: DossierState| -> Vec<i32> {
        store.numbers(EVERYDAY).into_iter().filter(|number| store.dossier(*number).unwrap().1.facts.state == state).collect()
    };
    let browser = Browser::start("scope").await;
    open(&browser, &stack, &stack.document, Visit { is_alone: true, ..OWNER }).await;
    choose_everyday(&browser, &stack).await;
    browser.press("Dossiers à importer").await;
    browser.sees("Quand un dossier sort de ce choix").await;
    judge(&browser, "dossiers").await;
    for state in ["En construction", "Accepté", "Refusé", "Classé sans suite"] {
        browser.choose(state).await;
    }
    browser.sees("Selon : état").await;
    browser.sees("Une sélection des dossiers").await;
    browser.picture("dossiers").await;
    browser.press("Importer les dossiers").await;
    browser.sees("Synchronisation terminée").await;
    let examined = in_state(DossierState::EnInstruction);
    let shown = table(&browser).await;
    assert_eq!(shown["Numero"].as_array().unwrap().len(), examined.len());
    assert!(shown["Hors_selection"].as_array().unwrap().iter().all(|mark| *mark == json!(false)));

    store.set_state(examined[0], DossierState::Accepte).unwrap();
    store.trash(examined[1], relais_tests::ds::vocabulary::DeletionReason::InstructeurRequest).unwrap();
    browser.press("Synchroniser de nouveau").await;
    browser.sees("supprimés, signalés").await;
    let shown = table(&browser).await;
    assert_eq!(shown["Numero"].as_array().unwrap().len(), examined.len());
    let row = |number: i32| shown["Numero"].as_array().unwrap().iter().position(|shown| *shown == json!(number)).unwrap();
    assert_eq!(shown["Hors_selection"][row(examined[0])], json!(true));
    assert_eq!(shown["Motif_de_suppression"][row(examined[1])], json!("Demande d’un instructeur"));

    // What was chosen is found again, and can be changed: the older dossiers come.
    browser.press("Terminer").await;
    browser.sees("Démarches connectées").await;
    browser.press("Autres actions").await;
    browser.press("Modifier les champs").await;
    browser.sees("Selon : état").await;
    browser.press("Dossiers à importer").await;
    browser.press("Tous les dossiers").await;
    browser.press("Enregistrer et synchroniser").await;
    browser.sees("Synchronisation terminée").await;
    assert_eq!(table(&browser).await["Numero"].as_array().unwrap().len(), 60);
    assert_eq!(browser.console_errors().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_goes_on_elsewhere_is_said_with_who_and_since_when() {
    let stack = services(10).await;
    let elsewhere = stack.source("editor").await.unwrap();
    elsewhere.hold(&EVERYDAY.to_string()).await.unwrap();
    let browser = Browser::start("lease").await;
    open(&browser, &stack, &stack.document, Visit { is_alone: true, ..OWNER }).await;
    choose_everyday(&browser, &stack).await;
    stack.document.reset_calls();
    browser.press("Importer les dossiers").await;
    browser.sees("synchronise déjà cette démarche depuis").await;
    browser.sees("Rien n'a été lancé une seconde fois.").await;
    judge(&browser, "deja-en-cours").await;
    browser.picture("deja-en-cours").await;
    assert_eq!(stack.document.calls().writes, 1, "what was chosen is kept");
    assert_eq!(table(&browser).await, Value::Null);
    elsewhere.give_back(&EVERYDAY.to_string()).await;
    browser.press("Réessayer").await;
    browser.sees("Synchronisation terminée").await;
    assert_eq!(table(&browser).await["Numero"].as_array().unwrap().len(), 10);
}
