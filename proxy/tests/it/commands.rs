//! The commands of the binary.

use std::{
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use insta::assert_snapshot;
use relais_proxy::config::{DatabaseConfiguration, Enrolment};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Row as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{
    ds::{Ds, Known, Reply},
    grist::{Grist, Right},
    relais::{DEMARCHE, DOCUMENT, DS_TOKEN, Relais},
    storage::within,
    teams::create,
    tokens::{TOKEN, deposit},
    watch,
};

/// The binary, in a directory of its own and without the environment's settings.
fn relais(directory: &std::path::Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_relais"));
    command.current_dir(directory).env_clear();
    command
}

/// DS is asked about the token at the start: one that is not there.
const SETTINGS: &str = "listen = '127.0.0.1:0'\nds_url = 'http://127.0.0.1:1'\ngrist_origins = ['https://grist.exemple.fr']\nteam = 'A'\nds_token_file = 'token'\n\
                        demarches = [1]\ndocuments = ['https://grist.exemple.fr/sbaEqgyLXuNT']\n";

#[test]
fn check_config_names_what_is_wrong_and_creates_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let output = relais(directory.path()).arg("check-config").env("RELAIS_DS_URL", "http://ds.exemple.fr").output().unwrap();
    assert!(!output.status.success());
    assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @r#"
    Ces réglages sont à corriger :
    RELAIS_GRIST_ORIGINS : donnez l’origine d’au moins un Grist (https://grist.exemple.fr)
    RELAIS_DS_URL : l’adresse doit commencer par https:// (http:// n’est accepté que vers la machine elle-même)
    RELAIS_TEAM : donnez le nom de l’équipe, ou ouvrez la création d’équipes avec RELAIS_ENROLMENT
    RELAIS_DS_TOKEN_FILE : donnez le fichier qui contient le jeton Démarches Simplifiées de l’équipe
    RELAIS_DEMARCHES : donnez le numéro d’au moins une démarche
    RELAIS_DOCUMENTS : donnez l’adresse d’au moins un document
    "#);
    std::fs::write(directory.path().join("relais.toml"), SETTINGS).unwrap();
    std::fs::write(directory.path().join("token"), "sample-token\n").unwrap();
    let output = relais(directory.path()).arg("check-config").output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stdout).unwrap().as_str()), (Some(0), "Les réglages sont corrects.\n"));
    assert!(!directory.path().join("relais.secret").exists());
}

#[test]
fn default_config_is_a_file_to_start_from() {
    let directory = tempfile::tempdir().unwrap();
    let output = relais(directory.path()).arg("default-config").output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), relais_proxy::config::DEFAULT_FILE);
}

#[tokio::test]
async fn healthcheck_asks_the_server_of_this_machine() {
    let server = Relais::start().await;
    let directory = tempfile::tempdir().unwrap();
    let check = async |address: String| {
        let mut command = relais(directory.path());
        command.arg("healthcheck").env("RELAIS_LISTEN", address);
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    };
    assert!(check(server.server.address().to_string()).await.status.success());
    let (_reserved, gone) = crate::raw::nobody();
    let output = check(gone.to_string()).await;
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("Relais ne répond pas"));
}

#[tokio::test]
async fn serve_starts_from_the_file_and_stops_when_told() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("relais.toml"), SETTINGS).unwrap();
    std::fs::write(directory.path().join("token"), "sample-token\n").unwrap();
    let mut child = relais(directory.path()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let line: serde_json::Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(line["message"], "listening");
    // No server of this process may have done so yet.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let answer = reqwest::get(format!("http://{}/health/ready", line["address"].as_str().unwrap())).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(directory.path().join("relais.secret").exists());
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    assert!(child.wait().unwrap().success());
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert!(rest.last().unwrap().contains("stopped"), "{rest:?}");
}

/// The binary, on the state of a server of these tests.
fn relais_beside(server: &Relais, arguments: &[&str]) -> Output {
    let configuration = &server.configuration;
    let mut command = relais(server.folder.path());
    command.env("RELAIS_GRIST_ORIGINS", server.grist.origin()).env("RELAIS_LISTEN", "127.0.0.1:0");
    command.env("RELAIS_ENROLMENT", if configuration.enrolment == Enrolment::Open { "open" } else { "invitation" });
    command.env("RELAIS_DATABASE_URL", format!("sqlite:{}", configuration.database.file().unwrap().display()));
    command.env("RELAIS_SECRET_FILE", configuration.secret.file.as_ref().unwrap());
    command.args(arguments).output().unwrap()
}

