//! What outlives the server: restarts, copies, other keys, and a database that fails.

use std::{os::unix::fs::PermissionsExt, path::Path};

use relais_proxy::{Server, config::DatabaseConfiguration, upkeep};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    database::{Way, is_postgres, meddle},
    ds::Known,
    grist::Right,
    relais::{DEMARCHE, DOCUMENT, Relais, code},
    teams::{create, team},
    tokens::{OTHER, TOKEN, deposit},
};

async fn with_token() -> (Relais, String) {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, Known { demarches: vec![DEMARCHE], ..Known::default() });
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
    (relais, owner)
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let (relais, owner) = with_token().await;
    let before = team(&relais, &owner).await;
    let relais = relais.restart().await;
    // Even the session, which the same secret has signed.
    assert_eq!(team(&relais, &owner).await, before);
    assert_eq!(relais.state(&owner).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn no_token_is_in_the_database() {
    let (relais, _) = with_token().await;
    let DatabaseConfiguration::File(path) = &relais.configuration.database else { return assert!(is_postgres()) };
    let folder = path.parent().unwrap();
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let content = std::fs::read(entry.path()).unwrap();
        read += content.len();
        for secret in [TOKEN.as_bytes(), b"deposited-token"] {
            assert!(!content.windows(secret.len()).any(|window| window == secret), "{:?}", entry.file_name());
        }
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.file_name());
    }
    assert!(read > 10_000, "the database was looked at");
}

#[tokio::test]
async fn a_sealed_token_moved_to_another_team_does_not_open() {
    let (relais, owner) = with_token().await;
    let thief = create(&relais, crate::relais::STRANGER, "Autre").await;
    relais.ds.knows(OTHER, Known { demarches: vec![DEMARCHE], ..Known::default() });
    deposit(&relais, &thief, OTHER, &[DEMARCHE]).await;
    // Whoever writes in the database, without the key, gives the seal of one team to another.
    meddle(&relais.configuration.database, "UPDATE tokens SET sealed = (SELECT MIN(sealed) FROM tokens)").await;
    let relais = relais.restart().await;
    let answers = [relais.state(&owner).await, relais.state(&thief).await];
    let opened = answers.iter().filter(|answer| answer.status() == StatusCode::OK).count();
    assert_eq!(opened, 1, "its own team's alone");
}

#[tokio::test]
async fn a_new_key_seals_everything_while_the_server_goes_on() {
    let (relais, owner) = with_token().await;
    assert_eq!(upkeep::rekey(&relais.configuration).await.unwrap(), 1);
    tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
    assert_eq!(relais.state(&owner).await.status(), StatusCode::OK, "it finds the key that it did not know");
    upkeep::forget_old_keys(&relais.configuration).await.unwrap();
    let relais = relais.restart().await;
    let again = relais.session_in(DOCUMENT, 1, Right::Owner).await;
    assert_eq!(relais.state(&again).await.status(), StatusCode::OK);
    // A session that the forgotten key had signed is asked for anew.
    assert_eq!(code(relais.state(&owner).await).await, "session_expired");
}

#[tokio::test]
async fn no_key_is_forgotten_while_a_token_needs_it() {
    let (relais, owner) = with_token().await;
    relais.configuration.secret.add_key().unwrap();
    assert!(upkeep::forget_old_keys(&relais.configuration).await.unwrap_err().to_string().contains("rekey"));
    // Stopped after the new key and before the seals: run again, it ends.
    assert_eq!(upkeep::rekey(&relais.configuration).await.unwrap(), 1);
    let relais = relais.restart().await;
    assert_eq!(relais.state(&owner).await.status(), StatusCode::OK);
}

/// Puts a secret file back as it was.
fn put_back(path: &Path, content: &[u8]) {
    std::fs::write(path, content).unwrap();
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).unwrap();
}

