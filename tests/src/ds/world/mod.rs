//! The world the sample serves: démarches and dossiers, and everything that may happen to them.

pub mod changes;
pub mod demarche;
pub mod dossier;
pub mod form;
pub mod page;
pub mod publications;
pub mod store;
pub mod value;
