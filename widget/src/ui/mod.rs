//! Controls that several screens use.

mod controls;
mod icon;
mod menu;
mod note;
mod shell;
mod view;

pub(crate) use controls::{button, choices, link, mark, radio, search, section, section_tick, text_field, tick};
pub(crate) use icon::{Icon, icon};
pub(crate) use menu::menu;
pub(crate) use note::{Note, Tone};
pub(crate) use shell::{Header, Shell};
pub(crate) use view::{Element, Slot, Value, View, el, slot, svg};
