//! Controls that several screens use.

#![expect(unreachable_pub, reason = "the macro of components makes them public")]

mod icon;
mod menu;
mod note;
mod search;
mod section_tick;
mod shell;
mod view;

pub(crate) use icon::{Icon, icon};
pub(crate) use menu::Menu;
pub(crate) use note::{Note, Tone};
pub(crate) use search::Search;
pub(crate) use section_tick::SectionTick;
pub(crate) use shell::{Header, Shell};
pub(crate) use view::view;
