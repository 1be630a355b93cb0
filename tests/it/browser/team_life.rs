//! What an owner does with a team over a year: its token ends, is replaced and taken away, it is renamed, and ends itself.

use relais_proxy::config::Enrolment;
use relais_tests::{
    ds::{self, COMPLETE, EVERYDAY, SIBLING, tokens::Scope},
    grist,
    stack::Options,
};

use super::{OWNER, axe::judge, browser::Browser, choose_everyday, open, team::create};

#[tokio::test(flavor = "multi_thread")]
async fn a_team_is_managed_until_its_end_and_its_connexions_know_nothing_of_it() {
    let options = Options {
        ds: ds::Options { everyday: 12, complete: 0, ..ds::Options::default() },
        grist: grist::Options { documents: vec!["Suivi des subventions".to_owned()], ..grist::Options::default() },
        enrolment: Enrolment::Open,
        without_team: true,
        ..Options::default()
    };
    let stack = crate::logs::start(options).await;
    let browser = Browser::start("team_life").await;
    open(&browser, &stack, &stack.document, OWNER).await;
    // A token that opens one of two démarches is kept, and what it does not open is said.
    let first = stack.ds.tokens().add(Scope::Only(vec![EVERYDAY]));
    create(&browser, "Préfecture du Loiret", &first, &format!("{EVERYDAY}, {SIBLING}")).await;
    browser.sees("Lecture seule").await;
    browser.sees("il n'ouvre pas toutes ces démarches").await;
    browser.sees(&format!("ne permettent pas de lire la démarche {SIBLING}")).await;
    browser.picture("en-partie").await;
    judge(&browser, "en-partie").await;
    browser.follow("Accueil").await;
    choose_everyday(&browser, &stack).await;
    browser.press("Importer les dossiers").await;
    browser.sees("12 dossiers sont à jour").await;

    // It ends. Another takes its place; the connexion goes on as it was.
    stack.ds.tokens().expire(&first);
    browser.press("Synchroniser de nouveau").await;
    browser.sees("Le jeton de votre équipe pour Démarches Simplifiées a expiré.").await;
    browser.press("Plus tard").await;
    browser.follow("Équipe").await;
    browser.sees("Ce jeton a expiré.").await;
    let second = stack.ds.tokens().add(Scope::Only(vec![EVERYDAY, SIBLING]));
    browser.press("Remplacer").await;
    browser.sees("Laissez vide pour garder le jeton actuel").await;
    browser.write("Jeton Démarches Simplifiées", &second).await;
    // A date is typed as each browser likes it.
    browser.ask_widget("document.querySelector('input[type=date]').value = '2099-12-31'; return true;").await;
    browser.picture("remplacer").await;
    judge(&browser, "remplacer").await;
    browser.press("Vérifier et enregistrer").await;
    browser.sees("ouvre 2 démarches").await;
    browser.sees("31 décembre 2099").await;
    assert!(!browser.widget_text().await.contains(&second), "a token is shown");
    browser.press("Vérifier maintenant").await;
    browser.sees("Vérifié aujourd'hui à").await;
    stack.document.reset_calls();
    browser.follow("Accueil").await;
    browser.press("Synchroniser").await;
    browser.sees("Rien n'a changé dans Démarches Simplifiées").await;
    assert_eq!(stack.document.calls().writes, 0, "its configuration is as it was");

    // One that opens more than it is meant for is kept, and said to.
    browser.press("Terminer").await;
    browser.follow("Équipe").await;
    browser.sees("Inviter un autre document").await;
    let wide = stack.ds.tokens().add(Scope::Only(vec![COMPLETE, EVERYDAY]));
    browser.press("Ajouter un jeton").await;
    browser.write("Nom du jeton", "Trop large").await;
    browser.write("Jeton Démarches Simplifiées", &wide).await;
    browser.write("Démarches que ce jeton autorise", &COMPLETE.to_string()).await;
    browser.press("Vérifier et enregistrer").await;
    browser.sees("Ce jeton ouvre aussi d'autres démarches.").await;
    browser.picture("trop-large").await;
    judge(&browser, "trop-large").await;
    browser.press("Retirer Trop large").await;
    browser.sees("Retirer « Trop large »").await;
    browser.answer("Retirer").await;
    browser.sees("C'est enregistré.").await;

    // Its name, what was read, and the way out.
    browser.sees("Préfecture du Loiret").await;
    browser.press("Renommer l'équipe").await;
    browser.write("Nom de l'équipe", "Préfecture du Centre").await;
    browser.answer("Renommer l'équipe").await;
    browser.sees("C'est enregistré.").await;
    browser.sees("Préfecture du Centre").await;
    browser.press("Exporter en CSV").await;
    browser.press("Voir les lectures").await;
    browser.sees(&EVERYDAY.to_string()).await;
    browser.press("Retirer Subventions 2026").await;
    browser.sees("L'équipe ne pourra plus lire les démarches de ce jeton.").await;
    browser.picture("retirer").await;
    judge(&browser, "retirer").await;
    browser.press("Garder").await;
    browser.press("Retirer Subventions 2026").await;
    browser.answer("Retirer").await;
    browser.sees("L'équipe n'a pas encore de jeton").await;
    browser.press("Confier l'équipe à un autre document").await;
    browser.press("Créer un code pour confier l'équipe").await;
    browser.sees("Valable jusqu'au").await;
    browser.press("Quitter l'équipe").await;
    browser.answer("Quitter l'équipe").await;
    // It is the last document: asked once more.
    browser.sees("elle prendrait fin avec lui").await;
    browser.picture("fin").await;
    browser.press("Mettre fin à l'équipe et supprimer ses jetons").await;
    browser.sees("Créer votre équipe").await;
    // What DS refused reached the browser as an error of the proxy.
    assert!(browser.console_errors().await.iter().all(|error| error.contains("502 (Bad Gateway)") || error.contains("409 (Conflict)")));
}
