//! Lanes: requests that read one list at once. Two face each other, one from each end of what is still to be read, and a
//! long list is read from its middle too: four at most, as many as DS takes of one token.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::{Context, Poll},
};

use super::{
    Gap, Observer, ScanOrder, Stop,
    gaps::{Filled, Key},
    scan::{Interruption, Reader, Sizes, Step, Wanted, Way},
    writer::Writer,
};
use crate::{
    ds::{
        Cursor,
        operations::{LARGEST_PAGE, Parts},
    },
    ports::{Clock, Document, Leases, Source},
};

/// Gaps that are filled at once, by two lanes each.
const GAPS: usize = 2;
/// Dossiers still to be read that are worth a start in their middle: it may cost a request or two.
const LONG: usize = 10 * LARGEST_PAGE as usize;
/// Dossiers read before a second lane starts, when DS does not say how many there are.
const SOME: usize = 3 * LARGEST_PAGE as usize;
/// Starts in the middle at most: where half of the time holds none of the dossiers, they gain nothing.
const STARTS: u32 = 8;

/// Dossiers converted in one go: the page that shows the run answers its reader in between.
const BREATH: usize = 20;

type Landed = (Sizes, Result<Step, Interruption>);

/// A request that is under way.
struct Flight<'r> {
    slot: usize,
    way: Way,
    dossiers: usize,
    future: Pin<Box<dyn Future<Output = Landed> + 'r>>,
    /// What it gave, until the writer takes it: a lane is never further ahead than this.
    landed: Option<Landed>,
}

/// A request to make.
struct Departure {
    slot: usize,
    way: Way,
    from: Option<Cursor>,
    sizes: Sizes,
}

/// A request that was made.
struct Landing {
    slot: usize,
    way: Way,
    sizes: Sizes,
    step: Result<Step, Interruption>,
}

/// A gap, and the sizes of the pages of the lanes at its ends (rule 17).
#[derive(Clone)]
struct Slot {
    gap: Gap,
    forward: Sizes,
    backward: Sizes,
}

/// What the lanes of a reading do.
struct Lanes<'r> {
    slots: Vec<Option<Slot>>,
    flights: Vec<Flight<'r>>,
    /// Whether they may read backward: not in the order of changes, whose end moves.
    is_two_way: bool,
    starts: u32,
}

impl<'r> Lanes<'r> {
    fn new(gaps: &[Gap], is_two_way: bool) -> Self {
        let slot = |gap: &Gap| Some(Slot { gap: gap.clone(), forward: Sizes::default(), backward: Sizes::default() });
        let mut slots: Vec<_> = gaps.iter().map(slot).collect();
        slots.resize(slots.len().max(GAPS), None);
        Self { slots, flights: Vec::new(), is_two_way, starts: 0 }
    }

    /// What is still to be read.
    fn gaps(&self) -> Vec<Gap> {
        self.slots.iter().flatten().map(|slot| slot.gap.clone()).collect()
    }

    /// The gap that a landing belongs to, unless it was filled meanwhile.
    fn gap(&self, slot: usize) -> Option<&Gap> {
        self.slots.get(slot)?.as_ref().map(|slot| &slot.gap)
    }

    fn flies(&self, slot: usize, way: Way) -> bool {
        self.flights.iter().any(|flight| flight.slot == slot && flight.way == way)
    }

