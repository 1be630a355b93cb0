//! Teams, in the widget: created from nothing, joined, used and left; each document its own.

use relais_proxy::config::Enrolment;
use relais_tests::{
    ds::{self, EVERYDAY, SIBLING, faults::Fault, tokens::Scope},
    grist,
    stack::{Options, Stack},
};

use super::{OWNER, Visit, axe::judge, browser::Browser, everyday_title, open};

/// Two documents, and no team yet.
async fn nobody_yet() -> Stack {
    nobody_yet_where(Enrolment::Open).await
}

async fn nobody_yet_where(enrolment: Enrolment) -> Stack {
    let options = Options {
        ds: ds::Options { everyday: 30, complete: 0, ..ds::Options::default() },
        grist: grist::Options { documents: vec!["Suivi des subventions".to_owned(), "Aides".to_owned()], ..grist::Options::default() },
        enrolment,
        without_team: true,
        ..Options::default()
    };
    crate::logs::start(options).await
}

/// Fills in what creates a team, and sends it.
pub(super) async fn create(browser: &Browser, name: &str, token: &str, demarches: &str) {
    browser.sees("Créer votre équipe").await;
    browser.write("Nom de l'équipe", name).await;
    browser.write("Nom de ce document", "Suivi").await;
    browser.write("Nom du jeton", "Subventions 2026").await;
    browser.write("Jeton Démarches Simplifiées", token).await;
    browser.write("Démarches que ce jeton autorise", demarches).await;
    browser.press("Vérifier et créer l'équipe").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_nothing_to_a_team_that_synchronises_and_a_stranger_gets_nothing() {
    let stack = nobody_yet().await;
    let browser = Browser::start("team_from_nothing").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    // A token that DS does not know is refused; what was typed is still there.
    create(&browser, "Préfecture du Loiret", "c2FucyBkcm9pdA", &EVERYDAY.to_string()).await;
    browser.sees("L'équipe est créée, sans jeton pour l'instant.").await;
    browser.picture("jeton-refuse").await;
    let token = stack.ds.tokens().add(Scope::Only(vec![EVERYDAY]));
    browser.write("Jeton Démarches Simplifiées", &token).await;
    browser.press("Vérifier et créer l'équipe").await;
    browser.sees("Préfecture du Loiret").await;
    browser.sees("Lecture seule").await;
    browser.sees("Inviter un autre document").await;
    assert!(!browser.widget_text().await.contains(&token), "a token is shown");
    browser.picture("equipe").await;
    // Told from page to page: not every browser says who is around.
    let handed = browser.ask_widget("return decodeURIComponent(location.hash);").await;
    assert_eq!(handed, format!("#{}", stack.grist.origin()).as_str());

    browser.follow("Accueil").await;
    browser.sees("Vos dossiers, dans ce document").await;
    browser.press("Connecter une démarche").await;
    browser.choose(&everyday_title(&stack)).await;
    browser.sees("Formulaire").await;
    browser.press("Choisir les champs").await;
    browser.sees("Seulement l'essentiel").await;
    browser.press("Importer les dossiers").await;
    browser.sees("30 dossiers sont à jour").await;
    browser.press("Terminer").await;
    browser.follow("Équipe").await;
    browser.sees("Lecture seule").await;
    // Who read what: the thirty dossiers of that run, and the examples before it.
    browser.press("Voir les lectures").await;
    browser.sees("Dossiers lus").await;
    browser.sees("Conservé 365 jours.").await;
    browser.picture("lectures").await;

    // An editor uses the team, and changes nothing of it.
    open(&browser, &stack, &stack.document, Visit { user: "editor", ..OWNER }).await;
    browser.sees(&everyday_title(&stack)).await;
    browser.follow("Équipe").await;
    browser.sees("Vous êtes éditeur de ce document").await;
    let text = browser.widget_text().await;
    assert!(!text.contains("Ajouter un jeton") && !text.contains("Inviter un document"), "an editor is offered something: {text}");
    browser.picture("editeur").await;

    // An editor of a document without a team is told whom to ask; nothing is asked of DS for them.
    let other = stack.grist.add_document("Ailleurs").unwrap();
    stack.ds.requests().reset();
    open(&browser, &stack, &other, Visit { user: "editor", ..OWNER }).await;
    browser.sees("propriétaire").await;
    browser.picture("sans-equipe").await;
    assert!(!browser.widget_text().await.contains("Créer votre équipe"));
    assert_eq!((stack.ds.requests().count(), other.calls().writes), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_of_the_operators_is_shown_and_changed_by_nobody() {
    let ds = ds::Options { everyday: 5, complete: 0, ..ds::Options::default() };
    let stack = crate::logs::start(Options { ds, checks_token: true, ..Options::default() }).await;
    let browser = Browser::start("team_declared").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    browser.sees("Vos dossiers, dans ce document").await;
    browser.follow("Équipe").await;
    browser.sees("Cette équipe est tenue par la personne qui gère Relais").await;
    browser.sees("ce document").await;
    browser.sees("N'ouvre pas la démarche").await;
    browser.sees("Lecture seule").await;
    let text = browser.widget_text().await;
    assert!(!text.contains("Ajouter un jeton") && !text.contains("Inviter") && !text.contains("Quitter"), "something is offered: {text}");
    browser.picture("declaree").await;
}

/// Another page would stop it.
#[tokio::test(flavor = "multi_thread")]
async fn while_a_run_goes_on_no_link_leads_away_from_it() {
    let stack = crate::browser::services(30).await;
    let browser = Browser::start("team_during_a_run").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    super::choose_everyday(&browser, &stack).await;
    stack.ds.faults().add(Fault::Latency(std::time::Duration::from_secs(20)).always().on_operation("getDossiers"));
    browser.press("Importer les dossiers").await;
    browser.sees("Synchronisation en cours").await;
    browser.press("Accueil").await;
    browser.sees("Synchronisation en cours").await;
    browser.picture("accueil-en-cours").await;
    assert!(!browser.widget_text().await.contains("Connecter une autre démarche"), "a link leads away from the run");
    let leads = "return [...document.querySelectorAll('.nav a')].map((link) => link.textContent + (link.href ? ' leads' : '')).join(', ');";
    assert_eq!(browser.ask_widget(leads).await, "Accueil, Modèles, Équipe");
    browser.press("Voir").await;
    browser.press("Arrêter").await;
    stack.ds.faults().clear();
    browser.sees_within("Vous avez arrêté la synchronisation.", std::time::Duration::from_mins(1)).await;
    browser.press("Accueil").await;
    browser.sees("Équipe").await;
    assert_eq!(browser.ask_widget(leads).await, "Accueil, Modèles leads, Équipe leads");
}

#[tokio::test(flavor = "multi_thread")]
async fn by_invitation_a_team_is_created_with_a_code_of_the_operators() {
    let stack = nobody_yet_where(Enrolment::Invitation).await;
    let browser = Browser::start("team_by_code").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    browser.sees("une équipe se crée avec un code").await;
    let token = stack.ds.tokens().add(Scope::Only(vec![EVERYDAY]));
    create(&browser, "Préfecture du Loiret", &token, &EVERYDAY.to_string()).await;
    browser.sees("Code d'invitation : ce champ est vide.").await;
    judge(&browser, "creer-par-code").await;
    browser.write("Code d'invitation", "K7M4-QX2P-9TWD").await;
    browser.press("Vérifier et créer l'équipe").await;
    browser.sees("Ce code d'invitation n'est pas valable.").await;
    browser.picture("code-refuse").await;
    browser.write("Code d'invitation", &stack.invitation().await.unwrap().to_lowercase()).await;
    browser.press("Vérifier et créer l'équipe").await;
    browser.sees("Lecture seule").await;
    browser.sees("Inviter un document").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_this_server_does_not_do_is_not_offered() {
    let mut stack = nobody_yet().await;
    let browser = Browser::start("team_closed").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    browser.sees("les autres équipes le verront").await;
    let token = stack.ds.tokens().add(Scope::Only(vec![EVERYDAY]));
    create(&browser, "Préfecture du Loiret", &token, &EVERYDAY.to_string()).await;
    browser.sees("Inviter un document").await;
    browser.sees("Confier l'équipe à un autre document").await;
    let restarted = stack.restart(|configuration| {
        configuration.enrolment = Enrolment::Closed;
        configuration.ds.egress_address = None;
    });
    restarted.await.unwrap();
    open(&browser, &stack, &stack.document, OWNER).await;
    browser.follow("Équipe").await;
    browser.sees("aucun document ne rejoint une équipe avec un code").await;
    let text = browser.widget_text().await;
    assert!(!text.contains("Inviter un document") && !text.contains("Confier l’équipe"), "a code that nobody could use is offered: {text}");
    // Nor is an address to be entered that is shown nowhere, or DS blamed for what it was not asked.
    browser.press("Ajouter un jeton").await;
    browser.sees("Demandez l'adresse IP de Relais à la personne qui le gère").await;
    browser.write("Nom du jeton", "DETR").await;
    browser.write("Jeton Démarches Simplifiées", &token).await;
    browser.write("Démarches que ce jeton autorise", "https://demarche.numerique.gouv.fr/commencer/detr-2026").await;
    browser.press("Vérifier et enregistrer").await;
    browser.sees("Ici, il faut le numéro de la démarche").await;
    browser.picture("adresse-publique").await;
}

/// A good token, one démarche of which DS opens to it no more.
#[tokio::test(flavor = "multi_thread")]
async fn a_démarche_that_is_no_longer_opened_is_named() {
    let stack = nobody_yet().await;
    let browser = Browser::start("team_refused").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    let token = stack.ds.tokens().add(Scope::Only(vec![EVERYDAY]));
    create(&browser, "Préfecture du Loiret", &token, &format!("{EVERYDAY}, {SIBLING}")).await;
    browser.sees(&format!("N'ouvre pas la démarche {SIBLING}")).await;
    browser.picture("refusee").await;
    judge(&browser, "demarche-refusee").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_document_joins_with_a_code_and_leaves() {
    let stack = nobody_yet().await;
    let second = stack.grist.add_document("Fonds vert").unwrap();
    let browser = Browser::start("team_joined").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    let token = stack.ds.tokens().add_writer(Scope::Only(vec![EVERYDAY, SIBLING]));
    create(&browser, "Préfecture du Loiret", &token, &format!("{EVERYDAY}, {SIBLING}")).await;
    browser.sees("Peut aussi écrire").await;
    browser.press("Inviter un document").await;
    browser.sees("Annuler ce code").await;
    browser.picture("code").await;
    let shown = browser.widget_text().await;
    let is_code = |word: &&str| word.len() == 14 && word.split('-').filter(|part| part.len() == 4).count() == 3;
    let code = shown
        .split_whitespace()
        .map(|word| word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric()))
        .find(is_code)
        .expect("a code is shown");

    open(&browser, &stack, &second, OWNER).await;
    browser.sees("Créer votre équipe").await;
    browser.press("Rejoindre une équipe").await;
    browser.write("Code d'invitation", "K7M4-QX2P-9TWD").await;
    browser.write("Nom de ce document", "Fonds vert").await;
    browser.press("Rejoindre l'équipe").await;
    browser.sees("Ce code d'invitation n'est pas valable.").await;
    browser.write("Code d'invitation", &code.to_lowercase()).await;
    browser.press("Rejoindre l'équipe").await;
    browser.sees("Vos dossiers, dans ce document").await;
    browser.press("Connecter une démarche").await;
    browser.sees(&everyday_title(&stack)).await;

    open(&browser, &stack, &second, OWNER).await;
    browser.follow("Équipe").await;
    browser.sees("Fonds vert").await;
    browser.press("Quitter l'équipe").await;
    browser.sees("ne pourra plus synchroniser").await;
    // The first opens the question; the second is the answer.
    browser.answer("Quitter l'équipe").await;
    browser.sees("Créer votre équipe").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_screens_of_a_team_are_accessible() {
    let stack = nobody_yet().await;
    let browser = Browser::start("accessible_team").await;
    open(&browser, &stack, &stack.document, Visit { is_alone: true, ..OWNER }).await;
    browser.sees("Créer votre équipe").await;
    judge(&browser, "creer").await;
    browser.press("Rejoindre une équipe").await;
    browser.sees("Code d'invitation").await;
    judge(&browser, "rejoindre").await;
    browser.press("Créer votre équipe").await;
    let token = stack.ds.tokens().add_writer(Scope::Only(vec![EVERYDAY]));
    create(&browser, "Préfecture du Loiret", &token, &EVERYDAY.to_string()).await;
    browser.sees("Peut aussi écrire").await;
    judge(&browser, "equipe").await;
    browser.press("Inviter un document").await;
    browser.sees("Annuler ce code").await;
    browser.press("Ajouter un jeton").await;
    browser.sees("Vérifier et enregistrer").await;
    judge(&browser, "jeton").await;
    open(&browser, &stack, &stack.document, Visit { is_alone: true, user: "editor", ..OWNER }).await;
    browser.follow("Équipe").await;
    browser.sees("Vous êtes éditeur de ce document").await;
    judge(&browser, "editeur").await;
}