/// A server whose state is in files, and the session of an owner who has deposited a token.
async fn with_files(enrolment: Enrolment) -> Relais {
    Relais::with(|configuration| {
        configuration.teams.clear();
        configuration.enrolment = enrolment;
        configuration.database = DatabaseConfiguration::File(configuration.secret.file.as_ref().unwrap().with_file_name("kept.db"));
    })
    .await
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

async fn journal(path: &Path) -> String {
    let pool = sqlx::any::AnyPoolOptions::new().max_connections(1).connect(&format!("sqlite://{}", path.display())).await.unwrap();
    let row = sqlx::query("PRAGMA journal_mode").fetch_one(&pool).await.unwrap();
    pool.close().await;
    row.get(0)
}

fn ok(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn refused(output: &Output) -> String {
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &b""[..]));
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[tokio::test]
async fn the_state_is_copied_resealed_and_restored_by_commands() {
    let server = with_files(Enrolment::Open).await;
    server.ds.knows(TOKEN, Known { demarches: vec![DEMARCHE], ..Known::default() });
    let owner = create(&server, DOCUMENT, "Préfecture").await;
    deposit(&server, &owner, TOKEN, &[DEMARCHE]).await;
    let (database, copy) = (server.configuration.database.file().unwrap().to_owned(), server.folder.path().join("copy.db"));
    assert_eq!((mode(&database), journal(&database).await.as_str()), (0o600, "wal"));

    assert!(ok(&relais_beside(&server, &["backup", "copy.db"])).starts_with("La base est copiée dans copy.db."));
    assert_eq!(mode(&copy), 0o600);
    assert!(refused(&relais_beside(&server, &["backup", "copy.db"])).contains("copy.db"));
    assert!(refused(&relais_beside(&server, &["restore", "copy.db"])).contains("existe déjà"));
    assert!(refused(&relais_beside(&server, &["create-secret"])).contains("existe déjà"));
    assert!(ok(&relais_beside(&server, &["rekey"])).starts_with("1 jeton"));
    let secret = server.configuration.secret.file.clone().unwrap();
    assert_eq!(std::fs::read_to_string(&secret).unwrap().lines().count(), 2);

    // Another, on nothing, in its place.
    let mut server = server;
    let idle = relais_proxy::Server::start(relais_proxy::Configuration::default()).await.unwrap();
    std::mem::replace(&mut server.server, idle).stop().await;
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", database.display()));
    }
    assert!(refused(&relais_beside(&server, &["restore", "none.db"])).contains("n’existe pas"));
    ok(&relais_beside(&server, &["restore", "copy.db"]));
    assert_eq!((mode(&database), journal(&database).await.as_str()), (0o600, "wal"));
    // Sealed with the older key, which is still there, and then with the newer alone.
    let server = server.restart().await;
    assert_eq!(server.state(&owner).await.status(), 200);
    assert!(ok(&relais_beside(&server, &["rekey", "--forget"])).contains("Les anciennes clés sont oubliées."));
    assert_eq!((std::fs::read_to_string(&secret).unwrap().lines().count(), mode(&secret)), (1, 0o600));
    let server = server.restart().await;
    let owner = server.session_in(DOCUMENT, 1, Right::Owner).await;
    assert_eq!(server.state(&owner).await.status(), 200);
}