#[tokio::test]
async fn a_server_whose_secret_file_is_gone_does_not_start_and_draws_no_other() {
    let (relais, owner) = with_token().await;
    let secret = relais.configuration.secret.file.clone().unwrap();
    let content = std::fs::read(&secret).unwrap();
    std::fs::remove_file(&secret).unwrap();
    let started = Server::start(relais.configuration.clone()).await.err().map(|error| format!("{error:#}"));
    let rekeyed = upkeep::rekey(&relais.configuration).await.err().map(|error| format!("{error:#}"));
    let forgotten = upkeep::forget_old_keys(&relais.configuration).await.err().map(|error| format!("{error:#}"));
    for refused in [started, rekeyed, forgotten] {
        let refused = refused.unwrap();
        for word in [secret.to_str().unwrap(), "intacts", "remettez", "relais create-secret"] {
            assert!(refused.contains(word), "{refused}");
        }
        assert!(!secret.exists(), "no other is drawn");
    }
    put_back(&secret, &content);
    let relais = relais.restart().await;
    assert_eq!(relais.state(&owner).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn without_its_key_a_token_stays_closed_and_ds_is_not_blamed() {
    let (relais, _) = with_token().await;
    let secret = relais.configuration.secret.file.clone().unwrap();
    let content = std::fs::read(&secret).unwrap();
    std::fs::remove_file(&secret).unwrap();
    relais.configuration.secret.create().unwrap();
    // Due for its check as well.
    meddle(&relais.configuration.database, "UPDATE tokens SET checked_at = 1").await;
    let asked = relais.ds.asked().len();
    assert!(upkeep::rekey(&relais.configuration).await.unwrap_err().to_string().contains("n’a pas changé"));
    let relais = relais.restart().await;
    let owner = relais.session_in(DOCUMENT, 1, Right::Owner).await;
    let refused: Value = relais.state(&owner).await.json().await.unwrap();
    assert_eq!(refused["error"]["code"], "internal");
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("Le serveur de Relais ne peut plus ouvrir le jeton") && !message.contains("Démarches Simplifiées"), "{message}");
    let seen = team(&relais, &owner).await;
    assert_eq!((&seen["tokens"][0]["refusal"]["code"], &seen["tokens"][0]["refusal"]["message"]), (&json!("internal"), &json!(message)));
    let check = format!("/api/tokens/{}/check", seen["tokens"][0]["id"].as_str().unwrap());
    assert_eq!(code(relais.send(Method::POST, &check, &owner, &json!({})).await).await, "internal");
    assert_eq!(relais.ds.asked().len(), asked, "DS was not asked");
    // The right file again: nothing of it was kept against the token.
    let wrong = std::fs::read(&secret).unwrap();
    put_back(&secret, &content);
    let relais = relais.restart().await;
    let again = relais.session_in(DOCUMENT, 1, Right::Owner).await;
    assert_eq!(relais.state(&again).await.status(), StatusCode::OK);
    assert_eq!(team(&relais, &again).await["tokens"][0]["refusal"], Value::Null);
    // It is lost: the token is deposited again.
    put_back(&secret, &wrong);
    let relais = relais.restart().await;
    let path = format!("/api/tokens/{}", seen["tokens"][0]["id"].as_str().unwrap());
    let body = json!({ "version": 1, "name": "DETR", "token": TOKEN, "demarches": [DEMARCHE], "expires": null });
    assert_eq!(relais.send(Method::PUT, &path, &owner, &body).await.status(), StatusCode::OK);
    assert_eq!(relais.state(&owner).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_copy_is_whole_and_is_restored_where_nothing_is() {
    let (relais, owner) = with_token().await;
    let copy = relais.folder.path().join("copy.db");
    if is_postgres() {
        assert!(upkeep::backup(&relais.configuration, &copy).await.unwrap_err().to_string().contains("pg_dump"));
        return;
    }
    upkeep::backup(&relais.configuration, &copy).await.unwrap();
    assert!(upkeep::backup(&relais.configuration, &copy).await.is_err(), "an older copy is not overwritten");
    assert!(upkeep::restore(&relais.configuration, &copy).await.is_err(), "nor a database");
    let before = team(&relais, &owner).await;
    let mut elsewhere = relais.configuration.clone();
    elsewhere.database = DatabaseConfiguration::File(relais.folder.path().join("restored.db"));
    let broken = relais.folder.path().join("broken.db");
    let mut bytes = std::fs::read(&copy).unwrap();
    let middle = bytes.len() / 2;
    bytes.truncate(middle);
    for content in [&b"not a database"[..], &b""[..], &bytes] {
        std::fs::write(&broken, content).unwrap();
        assert!(upkeep::restore(&elsewhere, &broken).await.is_err());
        assert!(!elsewhere.database.file().unwrap().exists(), "nothing is left of a copy that is not whole");
    }
    upkeep::restore(&elsewhere, &copy).await.unwrap();
    let mut relais = relais;
    relais.configuration = elsewhere;
    let relais = relais.restart().await;
    assert_eq!(team(&relais, &owner).await, before);
    assert_eq!(relais.state(&owner).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_database_that_is_locked_is_explained_and_then_goes_on() {
    use secrecy::ExposeSecret as _;
    let (relais, owner) = with_token().await;
    let address = match &relais.configuration.database {
        DatabaseConfiguration::File(path) => format!("sqlite://{}", path.display()),
        DatabaseConfiguration::Postgres(address) => address.expose_secret().to_owned(),
        DatabaseConfiguration::Memory => unreachable!(),
    };
    let pool = sqlx::any::AnyPoolOptions::new().max_connections(1).connect(&address).await.unwrap();
    let mut transaction = pool.begin_with(if is_postgres() { "BEGIN" } else { "BEGIN EXCLUSIVE" }).await.unwrap();
    if is_postgres() {
        sqlx::query("LOCK TABLE teams IN ACCESS EXCLUSIVE MODE").execute(&mut *transaction).await.unwrap();
    }
    let rename = async || relais.send(Method::PATCH, "/api/team", &owner, &json!({ "name": "Autre", "version": 1 })).await;
    let refused = rename().await;
    assert_eq!((refused.status(), code(refused).await.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "proxy_unavailable"));
    transaction.rollback().await.unwrap();
    pool.close().await;
    assert_eq!(rename().await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_database_that_takes_no_more_still_reads() {
    let (relais, owner) = with_token().await;
    // As a full disk would, and as read-only rights do.
    let (close, open) = if is_postgres() {
        ("ALTER TABLE teams ADD CONSTRAINT closed CHECK (version < 2)", "ALTER TABLE teams DROP CONSTRAINT closed")
    } else {
        ("CREATE TRIGGER closed BEFORE UPDATE ON teams BEGIN SELECT RAISE(ABORT, 'private words'); END", "DROP TRIGGER closed")
    };
    meddle(&relais.configuration.database, close).await;
    let rename = async || relais.send(Method::PATCH, "/api/team", &owner, &json!({ "name": "Autre", "version": 1 })).await;
    let refused = rename().await;
    let status = refused.status();
    let body = refused.text().await.unwrap();
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
    assert!(!body.contains("private words"));
    assert_eq!(relais.state(&owner).await.status(), StatusCode::OK);
    meddle(&relais.configuration.database, open).await;
    assert_eq!(rename().await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_database_that_is_gone_for_a_while_is_found_again() {
    let (relais, owner) = with_token().await;
    let rename = |from: &str, to: &str| format!("ALTER TABLE {from} RENAME TO {to}");
    meddle(&relais.configuration.database, &rename("documents", "elsewhere")).await;
    tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
    let refused = relais.state(&owner).await;
    assert_eq!((refused.status(), code(refused).await.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "proxy_unavailable"));
    meddle(&relais.configuration.database, &rename("elsewhere", "documents")).await;
    assert_eq!(relais.state(&owner).await.status(), StatusCode::OK);
}

/// Of SQLite, see `routes`: the limits are those of a connection, which the server alone has.
#[tokio::test]
async fn a_postgresql_that_becomes_read_only_still_reads() {
    use secrecy::ExposeSecret as _;
    let (relais, owner) = with_token().await;
    let DatabaseConfiguration::Postgres(address) = &relais.configuration.database else { return assert!(!is_postgres()) };
    let (server, name) = address.expose_secret().rsplit_once('/').unwrap();
    let elsewhere = DatabaseConfiguration::Postgres(format!("{server}/postgres").into());
    let set = async |word: &str| {
        meddle(&elsewhere, &format!("ALTER DATABASE {name} SET default_transaction_read_only = {word}")).await;
        // As its restart would: connections that are open keep what they had.
        meddle(&elsewhere, &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")).await;
    };
    let rename = async || relais.send(Method::PATCH, "/api/team", &owner, &json!({ "name": "Autre", "version": 1 })).await;
    set("on").await;
    let refused = rename().await;
    assert_eq!((refused.status(), code(refused).await.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "proxy_unavailable"));
    assert_eq!(team(&relais, &owner).await["name"], "Préfecture");
    assert_eq!(relais.state(&owner).await.status(), StatusCode::OK);
    set("off").await;
    assert_eq!(rename().await.status(), StatusCode::OK);
}

/// The server of all tests is not stopped for one: the way to it is cut, as it would be.
#[tokio::test]
async fn a_postgresql_that_stops_and_comes_back_is_found_again() {
    let (mut relais, owner) = with_token().await;
    let Some(mut way) = Way::to(&mut relais.configuration.database).await else { return assert!(!is_postgres()) };
    let relais = relais.restart().await;
    assert_eq!(relais.state(&owner).await.status(), StatusCode::OK);
    way.cut();
    tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
    let rename = async || relais.send(Method::PATCH, "/api/team", &owner, &json!({ "name": "Autre", "version": 1 })).await;
    for refused in [relais.state(&owner).await, rename().await] {
        assert_eq!((refused.status(), code(refused).await.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "proxy_unavailable"));
    }
    assert_eq!(relais.get("/health/ready").await.status(), StatusCode::OK, "each person is told, and no replica is taken away");
    way.mend().await;
    assert_eq!(relais.state(&owner).await.status(), StatusCode::OK);
    assert_eq!(rename().await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_database_that_cannot_be_had_stops_the_start_and_shows_no_password() {
    let (relais, _) = with_token().await;
    for database in [
        DatabaseConfiguration::File("/nowhere/at/all/relais.db".into()),
        DatabaseConfiguration::Postgres("postgres://relais:sample-password@127.0.0.1:1/relais".to_owned().into()),
        DatabaseConfiguration::Postgres("postgres://relais:sample-password@[/relais".to_owned().into()),
    ] {
        let mut configuration = relais.configuration.clone();
        configuration.database = database;
        let error = format!("{:?}", Server::start(configuration).await.err().unwrap());
        assert!(!error.contains("sample-password"), "{error}");
    }
    let mut configuration = relais.configuration.clone();
    configuration.secret.is_required = true;
    configuration.secret.file = Some(relais.folder.path().join("none"));
    assert!(format!("{:#}", Server::start(configuration).await.err().unwrap()).contains("relais create-secret"));
}

#[tokio::test]
async fn two_servers_share_one_state() {
    let (relais, owner) = with_token().await;
    let second = Server::start(relais.configuration.clone()).await.unwrap();
    let address = second.address();
    let answer = relais.http.get(format!("http://{address}/api/team")).bearer_auth(&owner).send().await.unwrap();
    let seen: Value = answer.json().await.unwrap();
    assert_eq!(seen["name"], "Préfecture");
    // What one changes, the other knows within two seconds.
    let rename = relais.http.patch(format!("http://{address}/api/team")).bearer_auth(&owner).json(&json!({ "name": "Autre", "version": 1 }));
    assert_eq!(rename.send().await.unwrap().status(), StatusCode::OK);
    tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
    assert_eq!(team(&relais, &owner).await["name"], "Autre");
}
