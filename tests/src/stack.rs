//! Everything together: a sample DS, a sample Grist, and the real proxy between them. What the demo serves, and what the
//! tests and the benches run.

use std::time::Duration;

use anyhow::Context as _;
use relais_engine::{
    ds::{Demarche, DossierPage, Operation, operations},
    mapping::{Mapping, Preset, Proposal},
    ports::Source,
    sync::{Connexion, Observer, Outcome, Ports, Progress, RunContext, load, run},
};
use relais_proxy::{
    Server,
    config::{
        Configuration, DatabaseConfiguration, DsConfiguration, Enrolment, GristConfiguration, LimitsConfiguration, SecretConfiguration,
        ServerConfiguration, TeamConfiguration,
    },
};

use crate::{
    ds::{self, SampleDs},
    grist::{self, SampleDocument, SampleGrist},
    ports::{GristPort, ProxyPort, SystemClock},
};

/// How a stack is made.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The sample DS.
    pub ds: ds::Options,
    /// The sample Grist; it always has a first document.
    pub grist: grist::Options,
    /// The port of the proxy and the widget; 0 for a free one.
    pub port: u16,
    /// How much one may ask of the proxy; the tests and benches ask faster than people.
    pub limits: LimitsConfiguration,
    /// The last day of the team's token, as its operator would have given it.
    pub token_expires: Option<relais_engine::Day>,
    /// Whether owners of documents create teams; without it, the first document's is the only one.
    pub enrolment: Enrolment,
    /// No team is declared: the first document has none either.
    pub without_team: bool,
    /// DS is asked about the declared team's token at the start, as it is of any server; else, only what agents ask reaches it.
    pub checks_token: bool,
}

/// Limits that are in nobody's way: what is measured or tested is not how long one waits for one's turn.
pub fn generous() -> anyhow::Result<LimitsConfiguration> {
    const MANY: u32 = 10_000_000;
    Ok(LimitsConfiguration {
        ds_requests_per_minute: usize::try_from(MANY)?,
        requests_per_session: MANY.try_into()?,
        requests_per_address: MANY.try_into()?,
        sessions_per_address: MANY.try_into()?,
        operations_at_once: usize::try_from(MANY)?,
        ..LimitsConfiguration::default()
    })
}

/// A sample DS, a sample Grist, and the proxy. They stop when it is dropped.
#[derive(Debug)]
pub struct Stack {
    /// The sample DS.
    pub ds: SampleDs,
    /// The sample Grist.
    pub grist: SampleGrist,
    /// The document of the proxy's team.
    pub document: SampleDocument,
    /// The proxy.
    pub proxy: Server,
    configuration: Configuration,
    _state: tempfile::TempDir,
}

impl Stack {
    /// Starts all three. The team may use every démarche of the sample DS that its token reads, and one that it does not.
    pub async fn start(options: Options) -> anyhow::Result<Self> {
        let ds = SampleDs::start(options.ds).await?;
        let grist = SampleGrist::start(options.grist).await?;
        let document = grist.first_document().context("the sample Grist has no document")?;
        let state = tempfile::tempdir()?;
        let demarches = [ds::COMPLETE, ds::EVERYDAY, ds::BENCH, ds::NEIGHBOUR, ds::SIBLING].map(|number| i64::from(number).try_into());
        let configuration = Configuration {
            server: ServerConfiguration { listen: ([127, 0, 0, 1], options.port).into(), ..ServerConfiguration::default() },
            grist: GristConfiguration { origins: vec![grist.origin().parse()?] },
            ds: DsConfiguration {
                url: ds.url().parse()?,
                // The sample DS keeps its files itself.
                file_hosts: vec![ds.url().trim_start_matches("http://").parse()?],
                egress_address: Some("203.0.113.10".to_owned()),
            },
            secret: SecretConfiguration { file: Some(state.path().join("secret")), is_required: false },
            database: DatabaseConfiguration::File(state.path().join("relais.db")),
            enrolment: options.enrolment,
            teams: if options.without_team {
                Vec::new()
            } else {
                vec![TeamConfiguration {
                    name: "Vie associative".to_owned(),
                    ds_token: ds.token().to_owned().into(),
                    token_expires: options.token_expires,
                    demarches: demarches.into_iter().collect::<Result<_, _>>()?,
                    documents: vec![format!("{}/doc/{}", grist.origin(), document.id()).parse()?],
                }]
            },
            limits: LimitsConfiguration {
                check_declared_after: if options.checks_token { Duration::ZERO } else { Duration::from_hours(1) },
                ..options.limits
            },
            ..Configuration::default()
        };
        let proxy = Server::start(configuration.clone()).await?;
        Ok(Self { ds, grist, document, proxy, configuration, _state: state })
    }

