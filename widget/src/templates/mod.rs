//! Templates: what is asked of the proxy about them, and how one fits a démarche.

mod errand;
mod fitting;
mod gallery;
mod newer;

pub use errand::{Errand, answers, file_name};
pub use fitting::{Fitting, Possible, Question, Recognised};
pub use gallery::Shown;
pub use newer::{Newer, newer_versions};
