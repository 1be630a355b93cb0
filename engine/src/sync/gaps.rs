//! What a reading of DS still has to read: gaps in the order of its list, which lanes fill from both ends.

use std::ops::Range;

use serde::Serialize;

use super::scan::Way;
use crate::{
    Timestamp,
    ds::{Cursor, DossierNumber, PageInfo},
    json::{FromJson, Json, Malformed},
    naming::names,
};

names! {
    /// The order of a list of dossiers: a cursor of one means nothing in the other (facts/ds-api.md, section 4.2).
    ScanOrder {
        /// All dossiers, as they were deposited.
        Deposit = "deposit",
        /// Those changed since the watermark, as they were changed.
        Change = "change",
    }
}

/// A reading of DS that has not reached its end: where to go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scan {
    /// In which order.
    pub order: ScanOrder,
    /// Whether the document had no dossier when it started: none can be missing from DS, and DS may filter.
    pub is_first: bool,
    /// When it started: what changed before is read by it.
    pub started_at: Timestamp,
    /// From which change, in the order of changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// What is still to be read: the rows of all other dossiers of the list are written.
    pub gaps: Vec<Gap>,
    /// Dossiers read so far.
    pub read: usize,
    /// The latest change seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest: Option<Timestamp>,
}

impl Scan {
    /// A reading that starts now: of the changes since an instant, or of everything.
    pub fn new(since: Option<Timestamp>, now: Timestamp) -> Self {
        let order = if since.is_some() { ScanOrder::Change } else { ScanOrder::Deposit };
        Self { order, is_first: false, started_at: now, since, gaps: vec![Gap::default()], read: 0, latest: None }
    }

    /// Whether nothing of it is read yet.
    pub fn is_untouched(&self) -> bool {
        self.gaps == [Gap::default()]
    }
}

impl FromJson for Scan {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        let gaps: Option<Vec<Gap>> = json.read("gaps")?;
        // Readings had one lane once, and noted its place alone.
        let gaps = match gaps {
            Some(gaps) => gaps,
            None => vec![Gap::from(json.read::<Option<Cursor>>("cursor")?)],
        };
        Ok(Self {
            order: json.read("order")?,
            is_first: json.read_or_default("is_first")?,
            started_at: json.read("started_at")?,
            since: json.read("since")?,
            gaps,
            read: json.read_or_default("read")?,
            latest: json.read("latest")?,
        })
    }
}

/// A dossier, as far as its place in the order of deposits goes. DS gives whole seconds, and orders by less: of two that
/// were deposited within one, either may be first.
pub(super) type Key = (DossierNumber, Timestamp);

/// An end of what is read: the last dossier there. Nothing is known of an end of the list itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Edge {
    /// Its place in the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
    /// Its number: by it a lane sees that it meets another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dossier: Option<DossierNumber>,
    /// When it was deposited: by it too, when the dossier itself is deleted meanwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_depot: Option<Timestamp>,
}

impl FromJson for Edge {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { cursor: json.read("cursor")?, dossier: json.read("dossier")?, date_depot: json.read("date_depot")? })
    }
}

impl Edge {
    fn new(cursor: Cursor, key: Option<&Key>) -> Self {
        Self { cursor: Some(cursor), dossier: key.map(|(dossier, _)| *dossier), date_depot: key.map(|(_, date_depot)| *date_depot) }
    }
}

/// Dossiers that are still to be read: those between two others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The one that comes before them.
    pub after: Edge,
    /// The one that comes after them.
    pub before: Edge,
}

impl From<Option<Cursor>> for Gap {
    /// What comes after a cursor, or everything.
    fn from(cursor: Option<Cursor>) -> Self {
        Self { after: Edge { cursor, ..Edge::default() }, before: Edge::default() }
    }
}

impl FromJson for Gap {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { after: json.read("after")?, before: json.read("before")? })
    }
}

