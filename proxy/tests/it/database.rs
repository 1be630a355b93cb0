//! A database of each test's own: a file of SQLite, or PostgreSQL when `RELAIS_TEST_POSTGRES` has the address of a server
//! (`tools/postgres` starts one, and `make test` runs these tests with it again).

use std::net::SocketAddr;

use relais_proxy::config::DatabaseConfiguration;
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

/// A new, empty database, and the folder of this test's files.
pub(crate) async fn database() -> (DatabaseConfiguration, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let configuration = match std::env::var("RELAIS_TEST_POSTGRES") {
        Ok(server) => DatabaseConfiguration::Postgres(create(&server).await.into()),
        Err(_) => DatabaseConfiguration::File(folder.path().join("relais.db")),
    };
    (configuration, folder)
}

/// Whether the tests run on PostgreSQL.
pub(crate) fn is_postgres() -> bool {
    std::env::var_os("RELAIS_TEST_POSTGRES").is_some()
}

async fn create(server: &str) -> String {
    sqlx::any::install_default_drivers();
    let name = format!("relais_{:032x}", rand::random::<u128>());
    let pool = sqlx::any::AnyPoolOptions::new().max_connections(1).connect(&format!("{server}/postgres")).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.unwrap();
    pool.close().await;
    format!("{server}/{name}")
}

/// Does something to the database beside the server, as an operator or an accident would.
pub(crate) async fn meddle(configuration: &DatabaseConfiguration, statement: &str) -> u64 {
    use secrecy::ExposeSecret as _;
    sqlx::any::install_default_drivers();
    let address = match configuration {
        DatabaseConfiguration::File(path) => format!("sqlite://{}", path.display()),
        DatabaseConfiguration::Postgres(address) => address.expose_secret().to_owned(),
        DatabaseConfiguration::Memory => panic!("nobody else reaches it"),
    };
    let pool = sqlx::any::AnyPoolOptions::new().max_connections(1).connect(&address).await.unwrap();
    let done = sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(&pool).await.unwrap();
    pool.close().await;
    done.rows_affected()
}

/// The way to a PostgreSQL, which a test cuts and mends.
pub(crate) struct Way {
    here: SocketAddr,
    there: String,
    task: JoinHandle<()>,
}

impl Way {
    /// Puts it between a server and its database; none when that is a file.
    pub(crate) async fn to(configuration: &mut DatabaseConfiguration) -> Option<Self> {
        use secrecy::ExposeSecret as _;
        let DatabaseConfiguration::Postgres(address) = &*configuration else { return None };
        let address = address.expose_secret().to_owned();
        let there = address.rsplit_once('/').unwrap().0.rsplit_once('@').unwrap().1.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap();
        *configuration = DatabaseConfiguration::Postgres(address.replace(&there, &here.to_string()).into());
        Some(Self { here, task: tokio::spawn(forward(listener, there.clone())), there })
    }

    /// From now on nobody gets through, and whoever had is cut off.
    pub(crate) fn cut(&self) {
        self.task.abort();
    }

    /// Opens it again.
    pub(crate) async fn mend(&mut self) {
        let listener = TcpListener::bind(self.here).await.unwrap();
        self.task = tokio::spawn(forward(listener, self.there.clone()));
    }
}

async fn forward(listener: TcpListener, there: String) {
    let mut connections = JoinSet::new();
    loop {
        let (mut near, _) = listener.accept().await.unwrap();
        let there = there.clone();
        connections.spawn(async move {
            let mut far = TcpStream::connect(there).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
        });
    }
}
