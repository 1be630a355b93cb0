//! Journeys through the real widget, proxy and engine in a real browser, in a document that behaves as Grist's.

mod browser;
mod command;
mod driver;
mod harness;
