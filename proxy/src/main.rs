//! `relais`: the server and what goes with it.

use std::{
    fs, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, bail};
use clap::{Parser, Subcommand};
use relais_engine::words;
use relais_proxy::{
    Configuration, Server,
    config::{DEFAULT_FILE, Settings},
    upkeep,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    signal::unix::{SignalKind, signal},
};
use tracing_subscriber::EnvFilter;

/// Le serveur de Relais : il sert le widget, garde les jetons et relaie les demandes à Démarches Simplifiées.
#[derive(Parser)]
#[command(version, disable_help_subcommand = true)]
struct Arguments {
    /// Le fichier de réglages ; relais.toml par défaut, s’il existe.
    #[arg(long, short, env = "RELAIS_CONFIG", global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Clone, Subcommand)]
enum Command {
    /// Démarre le serveur (commande par défaut).
    Serve,
    /// Vérifie les réglages et nomme chaque erreur, sans rien démarrer.
    CheckConfig,
    /// Demande au serveur de cette machine s’il est prêt.
    Healthcheck,
    /// Affiche tous les réglages, avec leur explication.
    DefaultConfig,
    /// Copie la base SQLite dans un nouveau fichier, sans arrêter le serveur.
    Backup {
        /// Le fichier à créer.
        file: PathBuf,
    },
    /// Remet en place une copie de la base SQLite ; rien n’est écrasé.
    Restore {
        /// La copie.
        file: PathBuf,
    },
    /// Tire une nouvelle clé et scelle de nouveau tous les jetons avec elle.
    Rekey {
        /// Oublie ensuite les anciennes clés : les copies de la base faites avant ne s’ouvriront plus.
        #[arg(long)]
        forget: bool,
    },
    /// Crée le fichier de secret, s’il n’existe pas.
    CreateSecret,
    /// Prépare un code avec lequel un propriétaire de document crée une équipe, une fois (pour RELAIS_ENROLMENT=invitation).
    Invitation {
        /// Pendant combien de jours il est valable.
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u8).range(1..=90))]
        days: u8,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.command.unwrap_or(Command::Serve), arguments.config.as_deref()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command, file: Option<&Path>) -> anyhow::Result<()> {
    match command {
        Command::DefaultConfig => print!("{DEFAULT_FILE}"),
        Command::CheckConfig => {
            let configuration = configuration(file)?;
            configuration.secret.check()?;
            println!("Les réglages sont corrects.");
        }
        Command::Backup { file: target } => {
            upkeep::backup(&configuration(file)?, &target).await?;
            println!("La base est copiée dans {}. Gardez le fichier de secret à part : sans lui, les jetons ne s’ouvrent pas.", target.display());
        }
        Command::Restore { file: copy } => {
            upkeep::restore(&configuration(file)?, &copy).await?;
            println!("La base est remise en place.");
        }
        Command::Rekey { forget } => {
            let configuration = configuration(file)?;
            let count = upkeep::rekey(&configuration).await?;
            println!("{} avec la nouvelle clé.", words::count(count, "jeton est scellé", "jetons sont scellés"));
            if forget {
                upkeep::forget_old_keys(&configuration).await?;
                println!("Les anciennes clés sont oubliées.");
            }
        }
        Command::CreateSecret => {
            configuration(file)?.secret.create()?;
            println!("Le fichier de secret est créé.");
        }
        Command::Invitation { days } => {
            let (code, until) = upkeep::invitation(&configuration(file)?, days).await?;
            println!("{code}\nCe code crée une équipe, une fois, jusqu’au {}. Il n’est affiché qu’ici.", words::instant(until));
        }
        Command::Healthcheck => healthcheck(listen(file)?).await?,
        Command::Serve => {
            let configuration = configuration(file)?;
            log();
            let server = Server::start(configuration).await?;
            wait_for_the_end().await?;
            server.stop().await;
        }
    }
    Ok(())
}

/// The settings of the file, if there is one, and of the environment.
fn settings(file: Option<&Path>) -> anyhow::Result<Settings> {
    let text = match file {
        Some(path) => fs::read_to_string(path).with_context(|| format!("le fichier {} ne peut pas être lu", path.display()))?,
        None => match fs::read_to_string("relais.toml") {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).context("le fichier relais.toml ne peut pas être lu"),
        },
    };
    // What is not Unicode cannot be a setting of ours.
    let environment = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Ok(Settings::new(&text, environment))
}

fn configuration(file: Option<&Path>) -> anyhow::Result<Configuration> {
    let read = Configuration::read(settings(file)?);
    read.map_err(|mistakes| anyhow::anyhow!("Ces réglages sont à corriger :\n{mistakes}"))
}

/// Where the server of this machine listens: no other setting is needed to ask for its health.
fn listen(file: Option<&Path>) -> anyhow::Result<SocketAddr> {
    match settings(file)?.text("RELAIS_LISTEN") {
        Some(text) => text.parse().context("RELAIS_LISTEN"),
        None => Ok(Configuration::default().server.listen),
    }
}

/// JSON by default, readable in a terminal; `RUST_LOG` says how much.
fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    if io::IsTerminal::is_terminal(&io::stderr()) {
        subscriber.compact().init();
    } else {
        subscriber.json().flatten_event(true).with_current_span(true).with_span_list(false).init();
    }
}

async fn wait_for_the_end() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// One request by hand: a container has no other program to make it.
async fn healthcheck(mut address: SocketAddr) -> anyhow::Result<()> {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { IpAddr::V6(Ipv6Addr::LOCALHOST) });
    }
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(b"GET /health/ready HTTP/1.1\r\nHost: relais\r\nConnection: close\r\n\r\n").await?;
        let mut answer = Vec::new();
        stream.take(4096).read_to_end(&mut answer).await?;
        io::Result::Ok(answer)
    };
    let answer = tokio::time::timeout(Duration::from_secs(3), exchange)
        .await
        .context("Relais ne répond pas")?
        .with_context(|| format!("Relais ne répond pas sur {address}"))?;
    if !answer.starts_with(b"HTTP/1.1 200 ") {
        bail!("Relais répond, mais n’est pas prêt");
    }
    Ok(())
}
