//! What the proxy costs: added time, memory and start, with its state in SQLite, and in PostgreSQL when
//! `RELAIS_TEST_POSTGRES` has the address of one (`make bench` starts it). It runs in a process of its own, whose memory is
//! nobody else's.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context as _;
use relais_engine::{
    ds::{Demarche, Operation, operations::DemarcheVariables},
    mapping::{Preset, Proposal},
    sync::Connexion,
    template::Template,
};
use relais_proxy::{
    Server,
    config::{Configuration, DatabaseConfiguration, DsConfiguration, Enrolment, GristConfiguration, SecretConfiguration, ServerConfiguration},
};
use relais_tests::{
    ds::{self, BENCH, SampleDs},
    grist::{self, SampleDocument, SampleGrist},
    stack::generous,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Figures, median, percentile};

/// Tells the process that is to be the proxy: the origin of Grist, the address of DS, that of the database, a folder.
const CHILD: &str = "RELAIS_BENCH_PROXY";
/// How many ask at once, and how long.
const CLIENTS: usize = 200;
const LASTING: Duration = Duration::from_secs(125);
/// Templates of a team in the gallery, and teams: a thousand in all, and no more a person than may be made in a minute.
const TEMPLATES: usize = 10;
const TEAMS: usize = 100;
/// Until everything that is loaded once is, and the pace of the token remembers a whole minute of requests: of as many as the
/// machine makes, here; of 360, in life. A minute is left to be measured.
const SETTLED: Duration = Duration::from_secs(65);

/// Is the proxy, when this process was started for that.
pub(crate) async fn serve_if_asked() -> anyhow::Result<bool> {
    let Ok(asked) = std::env::var(CHILD) else { return Ok(false) };
    let [grist, ds, database, folder]: [String; 4] = serde_json::from_str(&asked)?;
    let folder = std::path::PathBuf::from(folder);
    let configuration = Configuration {
        server: ServerConfiguration { listen: ([127, 0, 0, 1], 0).into(), ..ServerConfiguration::default() },
        grist: GristConfiguration { origins: vec![grist.parse()?] },
        ds: DsConfiguration { url: ds.parse()?, ..DsConfiguration::default() },
        secret: SecretConfiguration { file: Some(folder.join("secret")), is_required: false },
        database: if database.is_empty() {
            DatabaseConfiguration::File(folder.join("relais.db"))
        } else {
            DatabaseConfiguration::Postgres(database.into())
        },
        enrolment: Enrolment::Open,
        limits: generous()?,
        ..Configuration::default()
    };
    let server = Server::start(configuration).await?;
    println!("http://{}", server.address());
    // Until whoever has started it lets go.
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    drop(server);
    Ok(true)
}

struct Proxy {
    child: Child,
    address: String,
    started_ms: f64,
}

impl Proxy {
    fn start(grist: &SampleGrist, ds: &SampleDs, database: &str, folder: &std::path::Path) -> anyhow::Result<Self> {
        let asked = json!([grist.origin(), ds.url(), database, folder]).to_string();
        let start = Instant::now();
        let mut child = Command::new(std::env::current_exe()?).env(CHILD, asked).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut address = String::new();
        BufReader::new(child.stdout.take().context("its output is ours")?).read_line(&mut address)?;
        let started_ms = start.elapsed().as_secs_f64() * 1000.0;
        anyhow::ensure!(!address.is_empty(), "the proxy did not start");
        Ok(Self { child, address: address.trim().to_owned(), started_ms })
    }

