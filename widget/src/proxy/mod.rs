//! The proxy, on the widget's own origin: session, démarches, relayed operations.

mod answers;
mod exchange;
mod session;

use answers::Lease;
pub use answers::{ListedDemarche, Role, Session, Team};
pub use session::{OpenError, Proxy};