    /// The next request worth making: `read` dossiers are read, `left` are expected. The first page comes alone, since there
    /// may be no other, and towards the end no two lanes ask for the same dossiers.
    fn due(&self, read: usize, left: Option<usize>) -> Option<Departure> {
        let asked: usize = self.flights.iter().map(|flight| flight.dossiers).sum();
        let is_worth = |dossiers: usize, unknown: usize| left.map_or(read >= unknown, |left| left > asked + dossiers);
        for (index, slot) in self.slots.iter().enumerate() {
            let Some(Slot { gap, forward, backward }) = slot else { continue };
            let (flies_forward, flies_backward) = (self.flies(index, Way::Forward), self.flies(index, Way::Backward));
            if !flies_forward && (!flies_backward || is_worth(0, 0)) {
                return Some(Departure { slot: index, way: Way::Forward, from: gap.after.cursor.clone(), sizes: *forward });
            }
            let has_begun = gap.after.cursor.is_some() || gap.before.cursor.is_some();
            if self.is_two_way && !flies_backward && has_begun && is_worth(0, SOME) {
                return Some(Departure { slot: index, way: Way::Backward, from: gap.before.cursor.clone(), sizes: *backward });
            }
        }
        let is_busy = self.slots.iter().flatten().count() >= GAPS || self.flights.iter().any(|flight| matches!(flight.way, Way::Middle(_)));
        if !self.is_two_way || is_busy || self.starts >= STARTS || !is_worth(LONG, LONG) {
            return None;
        }
        self.slots.iter().enumerate().find_map(|(index, slot)| {
            let Slot { gap, forward, .. } = slot.as_ref()?;
            Some(Departure { slot: index, way: Way::Middle(gap.middle()?), from: None, sizes: *forward })
        })
    }

    /// Makes a request.
    fn send(&mut self, departure: &Departure, future: Pin<Box<dyn Future<Output = Landed> + 'r>>) {
        let Departure { slot, way, sizes, .. } = *departure;
        self.starts += u32::from(matches!(way, Way::Middle(_)));
        self.flights.push(Flight { slot, way, dossiers: sizes.page() as usize, future, landed: None });
    }

    /// Lets all requests go on.
    fn poll(&mut self, context: &mut Context<'_>) {
        for flight in self.flights.iter_mut().filter(|flight| flight.landed.is_none()) {
            if let Poll::Ready(landed) = flight.future.as_mut().poll(context) {
                flight.landed = Some(landed);
            }
        }
    }

    /// Waits for something else.
    async fn meanwhile<T>(&mut self, other: impl Future<Output = T>) -> T {
        let mut other = pin!(other);
        poll_fn(|context| {
            self.poll(context);
            other.as_mut().poll(context)
        })
        .await
    }

    /// The next request that ends; none when none is under way.
    async fn next(&mut self) -> Option<Landing> {
        poll_fn(|context| {
            self.poll(context);
            let landed = self.flights.iter().position(|flight| flight.landed.is_some());
            match landed.map(|place| self.flights.remove(place)) {
                Some(Flight { slot, way, landed: Some((sizes, step)), .. }) => Poll::Ready(Some(Landing { slot, way, sizes, step })),
                _ if self.flights.is_empty() => Poll::Ready(None),
                _ => Poll::Pending,
            }
        })
        .await
    }

    /// Whether a page from the middle is of use. One that starts earlier than asked was filtered by another date than that
    /// of the deposit: then nothing says that no dossier lies between two of its own.
    fn accepts(&mut self, way: Way, keys: &[Key]) -> bool {
        let Way::Middle(since) = way else { return true };
        let is_sound = keys.first().is_none_or(|(_, date_depot)| *date_depot >= since);
        if !is_sound {
            self.starts = STARTS;
        }
        is_sound && !keys.is_empty()
    }

    /// Notes what a landing left of its gap. A request into what is filled by now is forgotten.
    fn settle(&mut self, slot: usize, way: Way, sizes: Sizes, filled: Filled) {
        let Some(before) = self.slots.get_mut(slot).and_then(Option::take) else { return };
        let Filled { earlier, later, .. } = filled;
        match way {
            Way::Forward => {
                // The lane from the end starts with what DS serves here.
                let is_alone = before.gap.before.cursor.is_none() && !self.flies(slot, Way::Backward);
                let backward = if is_alone { sizes } else { before.backward };
                self.put(slot, later.map(|gap| Slot { gap, forward: sizes, backward }));
            }
            Way::Backward => self.put(slot, earlier.map(|gap| Slot { gap, backward: sizes, ..before })),
            Way::Middle(_) => {
                let other = self.slots.iter().enumerate().position(|(index, place)| index != slot && place.is_none());
                let other = other.unwrap_or_else(|| {
                    self.slots.push(None);
                    self.slots.len() - 1
                });
                // The lane from behind goes on in the later half.
                for flight in self.flights.iter_mut().filter(|flight| flight.slot == slot && flight.way == Way::Backward) {
                    flight.slot = other;
                }
                self.put(slot, earlier.map(|gap| Slot { gap, backward: sizes, ..before.clone() }));
                self.put(other, later.map(|gap| Slot { gap, forward: sizes, ..before }));
            }
        }
    }

