//! Maps and sets of what there may be a hundred thousand of: dossiers, rows.
//!
//! Their keys are numbers of DS and of Grist, which nobody chooses to make them collide: they do without the slower hash of
//! the standard library, and the widget without its code.

use std::collections;

use foldhash::fast::FixedState;

/// A map whose keys are hashed.
pub(crate) type HashMap<K, V> = collections::HashMap<K, V, FixedState>;

/// A set whose items are hashed.
pub(crate) type HashSet<T> = collections::HashSet<T, FixedState>;
