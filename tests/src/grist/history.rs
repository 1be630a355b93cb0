//! What each user can undo, and redo.
use super::state::{Change, State};

/// Bundles that were linked by `linkId`: one undo takes them all back.
#[derive(Debug)]
struct Chain {
    /// Number of its last action.
    last: i64,
    bundles: Vec<Vec<Change>>,
}

/// The undo stack of one user.
#[derive(Debug, Default)]
pub(crate) struct History {
    done: Vec<Chain>,
    undone: Vec<Chain>,
}

impl History {
    /// Notes an action. Whatever was undone before can no longer be redone.
    pub(crate) fn note(&mut self, number: i64, link: Option<i64>, changes: Vec<Change>) {
        self.undone.clear();
        if let Some(chain) = self.done.last_mut()
            && link == Some(chain.last)
        {
            chain.last = number;
            chain.bundles.push(changes);
            return;
        }
        self.done.push(Chain { last: number, bundles: vec![changes] });
    }

    /// Takes the last chain back; gives the changes made, or nothing when there is nothing to undo.
    pub(crate) fn undo(&mut self, state: &mut State) -> Option<Vec<Change>> {
        let chain = self.done.pop()?;
        let changes = chain.bundles.iter().rev().flat_map(|bundle| bundle.iter().rev());
        let made = perform(state, changes.cloned().map(Change::inverse));
        self.undone.push(chain);
        Some(made)
    }

    /// Does the last undone chain again.
    pub(crate) fn redo(&mut self, state: &mut State) -> Option<Vec<Change>> {
        let chain = self.undone.pop()?;
        let made = perform(state, chain.bundles.iter().flatten().cloned());
        self.done.push(chain);
        Some(made)
    }
}

fn perform(state: &mut State, changes: impl Iterator<Item = Change>) -> Vec<Change> {
    changes
        .map(|change| {
            let change = state.rebased(change);
            state.perform(&change);
            change
        })
        .collect()
}
