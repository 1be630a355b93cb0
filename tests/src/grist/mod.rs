//! A sample Grist.
