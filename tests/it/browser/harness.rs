//! That the browser is what the journeys take it for.

use relais_tests::grist::{Options, SampleGrist};

use super::browser::Browser;

/// A document without a widget says so: the browser runs the page's script, and hears of what it shows.
#[tokio::test(flavor = "multi_thread")]
async fn a_document_opens() {
    let grist = SampleGrist::start(Options { documents: vec!["Suivi des aides".to_owned()], ..Options::default() }).await.unwrap();
    let document = grist.first_document().unwrap();
    let browser = Browser::start("a_document_opens").await;
    browser.open(&format!("{}/doc/{}", grist.url(), document.url_id())).await;
    browser.document_sees("Aucun widget").await;
    assert_eq!(browser.console_errors().await, Vec::<String>::new());
    let tables = browser.ask_document("return window.sampleGrist.tables();").await;
    assert_eq!(tables, serde_json::json!(["Table1"]));
}
