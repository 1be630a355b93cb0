//! The listener: HTTP/1.1 on a free port of the loopback, able to cut a connection.

use std::convert::Infallible;
use std::future::Future;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

/// Set on an answer instead of sending it: the connection is cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut;

/// The connection is cut on purpose.
#[derive(Clone, Copy, Debug, Error)]
#[error("the connection is cut on purpose")]
struct CutOnPurpose;

/// Serves until dropped; the connections go with it.
pub(super) async fn serve(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                connections.spawn(connection(stream, router.clone()));
            }
            // Forgets the connections that ended.
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, router: Router) {
    // Otherwise a small answer waits 40 ms for the acknowledgement of its headers.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let service = service_fn(move |request: hyper::Request<Incoming>| respond(router.clone(), request));
    let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended");
    }
}

fn respond(router: Router, request: hyper::Request<Incoming>) -> impl Future<Output = Result<Response, CutOnPurpose>> {
    let request: Request = request.map(Body::new);
    async move {
        let answered: Result<Response, Infallible> = router.oneshot(request).await;
        match answered {
            // hyper drops a connection whose service fails, without a word to the client.
            Ok(response) if response.extensions().get::<Cut>().is_some() => Err(CutOnPurpose),
            Ok(response) => Ok(response),
            Err(never) => match never {},
        }
    }
}
