//! The main job from end to end: connect a démarche, synchronise it, run again, take it back.

use std::time::Duration;

use relais_tests::ds::{EVERYDAY, faults::Fault};
use serde_json::{Value, json};

use super::{OWNER, axe::judge, browser::Browser, choose_everyday, everyday_title, open, services};

/// For a thousand dossiers, in a debug build, beside other tests.
const RUN: Duration = Duration::from_mins(3);

/// The numbers that the table of the dossiers holds, as Grist has them.
async fn numbers(browser: &Browser, table: &str) -> Vec<i64> {
    let shown = browser.ask_document(&format!("return window.sampleGrist.fetch({});", json!(table))).await;
    let mut numbers: Vec<i64> = shown["Numero"].as_array().unwrap().iter().filter_map(Value::as_i64).collect();
    numbers.sort_unstable();
    numbers
}

/// The tables of a document in which a démarche is chosen, and no dossier is.
const CHOSEN: [&str; 2] = ["Table1", "Relais_Connexions"];

async fn tables(browser: &Browser) -> Vec<String> {
    let tables = browser.ask_document("return window.sampleGrist.tables();").await;
    serde_json::from_value(tables).unwrap()
}

/// The table that the document's page lists first beyond those of a new document: that of the dossiers.
async fn main_table(browser: &Browser) -> String {
    let pages = browser.ask_document("return window.sampleGrist.state().pages.filter((page) => !page.isWidget).map((page) => page.table);").await;
    let pages: Vec<String> = serde_json::from_value(pages).unwrap();
    pages.into_iter().find(|table| table != "Table1").expect("the dossiers have a page")
}

