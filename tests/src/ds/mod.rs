//! A sample DS.
