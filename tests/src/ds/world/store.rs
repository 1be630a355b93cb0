//! Where the world is kept: generated dossiers are drawn when asked for, changed ones are kept whole.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use thiserror::Error;
use time::Duration;

use super::demarche::Demarche;
use super::dossier::{Dossier, Facts, Source};
use super::page::{BadWindow, Order, Page, Window};
use crate::ds::clock::{self, Instant};
use crate::ds::samples::generate;
use crate::ds::vocabulary::{DeletionReason, DossierState};

/// What a change asked for is not there.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[expect(missing_docs, reason = "each says what it is")]
pub enum NoSuch {
    #[error("no démarche {0}")]
    Demarche(i32),
    #[error("no dossier {0}")]
    Dossier(i32),
    #[error("no field {0}")]
    Field(u32),
    #[error("no row {0}")]
    Row(usize),
    #[error("no label {0}")]
    Label(u32),
    #[error("no groupe {0}")]
    Groupe(i32),
}

/// Which dossiers are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// In this state.
    pub state: Option<DossierState>,
    /// Put away, or not.
    pub archived: Option<bool>,
    /// Of this groupe.
    pub groupe: Option<i32>,
    /// Filed since; ignored when `updated_since` is given.
    pub created_since: Option<Instant>,
    /// Changed since; the list is then in the order of changes.
    pub updated_since: Option<Instant>,
}

impl Filter {
    fn keeps(&self, facts: &Facts) -> bool {
        let recent = match (self.updated_since, self.created_since) {
            (Some(since), _) => facts.updated >= since,
            (None, Some(since)) => facts.filed >= since,
            (None, None) => true,
        };
        recent
            && self.state.is_none_or(|state| facts.state == state)
            && self.archived.is_none_or(|archived| facts.archived == archived)
            && self.groupe.is_none_or(|groupe| facts.groupe == groupe)
    }
}

/// A dossier that is no longer served.
#[derive(Clone, Copy, Debug)]
pub struct Gone {
    /// Its number.
    pub number: i32,
    /// When it was put in the trash, or deleted.
    pub at: Instant,
    /// Why.
    pub reason: DeletionReason,
    /// Its state then.
    pub state: DossierState,
    /// Whether it can no longer be restored.
    pub deleted: bool,
}

/// A démarche and its dossiers.
#[derive(Debug)]
pub(super) struct Holding {
    pub(super) demarche: Arc<Demarche>,
    original: Arc<Demarche>,
    seed: u64,
    generated: u32,
    pub(super) kept: HashMap<i32, Arc<Dossier>>,
    pub(super) gone: BTreeMap<i32, Gone>,
    /// The next number for a dossier made by hand.
    pub(super) next: i32,
    by_filing: Order,
    by_change: Order,
}

impl Holding {
    fn new(demarche: Demarche, seed: u64, generated: u32) -> Self {
        let original = Arc::new(demarche);
        let facts: Vec<Facts> = (0..generated).map(|index| generate::facts(&original, seed, generated, index)).collect();
        let by_filing = facts.iter().map(|facts| (facts.filed, facts.number)).collect();
        let by_change = facts.iter().map(|facts| (facts.updated, facts.number)).collect();
        let next = original.first_dossier.saturating_add(i32::try_from(generated).unwrap_or(i32::MAX));
        Self { demarche: Arc::clone(&original), original, seed, generated, kept: HashMap::new(), gone: BTreeMap::new(), next, by_filing, by_change }
    }

    fn index(&self, number: i32) -> Option<u32> {
        let index = u32::try_from(number.checked_sub(self.original.first_dossier)?).ok()?;
        (index < self.generated).then_some(index)
    }

    /// What filters look at, of a dossier in the trash too.
    pub(super) fn facts(&self, number: i32) -> Option<Facts> {
        if let Some(kept) = self.kept.get(&number) {
            return Some(kept.facts);
        }
        self.index(number).map(|index| generate::facts(&self.original, self.seed, self.generated, index))
    }

    /// A dossier, in the trash too.
    pub(super) fn dossier(&self, number: i32) -> Option<Arc<Dossier>> {
        if let Some(kept) = self.kept.get(&number) {
            return Some(Arc::clone(kept));
        }
        let index = self.index(number)?;
        let facts = generate::facts(&self.original, self.seed, self.generated, index);
        let cover = generate::cover(&self.original, self.seed, index, &facts);
        let source = Source::Generated { original: Arc::clone(&self.original), seed: self.seed, index };
        Some(Arc::new(Dossier { facts, cover, source }))
    }

    /// Keeps a dossier as it now is, in its place in both orders.
    pub(super) fn keep(&mut self, dossier: Dossier) {
        self.unlist(dossier.facts.number);
        let facts = dossier.facts;
        self.kept.insert(facts.number, Arc::new(dossier));
        if !self.gone.contains_key(&facts.number) {
            self.by_filing.insert((facts.filed, facts.number));
            self.by_change.insert((facts.updated, facts.number));
        }
    }

    /// Takes a dossier out of both orders.
    pub(super) fn unlist(&mut self, number: i32) {
        if let Some(facts) = self.facts(number) {
            self.by_filing.remove(&(facts.filed, number));
            self.by_change.remove(&(facts.updated, number));
        }
    }
}

