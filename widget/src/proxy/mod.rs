//! The proxy, on the widget's own origin: session, team, démarches, relayed operations.

mod answers;
mod exchange;
mod session;
mod team;
mod templates;

use answers::Lease;
pub use answers::{Enrolment, ListedDemarche, Role, Session};
pub use session::{OpenError, Proxy};
pub use team::{Answer, Deposited, Invitation, Member, Reading, Readings, Rights, Team, Token};
pub use templates::{ListedTemplate, NamedTeam, Version, Visibility, WholeTemplate};
