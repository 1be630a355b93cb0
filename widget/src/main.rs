//! The widget's entry point.

fn main() {}