    /// Starts the proxy again, with other settings, as its operator would.
    pub async fn restart(&mut self, change: impl FnOnce(&mut Configuration)) -> anyhow::Result<()> {
        change(&mut self.configuration);
        self.proxy = Server::start(self.configuration.clone()).await?;
        Ok(())
    }

    /// A code with which a team is created, where that takes one.
    pub async fn invitation(&self) -> anyhow::Result<String> {
        Ok(relais_proxy::upkeep::invitation(&self.configuration, 7).await?.0)
    }

    /// The address of the proxy, and of the widget.
    pub fn address(&self) -> String {
        format!("http://{}", self.proxy.address())
    }

    /// DS behind the proxy, as a user of the document has it.
    pub async fn source(&self, user: &str) -> Result<ProxyPort, relais_engine::ds::SourceError> {
        ProxyPort::open(&self.address(), self.grist.origin(), &self.document.access_token(user, false)).await
    }

    /// A mapping of a démarche, from its proposal and a few of its dossiers.
    pub async fn propose(&self, demarche: i32, preset: Preset) -> anyhow::Result<Mapping> {
        self.propose_with(demarche, |proposal| proposal.apply(preset)).await
    }

    /// The same, with what an agent would make of the proposal.
    pub async fn propose_with(&self, demarche: i32, choose: impl FnOnce(&mut Proposal)) -> anyhow::Result<Mapping> {
        let source = self.source("owner").await?;
        let number = i64::from(demarche).try_into()?;
        let form = source.call(&Operation::GetDemarche(operations::DemarcheVariables { number })).await?;
        let form = Demarche::read(&form)?;
        let samples = DossierPage::read(&source.call(&Proposal::sample_operation(&form, 10)).await?)?;
        let mut proposal = Proposal::new(&form, &samples.dossiers);
        choose(&mut proposal);
        Ok(proposal.into_mapping())
    }

    /// Runs the connexion of a démarche that the document holds, or a new one of this mapping.
    pub async fn run(&self, user: &str, mapping: &Mapping) -> anyhow::Result<Outcome> {
        let source = self.source(user).await?;
        self.run_with(&source, user, mapping, &Onlooker).await
    }

    /// The same with a session that is already open, and somebody who looks on.
    pub async fn run_with(&self, source: &ProxyPort, user: &str, mapping: &Mapping, observer: &impl Observer) -> anyhow::Result<Outcome> {
        let mut connexion = self.connexion(user, mapping).await?;
        connexion.mapping.clone_from(mapping);
        self.run_connexion(source, user, &mut connexion, SystemClock::default(), observer).await
    }

    /// The connexion of a démarche that the document holds, or a new one of this mapping.
    pub async fn connexion(&self, user: &str, mapping: &Mapping) -> anyhow::Result<Connexion> {
        let loaded = load(&GristPort::new(self.document.clone(), user)).await?;
        let known = loaded.connexions.iter().find(|connexion| connexion.mapping.demarche == mapping.demarche).cloned();
        Ok(known.unwrap_or_else(|| Connexion::new(mapping.clone(), &loaded.connexions)))
    }

    /// Runs a connexion as it is here.
    pub async fn run_connexion(
        &self,
        source: &ProxyPort,
        user: &str,
        connexion: &mut Connexion,
        clock: SystemClock,
        observer: &impl Observer,
    ) -> anyhow::Result<Outcome> {
        let document = GristPort::new(self.document.clone(), user);
        let ports = Ports { source, document: &document, clock: &clock };
        let context = RunContext { ds_url: self.ds.url().to_owned(), author: "Utilisateur n° 1".to_owned() };
        Ok(run(&ports, &context, connexion, observer).await)
    }
}

/// Looks on without a word.
#[derive(Debug, Default)]
pub struct Onlooker;

impl Observer for Onlooker {
    fn progress(&self, _: &Progress) {}

    fn is_cancelled(&self) -> bool {
        false
    }
}