    /// Memory that it holds, in megabytes.
    fn memory(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no memory is said")?;
        Ok(line.trim().trim_end_matches("kB").trim().parse::<f64>()? / 1024.0)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Who asks the proxy.
struct Asking {
    client: reqwest::Client,
    address: String,
}

impl Asking {
    async fn ask(&self, method: Method, path: &str, session: &str, body: Value) -> anyhow::Result<Value> {
        let request = self.client.request(method, format!("{}{path}", self.address)).bearer_auth(session).header("if-match", "\"1\"");
        let answer = request.json(&body).send().await?;
        anyhow::ensure!(answer.status().is_success(), "{path}: {}", answer.text().await?);
        Ok(answer.json().await?)
    }

    /// A session in a document that has a team of its own from now on.
    async fn team_of(&self, grist: &SampleGrist, document: &SampleDocument) -> anyhow::Result<String> {
        let asked = json!({ "grist_origin": grist.origin(), "grist_token": document.access_token("owner", false) });
        let opened = self.ask(Method::POST, "/api/session", "", asked).await?;
        let session = opened.get("session").and_then(Value::as_str).context("no session")?.to_owned();
        self.ask(Method::POST, "/api/team", &session, json!({ "name": "Mesures", "document_name": "Mesures" })).await?;
        Ok(session)
    }
}

/// The file of a template.
fn template(name: &str) -> anyhow::Result<Value> {
    let field = |number: i32| json!({ "__typename": "TextChampDescriptor", "id": format!("Q2hhbXAt{number}"), "label": format!("Champ {number}") });
    let form = json!({
        "number": BENCH, "title": "Aides", "state": "publiee", "labels": [], "groupeInstructeurs": [],
        "activeRevision": { "id": "R", "datePublication": null, "annotationDescriptors": [], "champDescriptors": (0..40).map(field).collect::<Vec<_>>() },
    });
    let form: Demarche = relais_engine::json::from_value(&form)?;
    let mut proposal = Proposal::new(&form, &[]);
    proposal.apply(Preset::Everything);
    let connexion = Connexion::new(proposal.into_mapping(), &[]);
    Ok(serde_json::from_str(&Template::of(&connexion, &form, name, "Porteur, montants, calendrier, pièces.").write())?)
}

/// Milliseconds until the list of a thousand templates is whole, as a browser asks for it.
async fn gallery(database: &str) -> anyhow::Result<f64> {
    let folder = tempfile::tempdir()?;
    let ds = SampleDs::start(ds::Options { bench: 0, everyday: 0, complete: 0, ..ds::Options::default() }).await?;
    let grist = SampleGrist::start(grist::Options::default()).await?;
    let proxy = Proxy::start(&grist, &ds, database, folder.path())?;
    // Compressed as for a browser, and left so.
    let client = reqwest::Client::builder().no_brotli().no_gzip().build()?;
    let asking = Asking { client, address: proxy.address.clone() };
    let session = asking.team_of(&grist, &grist.first_document().context("no document")?).await?;
    for team in 0..TEAMS {
        let owner = asking.team_of(&grist, &grist.add_document(&format!("Service {team}"))?).await?;
        for number in 0..TEMPLATES {
            let made = asking.ask(Method::POST, "/api/templates", &owner, template(&format!("Modèle {team}, {number}"))?).await?;
            let id = made.get("id").and_then(Value::as_str).context("no id")?;
            asking.ask(Method::PATCH, &format!("/api/templates/{id}"), &owner, json!({ "visibility": "all" })).await?;
        }
    }
    let listed = asking.client.get(format!("{}/api/templates", asking.address)).bearer_auth(&session).send().await?;
    let count = listed.json::<Vec<Value>>().await?.len();
    anyhow::ensure!(count == TEAMS * TEMPLATES, "{count} templates are listed");
    let mut times = Vec::new();
    for _ in 0..50 {
        let start = Instant::now();
        let request = asking.client.get(format!("{}/api/templates", asking.address)).bearer_auth(&session).header("accept-encoding", "br");
        let answer = request.send().await?;
        anyhow::ensure!(answer.headers().get("content-encoding").is_some_and(|encoding| encoding == "br"), "it is not compressed");
        answer.bytes().await?;
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(median(&mut times))
}

/// What is measured of one kind of database. `names` are the keys of the figures, in the order below.
async fn measure(figures: &mut Figures, database: &str, names: [&'static str; 6]) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let ds = SampleDs::start(ds::Options { bench: 1, everyday: 0, complete: 0, requests_per_minute: 10_000_000, ..ds::Options::default() }).await?;
    let grist = SampleGrist::start(grist::Options::default()).await?;
    let document = grist.first_document().context("no document")?;
    let mut starts = Vec::new();
    for _ in 0..5 {
        starts.push(Proxy::start(&grist, &ds, database, folder.path())?.started_ms);
    }
    let proxy = Proxy::start(&grist, &ds, database, folder.path())?;
    let rest = proxy.memory()?;
    let client = reqwest::Client::builder().pool_max_idle_per_host(CLIENTS).build()?;
    let asking = Asking { client: client.clone(), address: proxy.address.clone() };
    let session = asking.team_of(&grist, &document).await?;
    let token = json!({ "name": "Mesures", "token": ds.token(), "demarches": [BENCH], "expires": null });
    asking.ask(Method::POST, "/api/tokens", &session, token).await?;

    let operation = Operation::GetDemarcheState(DemarcheVariables { number: i64::from(BENCH).try_into()? });
    let name = operation.name();
    let question = json!({ "query": name.query(), "operationName": name.as_str(), "variables": operation.variables() });
    let through_address = format!("{}/api/operations/{}", proxy.address, name.as_str());
    let (mut direct, mut through) = (Vec::new(), Vec::new());
    for turn in 0..1200 {
        let start = Instant::now();
        client.post(format!("{}/api/v2/graphql", ds.url())).bearer_auth(ds.token()).json(&question).send().await?.bytes().await?;
        let alone = start.elapsed();
        let start = Instant::now();
        let answer = client.post(&through_address).bearer_auth(&session).json(&operation.variables()).send().await?;
        anyhow::ensure!(answer.status().is_success(), "refused: {}", answer.status());
        answer.bytes().await?;
        // Connections are opened and code is loaded once.
        if turn >= 200 {
            direct.push(alone.as_secs_f64() * 1000.0);
            through.push(start.elapsed().as_secs_f64() * 1000.0);
        }
    }

    let (errors, end) = (Arc::new(AtomicU64::new(0)), Instant::now() + LASTING);
    let ask = |client: reqwest::Client, errors: Arc<AtomicU64>| {
        let (address, session, variables) = (through_address.clone(), session.clone(), operation.variables());
        tokio::spawn(async move {
            while Instant::now() < end {
                let sent = client.post(&address).bearer_auth(&session).json(&variables).send().await;
                let is_whole = match sent {
                    Ok(answer) if answer.status().is_success() => answer.bytes().await.is_ok(),
                    _ => false,
                };
                if !is_whole {
                    errors.fetch_add(1, Ordering::Relaxed);
                }
            }
        })
    };
    let clients: Vec<_> = (0..CLIENTS).map(|_| ask(client.clone(), errors.clone())).collect();
    tokio::time::sleep(SETTLED).await;
    let settled = proxy.memory()?;
    for asking in clients {
        asking.await?;
    }
    let grown = proxy.memory()? - settled;
    let values = [
        percentile(&mut through, 50) - percentile(&mut direct, 50),
        percentile(&mut through, 99) - percentile(&mut direct, 99),
        errors.load(Ordering::Relaxed) as f64,
        grown,
        median(&mut starts),
        rest,
    ];
    figures.extend(names.into_iter().zip(values));
    Ok(())
}

/// The address of PostgreSQL, when there is one.
fn postgres() -> Option<String> {
    Some(format!("{}/postgres", std::env::var("RELAIS_TEST_POSTGRES").ok()?))
}

/// A thousand templates, in either database.
pub(crate) async fn galleries(figures: &mut Figures) -> anyhow::Result<()> {
    figures.insert("gallery_1000_ms", gallery("").await?);
    if let Some(postgres) = postgres() {
        figures.insert("postgres_gallery_1000_ms", gallery(&postgres).await?);
    }
    Ok(())
}

/// With SQLite, and with PostgreSQL when there is one.
pub(crate) async fn proxy(figures: &mut Figures) -> anyhow::Result<()> {
    let names =
        ["proxy_added_p50_ms", "proxy_added_p99_ms", "proxy_200_clients_errors", "proxy_200_clients_growth_mb", "proxy_start_ms", "proxy_rest_mb"];
    measure(figures, "", names).await?;
    let Some(postgres) = postgres() else { return Ok(()) };
    let names = [
        "postgres_added_p50_ms",
        "postgres_added_p99_ms",
        "postgres_200_clients_errors",
        "postgres_200_clients_growth_mb",
        "postgres_start_ms",
        "postgres_rest_mb",
    ];
    measure(figures, &postgres, names).await
}
