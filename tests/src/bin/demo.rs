//! `make demo`: a sample DS, a sample Grist and the real proxy with the real widget, in one process, behind one address.

use std::{io::Write as _, net::Ipv4Addr, time::Duration};

use anyhow::Context as _;
use clap::Parser;
use relais_proxy::config::Enrolment;
use relais_tests::{
    ds::{self, faults::Fault, tokens::Scope},
    grist::{self, SampleDocument},
    stack::{Options, Stack},
};

/// Try Relais: a Grist-like document with the widget in it, and démarches to synchronise. Everything is made up and forgotten
/// at the end.
#[derive(Debug, Parser)]
#[command(name = "demo")]
struct Arguments {
    /// Port of the document, the address to open.
    #[arg(long, default_value_t = 8484)]
    port: u16,
    /// Port of the widget and the proxy: another origin than the document's, as in life.
    #[arg(long, default_value_t = 8485)]
    widget_port: u16,
    /// Dossiers of the everyday démarche.
    #[arg(long, default_value_t = 1000)]
    dossiers: u32,
    /// Milliseconds that DS takes for each answer; a page of 100 dossiers takes the real one about 1500.
    #[arg(long, default_value_t = 250)]
    latency: u64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt().with_env_filter(tracing_subscriber::EnvFilter::from_default_env()).with_writer(std::io::stderr).init();

    let options = Options {
        ds: ds::Options { everyday: arguments.dossiers, bench: arguments.dossiers, sibling_in_other_words: true, ..ds::Options::default() },
        grist: grist::Options {
            address: (Ipv4Addr::LOCALHOST, arguments.port).into(),
            documents: vec!["Suivi des subventions".to_owned()],
            ..grist::Options::default()
        },
        port: arguments.widget_port,
        enrolment: Enrolment::Open,
        checks_token: true,
        ..Options::default()
    };
    let stack = Stack::start(options).await.with_context(|| {
        format!(
            "ports {} and {} must be free: --port and --widget-port choose others (with make: ARGUMENTS=\"--port …\")",
            arguments.port, arguments.widget_port
        )
    })?;
    if arguments.latency > 0 {
        stack.ds.faults().add(Fault::Latency(Duration::from_millis(arguments.latency)).always());
    }

    // Access is granted already: the screen that asks for it is one click away, in the panel.
    let address = |document: &SampleDocument| format!("{}&access=full", stack.grist.page_url(document, "owner", &stack.address()));
    let mut output = std::io::stdout().lock();
    writeln!(output, "\nOuvrez cette adresse dans un navigateur :\n\n    {}\n", address(&stack.document))?;
    writeln!(output, "Démarches à essayer : {} (courante), {} (tous les types de champs).\n", ds::EVERYDAY, ds::COMPLETE)?;
    writeln!(output, "À plusieurs : ces documents n’ont pas encore d’équipe. Chacun crée la sienne avec son jeton, fait à l’instant :\n")?;
    for (name, demarche) in [("Loiret", ds::EVERYDAY), ("Isère", ds::SIBLING)] {
        let document = stack.grist.add_document(name)?;
        let token = stack.ds.tokens().add(Scope::Only(vec![demarche]));
        writeln!(output, "    {name} : {}\n    jeton pour la démarche {demarche} : {token}\n", address(&document))?;
    }
    writeln!(output, "La démarche {} est une copie de la {}, où deux champs ont un autre nom. Ctrl+C pour arrêter.", ds::SIBLING, ds::EVERYDAY)?;
    drop(output);
    tokio::signal::ctrl_c().await?;
    Ok(())
}