/// Everything that is served.
#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) holdings: BTreeMap<i32, Holding>,
    last_tick: Option<Instant>,
    /// How far its clock is ahead of the machine's.
    ahead: Duration,
}

impl World {
    /// The present instant; later than any given before, so that two changes never share one.
    pub(super) fn tick(&mut self) -> Instant {
        let now = clock::now() + self.ahead;
        let tick = self.last_tick.map_or(now, |last| now.max(last + Duration::microseconds(1)));
        self.last_tick = Some(tick);
        tick
    }

    pub(super) fn holding_of(&mut self, dossier: i32) -> Result<&mut Holding, NoSuch> {
        self.holdings.values_mut().find(|holding| holding.facts(dossier).is_some()).ok_or(NoSuch::Dossier(dossier))
    }

    pub(super) fn holding(&mut self, demarche: i32) -> Result<&mut Holding, NoSuch> {
        self.holdings.get_mut(&demarche).ok_or(NoSuch::Demarche(demarche))
    }
}

/// The world, to look at and to change while it is served.
#[derive(Debug, Default)]
pub struct Store {
    world: RwLock<World>,
}

impl Store {
    /// Puts in a démarche with so many generated dossiers.
    pub fn insert(&self, demarche: Demarche, seed: u64, generated: u32) {
        self.write().holdings.insert(demarche.number, Holding::new(demarche, seed, generated));
    }

    /// A démarche as it is now.
    pub fn demarche(&self, number: i32) -> Option<Arc<Demarche>> {
        self.read().holdings.get(&number).map(|holding| Arc::clone(&holding.demarche))
    }

    /// Lets time pass, at once: what changes afterwards is dated so much later.
    pub fn pass(&self, time: Duration) {
        self.write().ahead += time;
    }

    /// The present instant of this world.
    pub fn now(&self) -> Instant {
        clock::now() + self.read().ahead
    }

    /// The numbers of all démarches.
    pub fn demarches(&self) -> Vec<i32> {
        self.read().holdings.keys().copied().collect()
    }

    /// The démarche that has a groupe of this number.
    pub fn demarche_of_groupe(&self, groupe: i32) -> Option<Arc<Demarche>> {
        let world = self.read();
        let holding = world.holdings.values().find(|holding| holding.demarche.groupe(groupe).is_some())?;
        Some(Arc::clone(&holding.demarche))
    }

    /// How many dossiers were ever filed, deleted ones included: what `dossiersCount` says.
    pub fn ever_filed(&self, demarche: i32) -> i32 {
        let world = self.read();
        world.holdings.get(&demarche).map_or(0, |holding| holding.next - holding.original.first_dossier)
    }

    /// The numbers of the dossiers that are served, in the order they were filed.
    pub fn numbers(&self, demarche: i32) -> Vec<i32> {
        let world = self.read();
        world.holdings.get(&demarche).map_or_else(Vec::new, |holding| holding.by_filing.iter().map(|(_, number)| *number).collect())
    }

    /// What is no longer served.
    pub fn all_gone(&self, demarche: i32) -> Vec<Gone> {
        let world = self.read();
        world.holdings.get(&demarche).map_or_else(Vec::new, |holding| holding.gone.values().copied().collect())
    }

    /// A dossier that is served, with its démarche.
    pub fn dossier(&self, number: i32) -> Option<(Arc<Demarche>, Arc<Dossier>)> {
        let world = self.read();
        world
            .holdings
            .values()
            .filter(|holding| !holding.gone.contains_key(&number))
            .find_map(|holding| holding.dossier(number).map(|dossier| (Arc::clone(&holding.demarche), dossier)))
    }

    /// A page of a démarche's dossiers.
    pub fn dossiers(&self, demarche: i32, filter: &Filter, window: &Window) -> Result<Page<Arc<Dossier>>, BadWindow> {
        let world = self.read();
        let Some(holding) = world.holdings.get(&demarche) else {
            return window.read(&Order::new(), |_| None);
        };
        let order = if filter.updated_since.is_some() { &holding.by_change } else { &holding.by_filing };
        window.read(order, |number| {
            let facts = holding.facts(number)?;
            if filter.keeps(&facts) { holding.dossier(number) } else { None }
        })
    }

    /// A page of what is no longer served: what is in the trash, or what is deleted for good.
    pub fn gone(&self, demarche: i32, groupe: Option<i32>, deleted: bool, since: Option<Instant>, window: &Window) -> Result<Page<Gone>, BadWindow> {
        let world = self.read();
        let Some(holding) = world.holdings.get(&demarche) else {
            return window.read(&Order::new(), |_| None);
        };
        let of_groupe = |number| groupe.is_none() || holding.facts(number).map(|facts| facts.groupe) == groupe;
        let order = holding
            .gone
            .values()
            .filter(|gone| gone.deleted == deleted && since.is_none_or(|since| gone.at >= since))
            .filter(|gone| of_groupe(gone.number))
            .map(|gone| (gone.at, gone.number))
            .collect();
        window.read(&order, |number| holding.gone.get(&number).copied())
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, World> {
        self.world.write().unwrap_or_else(PoisonError::into_inner)
    }
}
