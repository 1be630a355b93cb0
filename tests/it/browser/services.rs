//! Two services that share: the first from nothing to a template for all, the second from nothing to its dossiers, by an
//! editor's hand; a stranger gets nothing. Once among our own services, once in the demo as people start it.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use relais_proxy::config::Enrolment;
use relais_tests::{
    ds::{self, EVERYDAY, SIBLING, tokens::Scope},
    grist,
    stack::{Options, Stack},
};
use serde_json::{Value, json};

use super::{
    browser::Browser,
    team::create,
    templates::{main_rows, pick},
};

const NAME: &str = "Suivi des associations";
const DOMAIN: &str = "Domaine d'intervention";

/// A document and the token of who will make its team.
struct Service {
    address: String,
    token: String,
}

impl Service {
    /// Its address for somebody else than its owner.
    fn address_of(&self, user: &str) -> String {
        let address = self.address.replace("user=owner", &["user=", user].concat());
        assert_ne!(address, self.address);
        address
    }
}

/// What both see and do.
async fn journey(browser: &Browser, first: &Service, second: &Service) {
    // From nothing to a team, a connexion, and a template for all.
    browser.open(&first.address).await;
    create(browser, "Préfecture du Loiret", &first.token, &EVERYDAY.to_string()).await;
    browser.sees("Inviter un autre document").await;
    browser.picture("equipe").await;
    browser.follow("Accueil").await;
    browser.press("Connecter une démarche").await;
    browser.choose("Fonds de soutien à la vie associative").await;
    browser.sees("Formulaire").await;
    browser.press("Choisir les champs").await;
    browser.sees("Seulement l'essentiel").await;
    browser.press("Importer les dossiers").await;
    browser.sees("dossiers sont à jour").await;
    browser.press("Terminer").await;
    browser.press("Autres actions").await;
    browser.press("Enregistrer comme modèle").await;
    browser.write("Nom du modèle", NAME).await;
    browser.write("Description", "Porteur, montants, calendrier.").await;
    browser.picture("enregistrer").await;
    browser.press("Enregistrer le modèle").await;
    browser.sees("Le modèle est enregistré.").await;
    browser.press("Partager").await;
    browser.choose("Toutes les équipes").await;
    browser.picture("partager").await;
    browser.press("Enregistrer le partage").await;
    browser.sees("Le partage est enregistré.").await;

    // Another service, another token: the template, for a clone in which two fields are called otherwise.
    browser.open(&second.address).await;
    create(browser, "Préfecture de l'Isère", &second.token, &SIBLING.to_string()).await;
    browser.sees("Inviter un autre document").await;
    browser.follow("Accueil").await;
    browser.press("Partir d'un modèle").await;
    browser.sees("Préfecture du Loiret").await;
    browser.picture("modeles").await;
    browser.press("Voir").await;
    browser.sees("Ce qu'il crée").await;
    browser.press("Appliquer à une démarche").await;
    pick(browser, "modele-demarche", &SIBLING.to_string()).await;
    browser.sees("2 champs à confirmer").await;
    browser.sees("Par exemple :").await;
    browser.picture("appliquer").await;
    browser.choose("Montant sollicité (en euros)").await;
    browser.choose("Date de démarrage du projet").await;
    browser.press("Appliquer le modèle").await;
    browser.sees("Prête").await;

    // Its editor synchronises.
    browser.open(&second.address_of("editor")).await;
    browser.sees("Prête").await;
    browser.picture("prete").await;
    browser.press("Synchroniser").await;
    browser.sees("dossiers sont à jour").await;
    browser.picture("resultat").await;
    let rows = main_rows(browser).await;
    let column = |start: &str| {
        let (_, cells) = rows.as_object().unwrap().iter().find(|(name, _)| name.starts_with(start)).unwrap_or_else(|| panic!("{start}: {rows}"));
        cells.as_array().unwrap().clone()
    };
    assert!(column("Montant_demande").iter().all(Value::is_number), "a required field that was confirmed is filled: {rows}");
    assert!(column("Date_de_debut").iter().all(Value::is_number), "{rows}");
    assert!(!column("Numero").is_empty());
    assert_eq!(browser.console_errors().await, Vec::<String>::new());

    // Whoever may only read synchronises nothing.
    browser.open(&second.address_of("viewer")).await;
    browser.sees("Vous consultez ce document en lecture seule").await;
    assert!(!browser.widget_text().await.contains("Synchroniser"), "a viewer may synchronise");
}

