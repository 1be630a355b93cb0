//! Sockets without a client library: for clients that misbehave.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
};

/// Connects, sends these bytes, and keeps the connection.
pub(crate) async fn send(address: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

/// The same, then all that comes until the server closes.
pub(crate) async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = send(address, bytes).await;
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    // A connection that the server resets has ended as well.
    let _ = tokio::time::timeout(Duration::from_secs(20), read).await.expect("the server closes the connection");
    let answer = String::from_utf8(answer).unwrap();
    crate::watch::look("an answer", &answer);
    answer
}

/// An address where nothing listens, nor will as long as this socket is kept.
pub(crate) fn nobody() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}