#[tokio::test]
async fn a_secret_file_that_is_gone_or_wrong_is_said_at_the_start() {
    let server = with_files(Enrolment::Open).await;
    server.ds.knows(TOKEN, Known { demarches: vec![DEMARCHE], ..Known::default() });
    let owner = create(&server, DOCUMENT, "Préfecture").await;
    deposit(&server, &owner, TOKEN, &[DEMARCHE]).await;
    let secret = server.configuration.secret.file.clone().unwrap();
    std::fs::remove_file(&secret).unwrap();
    let said = refused(&relais_beside(&server, &["serve"]));
    assert!(said.contains(secret.to_str().unwrap()) && said.contains("intacts"), "{said}");
    assert!(!secret.exists());
    ok(&relais_beside(&server, &["create-secret"]));
    assert_eq!(mode(&secret), 0o600);
    let mut command = relais(server.folder.path());
    command.env("RELAIS_GRIST_ORIGINS", server.grist.origin()).env("RELAIS_ENROLMENT", "open").env("RELAIS_LISTEN", "127.0.0.1:0");
    command.env("RELAIS_DATABASE_URL", "sqlite:kept.db").env("RELAIS_SECRET_FILE", "secret");
    let mut child = Killed(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(child.0.stderr.take().unwrap()).lines();
    let line: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!((&line["level"], &line["file"], &line["closed"], &line["tokens"]), (&json!("ERROR"), &json!("secret"), &json!(1), &json!(1)));
    assert_eq!(line["message"], "tokens do not open: the secret file is not the one that has sealed them");
}

#[tokio::test]
async fn invitation_prints_a_code_that_creates_a_team() {
    let open = with_files(Enrolment::Open).await;
    assert!(refused(&relais_beside(&open, &["invitation"])).contains("RELAIS_ENROLMENT"));
    let server = with_files(Enrolment::Invitation).await;
    for days in ["0", "91", "-1"] {
        assert!(!relais_beside(&server, &["invitation", "--days", days]).status.success());
    }
    let printed = ok(&relais_beside(&server, &["invitation", "--days", "3"]));
    let session = server.session_in(DOCUMENT, 1, Right::Owner).await;
    let body = json!({ "name": "Préfecture", "document_name": "Suivi", "code": printed.lines().next().unwrap() });
    assert_eq!(server.send(reqwest::Method::POST, "/api/team", &session, &body).await.status(), 201, "{printed}");
    // Without the key that has sealed its tokens, it draws none: the server would take it for the one.
    server.ds.knows(TOKEN, Known { demarches: vec![DEMARCHE], ..Known::default() });
    deposit(&server, &session, TOKEN, &[DEMARCHE]).await;
    let secret = server.configuration.secret.file.clone().unwrap();
    let kept = std::fs::read(&secret).unwrap();
    std::fs::remove_file(&secret).unwrap();
    assert!(refused(&relais_beside(&server, &["invitation"])).contains("intacts"));
    assert!(!secret.exists());
    std::fs::write(&secret, kept).unwrap();
    // Nor does it make a database where there is none.
    let elsewhere = tempfile::tempdir().unwrap();
    let mut command = relais(elsewhere.path());
    command.args(["invitation"]).env("RELAIS_GRIST_ORIGINS", server.grist.origin()).env("RELAIS_ENROLMENT", "invitation");
    assert!(refused(&command.output().unwrap()).contains("n’existe pas"));
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

/// A process that does not outlive its test, whatever happens.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A forward proxy resolves names itself. It learns the host of a file, and nothing that opens anything; its own name may
/// lead inside.
#[tokio::test]
async fn a_forward_proxy_is_told_the_host_of_a_file_and_no_more() {
    let (grist, forward) = (Grist::start().await, tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap());
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("token"), DS_TOKEN).unwrap();
    let origin = grist.origin();
    let settings = format!(
        "listen = '127.0.0.1:0'\nds_url = 'http://127.0.0.1:1'\ngrist_origins = ['{origin}']\nteam = 'A'\nds_token_file = 'token'\ndemarches = [1]\ndocuments = ['{origin}/{DOCUMENT}']\n"
    );
    std::fs::write(directory.path().join("relais.toml"), settings).unwrap();
    let mut command = relais(directory.path());
    command.env("HTTPS_PROXY", format!("http://localhost:{}", forward.local_addr().unwrap().port()));
    let mut child = Killed(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(child.0.stderr.take().unwrap()).lines();
    let line: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    let address = format!("http://{}/api", line["address"].as_str().unwrap());
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let asked = json!({ "grist_origin": origin, "grist_token": grist.token(DOCUMENT, 42, Right::Editor) });
    let session: Value = http.post(format!("{address}/session")).json(&asked).send().await.unwrap().json().await.unwrap();
    let session = session["session"].as_str().unwrap();
    let url = "https://static.demarches-simplifiees.fr:443/v1/a?temp_url_sig=c2lnbmF0dXJl";
    let request = http.post(format!("{address}/files")).bearer_auth(session).json(&json!({ "demarche": 1, "url": url, "size": 6 }));
    let answer = tokio::spawn(async move { request.send().await.unwrap().json::<Value>().await.unwrap() });
    let mut told = String::new();
    // Refused, it is asked once more.
    for _ in 0..2 {
        let (mut connection, _) = within(forward.accept()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(connection.read_u8().await.unwrap());
        }
        told.push_str(&String::from_utf8(head).unwrap());
        connection.write_all(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n").await.unwrap();
    }
    assert_eq!(within(answer).await.unwrap()["error"]["code"], "ds_unavailable");
    assert!(told.starts_with("CONNECT static.demarches-simplifiees.fr:443 HTTP/1.1\r\n"), "{told}");
    for secret in ["temp_url_sig", "c2lnbmF0dXJl", DS_TOKEN, session] {
        assert!(!told.contains(secret), "{told}");
    }
}

/// A server of its own process, whose teams are made by owners, between these stand-ins.
struct Process {
    _child: Killed,
    pid: u32,
    address: String,
    http: reqwest::Client,
}

impl Process {
    /// By a shell: a file that may grow no more is then an error, as on a full disk, and not the end of the process.
    fn start(directory: &std::path::Path, grist: &Grist, ds: &Ds) -> Self {
        let settings =
            format!("listen = '127.0.0.1:0'\ngrist_origins = ['{}']\nds_url = 'http://{}'\nenrolment = 'open'\n", grist.origin(), ds.address);
        std::fs::write(directory.join("relais.toml"), settings).unwrap();
        let mut command = Command::new("sh");
        command.current_dir(directory).env_clear().args(["-c", "trap '' XFSZ; exec \"$0\"", env!("CARGO_BIN_EXE_relais")]);
        let mut child = Killed(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
        let mut lines = BufReader::new(child.0.stderr.take().unwrap()).lines();
        let line: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        // What it says later has to go somewhere, and is looked through.
        std::thread::spawn(move || lines.for_each(|line| watch::look("a line of the log", &line.unwrap_or_default())));
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { pid: child.0.id(), _child: child, address: line["address"].as_str().unwrap().to_owned(), http }
    }

    async fn owner(&self, grist: &Grist) -> String {
        let asked = json!({ "grist_origin": grist.origin(), "grist_token": grist.token(DOCUMENT, 1, Right::Owner) });
        let answer = self.send(Method::POST, "/api/session", "", &asked).await;
        answer.1["session"].as_str().unwrap().to_owned()
    }

    fn request(&self, method: Method, path: &str, session: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("http://{}{path}", self.address)).bearer_auth(session)
    }

    async fn send(&self, method: Method, path: &str, session: &str, body: &Value) -> (u16, Value) {
        let answer = self.request(method, path, session).json(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}

#[tokio::test]
async fn a_server_killed_in_the_middle_of_a_deposit_has_what_was_done_and_nothing_else() {
    let (grist, ds) = (Grist::start().await, Ds::start().await);
    ds.knows(TOKEN, Known { demarches: vec![DEMARCHE], ..Known::default() });
    let directory = tempfile::tempdir().unwrap();
    let first = Process::start(directory.path(), &grist, &ds);
    let owner = first.owner(&grist).await;
    let created = first.send(Method::POST, "/api/team", &owner, &json!({ "name": "Préfecture", "document_name": "Suivi" })).await;
    assert_eq!(created.0, 201, "{created:?}");
    ds.will([Reply::Held(Box::new(Ds::state(DEMARCHE, "A")))]);
    let deposit = json!({ "name": "DETR", "token": TOKEN, "demarches": [DEMARCHE], "expires": null });
    let under_way = tokio::spawn(first.request(Method::POST, "/api/tokens", &owner).json(&deposit).send());
    ds.received(1).await;
    drop(first);
    assert!(under_way.await.unwrap().is_err());
    ds.release();
    let second = Process::start(directory.path(), &grist, &ds);
    // The same session, and the same team.
    let (_, team) = second.send(Method::GET, "/api/team", &owner, &json!({})).await;
    assert_eq!((&team["name"], &team["tokens"]), (&json!("Préfecture"), &json!([])));
    assert_eq!(second.send(Method::POST, "/api/tokens", &owner, &deposit).await.0, 201);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_explained_and_then_forgotten() {
    let (grist, ds) = (Grist::start().await, Ds::start().await);
    let directory = tempfile::tempdir().unwrap();
    let server = Process::start(directory.path(), &grist, &ds);
    let owner = server.owner(&grist).await;
    server.send(Method::POST, "/api/team", &owner, &json!({ "name": "Préfecture", "document_name": "Suivi" })).await;
    let files_grow_to = |most: &str| {
        let mut command = Command::new("prlimit");
        assert!(command.args([format!("--pid={}", server.pid), format!("--fsize={most}:unlimited")]).status().unwrap().success());
    };
    let rename = async || server.send(Method::PATCH, "/api/team", &owner, &json!({ "name": "Autre", "version": 1 })).await;
    files_grow_to("0");
    let (status, refused) = rename().await;
    assert_eq!((status, &refused["error"]["code"]), (503, &json!("proxy_unavailable")));
    assert_eq!(server.send(Method::GET, "/api/team", &owner, &json!({})).await.1["name"], "Préfecture", "what is there is read");
    files_grow_to("unlimited");
    assert_eq!(rename().await.0, 200);
}
