//! The widget: a page that Grist embeds, by which agents connect démarches to their document and synchronise them.
//!
//! [`grist`] and [`proxy`] are the outside world; the rest of what is not a view is plain and tested on the host.

pub mod clock;
pub mod demarche;
pub mod fold;
pub mod grist;
pub mod pace;
pub mod proxy;
pub mod selection;
pub mod text;