    fn put(&mut self, slot: usize, content: Option<Slot>) {
        if content.is_none() {
            self.flights.retain(|flight| flight.slot != slot);
        }
        if let Some(place) = self.slots.get_mut(slot) {
            *place = content;
        }
    }
}

impl<S: Source + Leases, D: Document<File = S::File>, C: Clock> Writer<'_, '_, S, D, C> {
    /// Reads what is still to be read, by lanes that the writer keeps up with.
    pub(super) async fn read_pages<O: Observer>(&mut self, reader: &Reader<'_, '_, S, C, O>, parts: Parts) -> Result<(), Stop> {
        let Some(scan) = &self.state.scan else { return Ok(()) };
        let wanted = self.wanted();
        let is_whole = scan.order == ScanOrder::Deposit;
        // What was deposited after the last day of the scope need not be read: then nothing is known of where to end.
        let is_two_way = is_whole && !(wanted.may_end_early && self.scope.until.is_some());
        let mut lanes = Lanes::new(&scan.gaps, is_two_way);
        reader.tell(self.progress());
        loop {
            let left = self.total.filter(|_| is_whole).map(|total| total.saturating_sub(self.report.read));
            while let Some(departure) = lanes.due(self.report.read, left) {
                let page = reader.next(departure.from.clone(), departure.way, departure.sizes, wanted, parts);
                lanes.send(&departure, Box::pin(page));
            }
            // Reading goes on while Grist writes, and while files are copied.
            if self.batch.is_full() {
                lanes.meanwhile(self.flush(Vec::new())).await?;
            }
            let Some(landing) = lanes.next().await else { return Ok(()) };
            if parts.include_file_contents
                && let Ok(Step::Page(page)) = &landing.step
            {
                lanes.meanwhile(self.bring_files(reader, &page.dossiers, parts)).await?;
            }
            self.land(&mut lanes, landing, wanted).await?;
            reader.tell(self.progress());
            if lanes.gaps().is_empty() {
                return Ok(());
            }
            if reader.observer.is_cancelled() {
                return Err(Stop::Cancelled);
            }
        }
    }

    /// Takes what a lane brought, as far as no other lane did, and notes what is left.
    async fn land(&mut self, lanes: &mut Lanes<'_>, landing: Landing, wanted: Wanted) -> Result<(), Stop> {
        let Landing { slot, way, sizes, step } = landing;
        let step = step?;
        let keys = step.keys();
        let is_last = wanted.may_end_early && keys.last().is_some_and(|(_, date_depot)| self.scope.ends_before(*date_depot));
        let Some(order) = self.state.scan.as_ref().map(|scan| scan.order).filter(|_| lanes.accepts(way, &keys)) else { return Ok(()) };
        let Some(gap) = lanes.gap(slot) else { return Ok(()) };
        let filled = gap.fill(way, order, &keys, step.info(), is_last);
        match &step {
            Step::Page(page) => {
                for (place, dossier) in (1..).zip(page.dossiers.get(filled.new.clone()).into_iter().flatten()) {
                    self.take(dossier).await?;
                    if place % BREATH == 0 {
                        self.clock.sleep(0).await;
                    }
                }
            }
            Step::Unserved(_, code) => {
                for (number, _) in keys.get(filled.new.clone()).into_iter().flatten() {
                    self.unserved(*number, *code);
                }
            }
        }
        let read = filled.new.len();
        // The list of changes has no end that lasts: it is gone on with from here.
        let end = Gap::from(step.info().end_cursor.clone().or_else(|| gap.after.cursor.clone()));
        lanes.settle(slot, way, sizes, filled);
        if let Some(scan) = &mut self.state.scan {
            scan.gaps = if order == ScanOrder::Change { vec![end] } else { lanes.gaps() };
            scan.read += read;
        }
        Ok(())
    }
}