/// What a page did to a gap.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Filled {
    /// Which of its dossiers were still to be read.
    pub(super) new: Range<usize>,
    /// What is left before the page.
    pub(super) earlier: Option<Gap>,
    /// What is left after it.
    pub(super) later: Option<Gap>,
}

impl Gap {
    /// Puts a page into the gap. Its dossiers come in the order of their deposit, whichever way it was read; `order` says
    /// whether that is so of the whole list, `is_last` that nothing behind the page is wanted.
    pub(super) fn fill(&self, way: Way, order: ScanOrder, keys: &[Key], info: &PageInfo, is_last: bool) -> Filled {
        let known = |key: Option<&Key>| key.copied().filter(|_| order == ScanOrder::Deposit);
        let is_early = |(dossier, date): &Key| self.after.dossier == Some(*dossier) || self.after.date_depot.is_some_and(|after| *date < after);
        let is_late = |(dossier, date): &Key| self.before.dossier == Some(*dossier) || self.before.date_depot.is_some_and(|before| *date > before);
        let start = keys.iter().rposition(is_early).map_or(0, |last| last + 1);
        let end = keys.iter().position(is_late).unwrap_or(keys.len()).max(start);
        let reaches_back = way == Way::Forward || start > 0 || way == Way::Backward && !info.has_previous_page;
        let reaches_on = way == Way::Backward || end < keys.len() || !info.has_next_page || is_last;
        let edge = |cursor: &Option<Cursor>, key| cursor.clone().map(|cursor| Edge::new(cursor, known(key).as_ref()));
        let first = edge(&info.start_cursor, keys.first()).filter(|_| !reaches_back);
        let last = edge(&info.end_cursor, keys.last()).filter(|_| !reaches_on);
        Filled {
            new: start..end,
            earlier: first.map(|first| Self { after: self.after.clone(), before: first }),
            later: last.map(|last| Self { after: last, before: self.before.clone() }),
        }
    }

