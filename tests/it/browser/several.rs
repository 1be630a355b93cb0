//! Files as attachments, and a clone of the démarche in the same tables, both chosen on the screen Champs.

use relais_tests::ds::{COMPLETE, EVERYDAY, SIBLING, world::value::Value as Held};
use serde_json::{Value, json};

use super::{OWNER, Visit, axe::judge, browser::Browser, choose_everyday, open, services};

#[tokio::test(flavor = "multi_thread")]
async fn the_files_of_two_demarches_arrive_in_one_table() {
    let stack = services(12).await;
    let store = stack.ds.store();
    let browser = Browser::start("several").await;
    open(&browser, &stack, &stack.document, Visit { is_alone: true, ..OWNER }).await;
    choose_everyday(&browser, &stack).await;

    browser.press("Démarches dans cette table").await;
    browser.sees("Ajouter une démarche du même formulaire").await;
    let pick = format!(
        "const select = document.getElementById('autre-demarche'); select.value = '{SIBLING}'; \
         select.dispatchEvent(new Event('change', {{ bubbles: true }})); return select.value;"
    );
    assert_eq!(browser.ask_widget(&pick).await, json!(SIBLING.to_string()));
    browser.press("Ajouter").await;
    browser.sees("champs reconnus").await;
    browser.sees("Celle-ci, et 1 autre du même formulaire").await;
    judge(&browser, "demarches").await;
    browser.picture("demarches").await;

    browser.write("Chercher", "budget").await;
    browser.press("2 autres colonnes possibles").await;
    browser.choose("pièces jointes").await;
    browser.picture("fichiers").await;
    browser.write("Chercher", "intitulé").await;
    browser.write("Colonne pour Intitulé du projet", "Mon projet").await;
    browser.write("Chercher", "").await;
    browser.press("Importer les dossiers").await;
    browser.sees("Synchronisation terminée").await;
    browser.sees("fichiers copiés").await;
    browser.picture("resultat").await;

    let tables = browser.ask_document("return window.sampleGrist.tables();").await;
    let main = tables.as_array().unwrap().iter().find(|name| name.as_str().unwrap().starts_with("Fonds")).unwrap().clone();
    let shown = browser.ask_document(&format!("return window.sampleGrist.fetch({main});")).await;
    let numbers: Vec<i32> = serde_json::from_value(shown["Numero"].clone()).unwrap();
    assert_eq!(numbers.len(), store.numbers(EVERYDAY).len() + store.numbers(SIBLING).len());
    assert!(shown["Mon_projet"][0].is_string(), "the column has the name that was typed");
    let column = shown.as_object().unwrap().keys().find(|name| name.starts_with("Budget") && name.contains("pieces")).unwrap().clone();
    for (row, number) in numbers.iter().enumerate() {
        let (demarche, dossier) = store.dossier(*number).unwrap();
        assert_eq!(shown["Demarche"][row], json!(demarche.title));
        let field = store.field(demarche.number, "Budget prévisionnel").unwrap();
        let expected: Vec<Vec<u8>> = match dossier.content().champs.get(&field) {
            Some(Held::Files(files)) => files.iter().map(relais_tests::ds::world::value::Attachment::bytes).collect(),
            _ => Vec::new(),
        };
        let ids = shown[&column][row].as_array().into_iter().flatten().filter_map(Value::as_i64);
        let held: Vec<Vec<u8>> = ids.map(|id| stack.document.attachment(id).unwrap().to_vec()).collect();
        assert_eq!(held, expected, "the files of the dossier {number}");
    }

    // What changed in the form of one is told at its next run.
    store.rename_field(SIBLING, store.field(SIBLING, "Téléphone").unwrap(), "Numéro de téléphone").unwrap();
    browser.press("Synchroniser de nouveau").await;
    browser.sees("Le formulaire a changé").await;
    browser.sees("s'appelle maintenant « Numéro de téléphone »").await;
    browser.picture("formulaire-change").await;
    judge(&browser, "formulaire-change").await;
    browser.press("Terminer").await;
    browser.sees("de 2 démarches").await;
    assert_eq!(browser.console_errors().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_take_turns_are_parted_and_joined_by_hand() {
    let stack = services(1).await;
    let browser = Browser::start("turns").await;
    open(&browser, &stack, &stack.document, Visit { is_alone: true, ..OWNER }).await;
    browser.sees("Vos dossiers, dans ce document").await;
    browser.press("Connecter une démarche").await;
    browser.choose(&stack.ds.store().demarche(COMPLETE).unwrap().title).await;
    browser.sees("Formulaire").await;
    browser.press("Choisir les champs").await;
    browser.sees("Seulement l'essentiel").await;
    browser.write("Chercher", "enveloppe").await;
    browser.press("Séparer ces 3 champs").await;
    browser.sees("Réunir ces 3 champs").await;
    let focused = browser.ask_widget("return document.activeElement.textContent;").await;
    assert!(focused.as_str().unwrap().contains("Réunir"), "the focus is on what takes it back: {focused}");
    browser.picture("separes").await;
    browser.press("Importer les dossiers").await;
    browser.sees("Synchronisation terminée").await;
    let answers = |table: &Value| -> Vec<usize> {
        let columns = table.as_object().unwrap().iter().filter(|(name, _)| name.starts_with("Enveloppe"));
        let is_filled = |cell: &&Value| cell.as_str().is_some_and(|text| !text.is_empty());
        columns.map(|(_, cells)| cells.as_array().unwrap().iter().filter(is_filled).count()).collect()
    };
    let parted = answers(&main_table(&browser).await);
    assert!(parted.len() == 3 && parted.iter().all(|filled| *filled > 0), "{parted:?}");

    browser.press("Terminer").await;
    browser.press("Autres actions").await;
    browser.press("Modifier les champs").await;
    browser.sees("Seulement l'essentiel").await;
    browser.write("Chercher", "enveloppe").await;
    browser.press("Réunir ces 3 champs").await;
    browser.sees("Séparer ces 3 champs").await;
    browser.press("Enregistrer et synchroniser").await;
    browser.sees("Synchronisation terminée").await;
    let joined = answers(&main_table(&browser).await);
    assert_eq!(joined.into_iter().max(), Some(parted.iter().sum()), "every answer is in one of the columns; the others are the document's now");
}

/// The table of the dossiers.
async fn main_table(browser: &Browser) -> Value {
    let tables: Vec<String> = serde_json::from_value(browser.ask_document("return window.sampleGrist.tables();").await).unwrap();
    for name in tables.iter().filter(|name| *name != "Table1" && !name.starts_with("Relais_")) {
        let shown = browser.ask_document(&format!("return window.sampleGrist.fetch({});", json!(name))).await;
        if shown.get("Numero").is_some() {
            return shown;
        }
    }
    Value::Null
}