/// What the proxy answers to whom, whatever they ask of what is not theirs.
async fn refusals(stack: &Stack, session: &str) -> Vec<u16> {
    let client = reqwest::Client::new();
    let mut answers = Vec::new();
    let page = json!({ "number": SIBLING, "first": 1 });
    for (method, path, body) in [
        ("GET", "demarches", None),
        ("GET", "team", None),
        ("GET", "templates", None),
        ("GET", "teams", None),
        ("GET", "audit", None),
        ("POST", "operations/getDemarche", Some(json!({ "number": SIBLING }))),
        ("POST", "operations/getDossiers", Some(page)),
        ("PUT", "leases/120005", Some(json!({}))),
        ("PUT", "templates/uses", Some(json!({}))),
    ] {
        let request = client.request(method.parse().unwrap(), format!("{}/api/{path}", stack.address())).bearer_auth(session);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        answers.push(request.send().await.unwrap().status().as_u16());
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_makes_its_way_from_a_service_to_another_and_a_stranger_gets_nothing() {
    let options = Options {
        ds: ds::Options { everyday: 40, complete: 0, sibling_in_other_words: true, ..ds::Options::default() },
        grist: grist::Options { documents: vec!["Loiret".to_owned()], ..grist::Options::default() },
        enrolment: Enrolment::Open,
        without_team: true,
        ..Options::default()
    };
    let stack = crate::logs::start(options).await;
    let [second, third] = ["Isère", "Ailleurs"].map(|name| stack.grist.add_document(name).unwrap());
    let address = |document| format!("{}&access=full", stack.grist.page_url(document, "owner", &stack.address()));
    let token = |demarche| stack.ds.tokens().add(Scope::Only(vec![demarche]));
    let first = Service { address: address(&stack.document), token: token(EVERYDAY) };
    let second_service = Service { address: address(&second), token: token(SIBLING) };
    let browser = Browser::start("services").await;
    journey(&browser, &first, &second_service).await;
    let mut numbers: Vec<i32> = serde_json::from_value(main_rows(&browser).await["Numero"].clone()).unwrap();
    numbers.sort_unstable();
    assert_eq!(numbers, stack.ds.store().numbers(SIBLING));

    // The owner of a document of no team sees nothing of theirs, whatever they ask; no more does who forges a session.
    stack.ds.requests().reset();
    browser.open(&address(&third)).await;
    browser.sees("Créer votre équipe").await;
    let text = browser.widget_text().await;
    assert!(!text.contains(NAME) && !text.contains("Préfecture") && !text.contains(DOMAIN), "a stranger sees something: {text}");
    let asked = json!({ "grist_origin": stack.grist.origin(), "grist_token": third.access_token("owner", false) });
    let opened = reqwest::Client::new().post(format!("{}/api/session", stack.address())).json(&asked).send().await.unwrap();
    let opened: Value = opened.json().await.unwrap();
    let session = opened["session"].as_str().unwrap();
    assert_eq!(refusals(&stack, session).await, [403; 9]);
    assert_eq!(refusals(&stack, &session.chars().rev().collect::<String>()).await, [401; 9]);
    assert_eq!((stack.ds.requests().count(), third.calls().writes), (0, 0));
}

/// The demo, until it is dropped.
struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _waited = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_where_two_services_meet() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_demo"));
    command.args(["--port", "0", "--widget-port", "0", "--dossiers", "40", "--latency", "0"]).stdout(Stdio::piped());
    let mut demo = Demo(command.spawn().unwrap());
    let output = BufReader::new(demo.0.stdout.take().unwrap());
    let (mut addresses, mut tokens) = (Vec::new(), Vec::new());
    for line in output.lines() {
        let line = line.unwrap();
        if let Some(start) = line.find("http://") {
            addresses.push(line[start..].trim().to_owned());
        } else if let Some((_, token)) = line.split_once("jeton pour la démarche").and_then(|(_, rest)| rest.split_once(" : ")) {
            tokens.push(token.trim().to_owned());
        }
        if line.contains("Ctrl+C") {
            break;
        }
    }
    let browser = Browser::start("demo").await;
    // What people open first: a team that is there already.
    browser.open(&addresses[0]).await;
    browser.sees("Vos dossiers, dans ce document").await;
    browser.press("Connecter une démarche").await;
    browser.sees(&format!("n° {EVERYDAY}")).await;
    let service = |place: usize| Service { address: addresses[place + 1].clone(), token: tokens[place].clone() };
    journey(&browser, &service(0), &service(1)).await;
}