    /// An instant about half way, in whole seconds as DS takes them.
    pub(super) fn middle(&self) -> Option<Timestamp> {
        let (after, before) = (self.after.date_depot?.milliseconds(), self.before.date_depot?.milliseconds());
        let middle = after + (before - after) / 2;
        let middle = middle - middle.rem_euclid(1000);
        (middle > after).then(|| Timestamp::from_milliseconds(middle))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::json;

    fn key(number: i64) -> Key {
        (DossierNumber::new(number).unwrap(), Timestamp::from_milliseconds(number * 1000))
    }

    fn edge(number: i64) -> Edge {
        Edge::new(cursor(number), Some(&key(number)))
    }

    fn cursor(number: i64) -> Cursor {
        Cursor::new(&format!("c{number}")).unwrap()
    }

    fn fill(gap: &Gap, way: Way, page: Range<i64>) -> (Range<usize>, Option<Gap>, Option<Gap>) {
        let keys: Vec<Key> = page.clone().map(key).collect();
        let info = PageInfo {
            has_next_page: way != Way::Backward || gap.before.cursor.is_some(),
            has_previous_page: true,
            start_cursor: (!keys.is_empty()).then(|| cursor(page.start)),
            end_cursor: (!keys.is_empty()).then(|| cursor(page.end - 1)),
        };
        let Filled { new, earlier, later } = gap.fill(way, ScanOrder::Deposit, &keys, &info, false);
        (new, earlier, later)
    }

    #[test]
    fn lanes_meet() {
        let gap = Gap { after: edge(10), before: edge(20) };
        let (left, right) =
            (|before| Some(Gap { after: edge(10), before: edge(before) }), |after| Some(Gap { after: edge(after), before: edge(20) }));
        assert_eq!(fill(&gap, Way::Forward, 11..15), (0..4, None, right(14)));
        assert_eq!(fill(&gap, Way::Forward, 11..25), (0..9, None, None), "the other lane has read the rest");
        assert_eq!(fill(&gap, Way::Forward, 20..25), (0..0, None, None));
        assert_eq!(fill(&gap, Way::Forward, 21..25), (0..0, None, None), "the dossier between was deleted");
        assert_eq!(fill(&gap, Way::Backward, 16..20), (0..4, left(16), None));
        assert_eq!(fill(&gap, Way::Backward, 5..20), (6..15, None, None));
        assert_eq!(fill(&gap, Way::Backward, 5..9), (4..4, None, None));
        let middle = Way::Middle(Timestamp::from_milliseconds(14_000));
        assert_eq!(fill(&gap, middle, 14..16), (0..2, left(14), right(15)));
        assert_eq!(fill(&gap, middle, 14..30), (0..6, left(14), None));
        assert_eq!(fill(&gap, middle, 9..16), (2..7, None, right(15)), "the lane was here first");
    }

    #[test]
    fn the_list_ends() {
        let whole = Gap::default();
        let info = |has_previous_page, has_next_page| PageInfo {
            has_next_page,
            has_previous_page,
            start_cursor: Some(cursor(1)),
            end_cursor: Some(cursor(2)),
        };
        let keys = [key(1), key(2)];
        let fill = |way, info: PageInfo, is_last| whole.fill(way, ScanOrder::Deposit, &keys, &info, is_last);
        let nothing_left = Filled { new: 0..2, earlier: None, later: None };
        assert_eq!(fill(Way::Forward, info(false, false), false), nothing_left);
        assert_eq!(fill(Way::Forward, info(false, true), true), nothing_left);
        assert_eq!(fill(Way::Backward, info(false, true), false), nothing_left);
        assert_eq!(fill(Way::Forward, info(false, true), false).later, Some(Gap { after: edge(2), before: Edge::default() }));
    }

    #[test]
    fn in_the_order_of_changes_a_dossier_tells_nothing_of_its_place() {
        let info = PageInfo { has_next_page: true, has_previous_page: true, start_cursor: Some(cursor(1)), end_cursor: Some(cursor(2)) };
        let later = Gap::default().fill(Way::Forward, ScanOrder::Change, &[key(9), key(2)], &info, false).later.unwrap();
        assert_eq!(later.after, Edge { cursor: Some(cursor(2)), ..Edge::default() });
        assert_eq!(later.fill(Way::Forward, ScanOrder::Change, &[key(9), key(1)], &info, false).new, 0..2);
    }

    #[test]
    fn a_state_of_one_lane_is_read() {
        let old = r#"{"order":"deposit","is_first":true,"started_at":"2026-01-01T00:00:00Z","cursor":"MQ=="}"#;
        let scan: Scan = json::read(old.as_bytes()).unwrap();
        assert_eq!(scan.gaps, [Gap { after: Edge { cursor: Some(Cursor::new("MQ==").unwrap()), ..Edge::default() }, before: Edge::default() }]);
        let untouched: Scan = json::read(old.replace(r#","cursor":"MQ==""#, "").as_bytes()).unwrap();
        assert!(untouched.is_untouched());
        let two = Scan { gaps: vec![Gap { after: edge(1), before: edge(5) }, Gap { after: edge(7), before: Edge::default() }], ..scan.clone() };
        let read_again = |scan: &Scan| json::read::<Scan>(serde_json::to_string(scan).unwrap().as_bytes()).unwrap();
        assert_eq!(read_again(&two), two);
        let ended = Scan { gaps: Vec::new(), ..scan };
        assert_eq!(read_again(&ended), ended, "one that is read whole is not read again");
    }

    #[test]
    fn the_middle_is_between() {
        assert_eq!(Gap { after: edge(10), before: edge(20) }.middle(), Some(Timestamp::from_milliseconds(15_000)));
        assert_eq!(Gap { after: edge(10), before: edge(11) }.middle(), None);
        assert_eq!(Gap { after: edge(10), before: Edge::default() }.middle(), None);
    }
}
