//! Controls that several screens use.

mod controls;
mod copy;
mod download;
mod icon;
mod menu;
mod note;
mod picture;
mod shell;
mod table;
mod view;

pub(crate) use controls::{button, choices, focus, form, label_of, link, mark, radio, search, section, section_tick, text_field, tick, typed};
pub(crate) use copy::copy;
pub(crate) use download::download;
pub(crate) use icon::{Icon, icon};
pub(crate) use menu::menu;
pub(crate) use note::{Note, Tone};
pub(crate) use picture::{Shape, picture};
pub(crate) use shell::{Header, Shell};
pub(crate) use table::{row, table};
pub(crate) use view::{Element, Slot, Value, View, el, slot, svg};
