//! The server: its ports, its connections, its end.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context as _;
use axum::{Router, extract::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
};
use tower::ServiceExt as _;

use crate::{application::Application, audit, config::Configuration, request::Peer, routes, schedule};

/// How often those who no longer ask are forgotten.
const FORGET: Duration = Duration::from_mins(1);

/// How often the file of secrets is read again.
const RENEW: Duration = Duration::from_secs(5);

/// A server that runs. Dropped, it ends at once; [`Server::stop`] lets what is under way end.
pub struct Server {
    address: SocketAddr,
    metrics_address: Option<SocketAddr>,
    application: Arc<Application>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Server").field("address", &self.address).field("metrics_address", &self.metrics_address).finish_non_exhaustive()
    }
}

impl Server {
    /// Binds the ports and starts to answer.
    pub async fn start(configuration: Configuration) -> anyhow::Result<Self> {
        // Chosen once for the process; a second server finds the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listen = configuration.server.listen;
        let metrics_listen = configuration.server.metrics_listen;
        let application = Arc::new(Application::new(configuration).await?);
        let listener = bind(listen).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let mut metrics_address = None;
        if let Some(listen) = metrics_listen {
            let listener = bind(listen).await?;
            metrics_address = Some(listener.local_addr()?);
            tasks.spawn(accept(listener, routes::metrics_router(application.clone()), application.clone(), stopped.clone()));
        }
        tasks.spawn(accept(listener, routes::router(application.clone()), application.clone(), stopped.clone()));
        tasks.spawn(forget(application.clone(), stopped.clone()));
        tasks.spawn(renew_keys(application.clone(), stopped.clone()));
        tracing::info!(%address, "listening");
        tasks.spawn(schedule::keep_house(application.clone(), stopped.clone()));
        tasks.spawn(audit::write_trail(application.clone(), stopped));
        Ok(Self { address, metrics_address, application, stop, tasks })
    }

    /// Where it listens, port included.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where its metrics are, if they are served.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics_address
    }

    /// Takes no more connections, and waits for those that are open to end what they do, within the configured time.
    pub async fn stop(mut self) {
        self.application.stop();
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
        // What was read by those who were let end.
        self.application.trail.write(&self.application.store).await;
        tracing::info!("stopped");
    }
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("impossible d’écouter sur {address}"))
}

/// Answers the connections of a port, so many at once.
///
/// HTTP/1 alone: the server in front speaks HTTP/2 to browsers. hyper's builder rather than axum's `serve`, which waits for
/// ever for the head of a request.
async fn accept(listener: TcpListener, router: Router, application: Arc<Application>, mut stopped: watch::Receiver<bool>) {
    let limits = &application.configuration.limits;
    let places = Arc::new(Semaphore::new(usize::try_from(limits.connections.get()).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS)));
    let graceful = GracefulShutdown::new();
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.receive).max_headers(64);
    loop {
        // A place first: connections past the limit wait in the system's own queue.
        let next = async {
            let place = places.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, connection) = tokio::select! {
            next = next => next,
            _ = stopped.wait_for(|stopped| *stopped) => break,
        };
        let (stream, peer) = match connection {
            Ok(connection) => connection,
            Err(error) => {
                // No more descriptors, most often: some will be given back.
                tracing::warn!(cause = %error, "connection not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let connection = graceful.watch(serve(&builder, stream, peer, router.clone()));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(cause = %error, "connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(limits.stop, graceful.shutdown()).await.is_err() {
        tracing::warn!("stopped before every connection had ended");
    }
}

fn serve(
    builder: &http1::Builder,
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> + Send + use<> {
    // Small pieces of an answer leave as they come. A socket that refuses is a little slower.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer.ip()));
        router.clone().oneshot(request)
    });
    builder.serve_connection(TokioIo::new(stream), service)
}

async fn renew_keys(application: Arc<Application>, mut stopped: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(RENEW) => application.renew_keys(),
            _ = stopped.wait_for(|stopped| *stopped) => break,
        }
    }
}

async fn forget(application: Arc<Application>, mut stopped: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(FORGET);
    loop {
        tokio::select! {
            _ = ticks.tick() => application.limits.forget_old(),
            _ = stopped.wait_for(|stopped| *stopped) => break,
        }
    }
}