/// A figure of the result, by its label.
async fn figure(browser: &Browser, label: &str) -> String {
    let script = format!(
        "const label = [...document.querySelectorAll('.counts dt')].find((label) => label.textContent === {});
         return label.parentElement.querySelector('dd').textContent.replace(/\\s/g, ' ');",
        json!(label)
    );
    browser.ask_widget(&script).await.as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_dossiers_arrive_once_and_can_be_taken_back() {
    let stack = services(1000).await;
    let browser = Browser::start("a_thousand_dossiers").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    choose_everyday(&browser, &stack).await;
    browser.picture("champs").await;
    stack.ds.requests().reset();
    stack.document.reset_calls();
    browser.press("Importer les dossiers").await;
    browser.sees_within("Synchronisation terminée", RUN).await;
    let expected: Vec<i64> = stack.ds.store().numbers(EVERYDAY).into_iter().map(i64::from).collect();
    assert_eq!(expected.len(), 1000);
    browser.sees("1 000 dossiers sont à jour").await;
    browser.picture("resultat").await;

    // Every dossier is a row, and no dossier is two.
    let table = main_table(&browser).await;
    assert_eq!(numbers(&browser, &table).await, expected);
    let first_run = stack.document.calls();
    assert!(first_run.rows_read < 10, "a first run reads no row back but the connexion's own");
    assert!(first_run.writes <= 12, "{} writes", first_run.writes);
    // The page that runs lists the team's démarches too, and asks anew about one that DS refuses.
    let requests = stack.ds.requests().all().into_iter().filter(|request| request.variables["number"] == EVERYDAY).count();
    assert!(requests <= 14, "{requests} requests to DS");

    // They are seen in the document's own table.
    browser.ask_document(&format!("return window.sampleGrist.openTable({});", json!(table))).await;
    browser.document_sees("1 000 lignes").await;
    browser.picture("table").await;

    // Nothing changed: nothing is written, not even a line of the journal.
    stack.document.reset_calls();
    stack.ds.requests().reset();
    browser.press("Synchroniser de nouveau").await;
    browser.sees_within("Rien n'a changé dans Démarches Simplifiées", RUN).await;
    assert_eq!(figure(&browser, "dossiers inchangés").await, "1 000", "those of which DS had no news count too");
    let second_run = stack.document.calls();
    assert_eq!((second_run.writes, second_run.rows_added, second_run.rows_updated, second_run.rows_removed), (0, 0, 0, 0));
    assert!(stack.ds.requests().count() <= 4, "{} requests to DS", stack.ds.requests().count());

    // One Ctrl+Z of the document takes the whole first run back, tables included.
    browser.press_in_document("Annuler").await;
    browser.document_lacks(&format!("[data-table={}]", json!(table))).await;
    assert_eq!(tables(&browser).await, CHOSEN);
    assert_eq!(browser.console_errors().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_button_takes_a_run_back_and_the_next_one_brings_it_again() {
    let stack = services(30).await;
    let browser = Browser::start("undo_by_button").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    choose_everyday(&browser, &stack).await;
    browser.press("Importer les dossiers").await;
    browser.sees_within("Synchronisation terminée", RUN).await;
    browser.press("Annuler cette synchronisation").await;
    browser.sees("Le document est revenu à l'état d'avant cette synchronisation.").await;
    assert_eq!(tables(&browser).await, CHOSEN);

    browser.press("Synchroniser de nouveau").await;
    browser.sees_within("30 dossiers sont à jour", RUN).await;
    let table = main_table(&browser).await;
    assert_eq!(numbers(&browser, &table).await.len(), 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connexion_is_found_again_and_one_changed_dossier_is_one_row() {
    let stack = services(30).await;
    let browser = Browser::start("one_changed_dossier").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    choose_everyday(&browser, &stack).await;
    browser.press("Importer les dossiers").await;
    browser.sees_within("Synchronisation terminée", RUN).await;

    // Another day: the document is opened again.
    open(&browser, &stack, &stack.document, OWNER).await;
    browser.sees("Démarches connectées").await;
    browser.sees(&everyday_title(&stack)).await;
    browser.picture("accueil").await;
    let number = stack.ds.store().numbers(EVERYDAY)[3];
    let field = stack.ds.store().field(EVERYDAY, "Intitulé du projet").unwrap();
    let value = relais_tests::ds::world::value::Value::Text("Atelier de réparation de vélos".into());
    stack.ds.store().set_champ(number, field, Some(value)).unwrap();
    stack.document.reset_calls();
    browser.press("Synchroniser").await;
    browser.sees_within("Synchronisation terminée", RUN).await;
    let calls = stack.document.calls();
    // The row of the dossier, and what the connexion and the journal remember of the run, in one write.
    assert_eq!(calls.writes, 1);
    let table = main_table(&browser).await;
    let shown = browser.ask_document(&format!("return window.sampleGrist.fetch({});", json!(table))).await;
    assert!(shown.to_string().contains("Atelier de réparation de vélos"), "the new value is in the table");
    // What the screen Accueil drew went with it, though it had still to show that a run goes on.
    assert_eq!(browser.console_errors().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connexion_that_is_ended_leaves_its_tables() {
    let stack = services(30).await;
    let browser = Browser::start("disconnect").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    choose_everyday(&browser, &stack).await;
    browser.press("Importer les dossiers").await;
    browser.sees_within("Synchronisation terminée", RUN).await;
    browser.press("Terminer").await;
    browser.sees("Démarches connectées").await;
    let menu = format!("Autres actions pour {}", everyday_title(&stack));
    browser.press(&menu).await;
    browser.press("Déconnecter la démarche").await;
    browser.sees("Ses tables restent dans le document").await;
    browser.picture("deconnecter").await;
    judge(&browser, "deconnecter").await;
    // Kept, then ended.
    browser.press("Garder la connexion").await;
    browser.sees("À jour").await;
    browser.press(&menu).await;
    browser.press("Déconnecter la démarche").await;
    browser.press("Déconnecter").await;
    browser.sees("Vos dossiers, dans ce document").await;
    let table = main_table(&browser).await;
    assert_eq!(numbers(&browser, &table).await.len(), 30);
    // One undo brings it back.
    assert!(stack.document.undo("owner").unwrap());
    open(&browser, &stack, &stack.document, OWNER).await;
    browser.sees("Démarches connectées").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_left_in_the_middle_is_gone_on_with_at_once() {
    let stack = services(600).await;
    let browser = Browser::start("left").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    choose_everyday(&browser, &stack).await;
    stack.ds.faults().add(Fault::Latency(Duration::from_millis(400)).always());
    browser.press("Importer les dossiers").await;
    browser.sees_within("200 dossiers sur", RUN).await;
    // The frame goes with the document's page. Its run ends there, and what it wrote is whole.
    open(&browser, &stack, &stack.document, OWNER).await;
    stack.ds.faults().clear();
    browser.sees("Synchronisation interrompue").await;
    browser.press("Synchroniser").await;
    browser.sees_within("Synchronisation terminée", RUN).await;
    let table = main_table(&browser).await;
    let mut numbers = numbers(&browser, &table).await;
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 600);
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_a_run_back_never_takes_what_was_done_since() {
    let stack = services(30).await;
    let browser = Browser::start("undo_of_another").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    choose_everyday(&browser, &stack).await;
    browser.press("Importer les dossiers").await;
    browser.sees_within("Synchronisation terminée", RUN).await;
    // The agent adds a row of their own, then thinks of the button.
    stack.document.apply("owner", json!([["AddRecord", "Table1", null, {}]]), json!({})).await.unwrap();
    browser.press("Annuler cette synchronisation").await;
    browser.sees("Grist n’a pas annulé cette synchronisation").await;
    let own = browser.ask_document("return window.sampleGrist.fetch('Table1');").await;
    assert_eq!(own["id"], json!([1]), "their row is there");
    let table = main_table(&browser).await;
    assert_eq!(numbers(&browser, &table).await.len(), 30);
}
