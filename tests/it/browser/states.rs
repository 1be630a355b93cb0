//! What keeps Relais from working: each is explained on its own screen, with what to do, and leaves the document whole.

use relais_tests::{
    ds::{COMPLETE, EVERYDAY, NEIGHBOUR, faults::Fault},
    stack::Options,
};

use super::{OWNER, Visit, axe::judge, browser::Browser, choose_everyday, open, services};

const UNCHANGED: &str = "Votre document n'a pas changé.";

#[tokio::test(flavor = "multi_thread")]
async fn access_is_asked_for_then_taken() {
    let stack = services(5).await;
    let browser = Browser::start("access").await;
    open(&browser, &stack, &stack.document, Visit { access: "none", ..OWNER }).await;
    browser.sees("Autorisez Relais à écrire dans ce document").await;
    browser.press("Vérifier l'accès").await;
    browser.sees("L'accès complet n'est pas encore accordé.").await;
    browser.picture("refuse").await;
    browser.press_in_document("Accepter").await;
    browser.sees("Vos dossiers, dans ce document").await;
    // As the manifest asks, Grist hides the frame until the widget says that it wears the theme.
    let visibility = browser.ask_document("return getComputedStyle(document.querySelector('iframe')).visibility;").await;
    assert_eq!(visibility, "visible");
    assert_eq!(browser.console_errors().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_sees_how_things_stand_and_can_start_nothing() {
    let stack = services(5).await;
    let browser = Browser::start("viewer").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    choose_everyday(&browser, &stack).await;
    browser.press("Importer les dossiers").await;
    browser.sees("Synchronisation terminée").await;
    stack.document.reset_calls();
    stack.ds.requests().reset();

    open(&browser, &stack, &stack.document, Visit { user: "viewer", ..OWNER }).await;
    browser.sees("Vous consultez ce document en lecture seule.").await;
    browser.sees(&super::everyday_title(&stack)).await;
    browser.picture("lecteur").await;
    let text = browser.widget_text().await;
    assert!(!text.contains("Synchroniser ") && !text.contains("Connecter"), "a viewer is offered something: {text}");
    assert_eq!(stack.document.calls().writes, 0);
    assert_eq!(stack.ds.requests().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_of_no_team_is_told_so() {
    let stack = services(5).await;
    let other = stack.grist.add_document("Ailleurs").unwrap();
    let browser = Browser::start("unknown_document").await;
    open(&browser, &stack, &other, OWNER).await;
    browser.sees("Ce document n'est rattaché à aucune équipe").await;
    browser.picture("inconnu").await;
    assert_eq!(stack.ds.requests().count(), 0);
    assert_eq!(other.calls().writes, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_by_itself_says_where_to_open_it() {
    let stack = services(5).await;
    let browser = Browser::start("outside").await;
    browser.open(&stack.address()).await;
    browser.document_sees("Relais s'ouvre dans un document Grist").await;
    browser.picture("dehors").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ds_that_is_down_is_said_and_asked_again() {
    let stack = services(5).await;
    stack.ds.faults().add(Fault::BadGateway.always());
    let browser = Browser::start("ds_down").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    browser.press("Connecter une démarche").await;
    browser.choose("Démarche ").await;
    browser.sees("Démarches Simplifiées ne répond pas.").await;
    browser.sees(UNCHANGED).await;
    browser.picture("panne").await;
    assert_eq!(stack.document.calls().writes, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_is_renewed_and_one_that_cannot_be_is_said() {
    let stack = services(5).await;
    let browser = Browser::start("expired_session").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    browser.press("Connecter une démarche").await;
    browser.sees("Choisir une démarche").await;
    stack.ds.requests().reset();
    // As after a quarter of an hour: the proxy takes neither the session nor what would give another.
    let refuse = |what: &str, most: &str| {
        format!(
            "const ask = window.relaisFetch ??= window.fetch; let refused = 0;
             window.fetch = (input, init) => {{
                 if (!String(input.url ?? input).includes('{what}') || refused >= {most}) return ask.call(window, input, init);
                 refused += 1;
                 return Promise.resolve(new Response('', {{ status: 401 }}));
             }};
             return true;"
        )
    };
    browser.ask_widget(&refuse("/api/", "Infinity")).await;
    browser.choose(&super::everyday_title(&stack)).await;
    browser.sees("Votre session a expiré.").await;
    browser.sees(UNCHANGED).await;
    browser.picture("session-expiree").await;
    assert_eq!(stack.ds.requests().count(), 0);
    // One that may be had again is, and nobody notices.
    browser.ask_widget(&refuse("/api/operations/", "1")).await;
    browser.choose(&stack.ds.store().demarche(COMPLETE).unwrap().title).await;
    browser.sees("Formulaire").await;
    assert!(stack.ds.requests().count() > 0);
    assert_eq!(stack.document.calls().writes, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_soon_is_told_where_one_chooses() {
    let now = relais_engine::Timestamp::from_milliseconds(time::OffsetDateTime::now_utc().unix_timestamp() * 1000);
    let in_ten_days = now.plus_seconds(10 * 86_400).to_rfc3339();
    let token_expires = relais_engine::Day::parse(in_ten_days.get(..10).unwrap()).ok();
    let stack = crate::logs::start(Options { token_expires, ..Options::default() }).await;
    let browser = Browser::start("token_ends_soon").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    browser.press("Connecter une démarche").await;
    browser.sees("Le jeton de votre équipe pour Démarches Simplifiées expire dans 10 jours, le ").await;
    judge(&browser, "jeton-expire-bientot").await;
    // And where one synchronises, once it concerns what is there.
    open(&browser, &stack, &stack.document, OWNER).await;
    browser.sees("Vos dossiers, dans ce document").await;
    assert!(!browser.widget_text().await.contains("expire dans"), "no démarche of this document needs that token yet");
    choose_everyday(&browser, &stack).await;
    browser.press("Importer les dossiers").await;
    browser.sees("Synchronisation terminée").await;
    browser.press("Terminer").await;
    browser.sees("Le jeton de votre équipe pour Démarches Simplifiées expire dans 10 jours, le ").await;
    browser.sees("l'écran « Équipe » dit qui peut le déposer").await;
    judge(&browser, "accueil-jeton").await;
    browser.picture("accueil-jeton").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_stops_a_run_and_a_new_one_starts_it_again() {
    let stack = services(5).await;
    let browser = Browser::start("expired_token").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    choose_everyday(&browser, &stack).await;
    stack.ds.tokens().expire(stack.ds.token());
    stack.document.reset_calls();
    browser.press("Importer les dossiers").await;
    browser.sees("Le jeton de votre équipe pour Démarches Simplifiées a expiré.").await;
    browser.sees("Aucun dossier n'a été écrit. Vos choix sont gardés dans le document.").await;
    browser.picture("expire").await;
    assert_eq!(stack.document.calls().writes, 1, "what was chosen is kept");
    // Whoever opens the document is told before they try.
    let another = Browser::start("expired_token_home").await;
    open(&another, &stack, &stack.document, OWNER).await;
    another.sees("Démarches connectées").await;
    another.sees("Le jeton de votre équipe pour Démarches Simplifiées a expiré.").await;
    judge(&another, "accueil-expire").await;
    another.picture("accueil-expire").await;

    stack.ds.tokens().renew(stack.ds.token());
    browser.press("Réessayer").await;
    browser.sees("5 dossiers sont à jour").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_bound_to_another_address_names_the_address_to_add() {
    let stack = services(5).await;
    let browser = Browser::start("address_refused").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    choose_everyday(&browser, &stack).await;
    stack.ds.tokens().lock_elsewhere(stack.ds.token(), true);
    browser.press("Importer les dossiers").await;
    browser.sees("Démarches Simplifiées refuse ce jeton depuis le serveur de Relais.").await;
    browser.sees("aux adresses autorisées du jeton").await;
    browser.picture("adresse").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_means_nothing_is_explained_in_place() {
    let stack = services(5).await;
    let browser = Browser::start("numbers").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    browser.press("Connecter une démarche").await;
    browser.sees("Choisir une démarche").await;
    let cases = [
        ("n'importe quoi", "Ce texte n'est ni un numéro ni l'adresse d'une démarche."),
        ("https://www.demarches-simplifiees.fr/commencer/aide-aux-associations", "Cette adresse publique ne dit pas quelle est la démarche"),
        ("999999", "Les jetons de votre équipe ne permettent pas de lire la démarche 999999."),
    ];
    for (typed, answer) in cases {
        browser.write("Ou indiquez une démarche", typed).await;
        browser.press("Chercher cette démarche").await;
        browser.sees(answer).await;
    }
    // One of the team's list, which its token may not read after all.
    browser.write("Ou indiquez une démarche", &NEIGHBOUR.to_string()).await;
    browser.press("Chercher cette démarche").await;
    browser.sees(UNCHANGED).await;
    browser.picture("refusee").await;
    // And addresses of good ones: the public one, of which DS knows the number, and an administrator's.
    browser.write("Ou indiquez une démarche", &format!("https://demarche.numerique.gouv.fr/commencer/demarche-{EVERYDAY}")).await;
    browser.press("Chercher cette démarche").await;
    browser.sees("Formulaire").await;
    browser.sees(&super::everyday_title(&stack)).await;
    browser.write("Ou indiquez une démarche", &format!("https://www.demarches-simplifiees.fr/admin/procedures/{COMPLETE}/champs")).await;
    browser.press("Chercher cette démarche").await;
    browser.sees("Formulaire").await;
    assert_eq!(stack.document.calls().writes, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_went_away_is_said() {
    let stack = services(5).await;
    let browser = Browser::start("proxy_gone").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    browser.press("Connecter une démarche").await;
    browser.sees("Choisir une démarche").await;
    stack.proxy.stop().await;
    browser.write("Ou indiquez une démarche", &COMPLETE.to_string()).await;
    browser.press("Chercher cette démarche").await;
    browser.sees("Le serveur de Relais ne répond pas.").await;
    browser.picture("absent").await;
}
