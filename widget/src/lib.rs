//! The widget: a page that Grist embeds, by which agents connect démarches to their document and synchronise them.
//!
//! [`grist`] and [`proxy`] are the outside world, [`app`] what the screens share, [`views`] and [`ui`] what is seen. The
//! rest is plain, and tested on the host.

mod abort;
pub mod app;
pub mod clock;
pub mod demarche;
pub mod fold;
pub mod grist;
mod memo;
pub mod pace;
pub mod page;
pub mod proxy;
pub mod selection;
pub mod standing;
pub mod team;
pub mod templates;
pub mod text;
mod ui;
pub mod verdict;
pub mod views;
