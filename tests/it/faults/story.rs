//! A seed's story: a démarche and a mapping, some runs that meet faults, then the run that must put everything right.

use std::{collections::BTreeSet, time::Duration};

use futures::future::join;
use relais_engine::{
    ds::{Demarche, DossierState, Operation, SourceErrorCode, operations::DemarcheVariables},
    grist::ColumnType,
    mapping::{DossierField, Facet, Fate as Keep, Field, Keeping, Mapping, Preset, Scope, SectionOrigin, Sibling, TableKey},
    ports::Source,
    sync::{Connexion, Outcome, ProblemKind},
};
use relais_tests::{
    ds::{
        self, clock,
        draw::Draw,
        faults::{Fault, FileFault},
        world::{
            form::Kind,
            value::{Value as Held, shown},
        },
    },
    grist::{Fault as GristFault, On, Refusal, SampleDocument},
    stack::{Options, Stack, generous},
};

use serde_json::{Value, json};

use super::{
    changes::change,
    page::{Ending, Fate, Halt, Moment, NOBODY, Page},
    picture::{Picture, Row, held, name},
};

/// Steps of a run among which something happens.
const STEPS: u64 = 24;
const MOST_ROUNDS: u64 = 5;

/// What a draw is for: each has its own, so that more draws for one change nothing of the others.
#[derive(Clone, Copy)]
enum Purpose {
    World = 1,
    Round = 2,
    Change = 3,
    Witness = 4,
}

pub(super) struct Story {
    seed: u64,
    stack: Stack,
    demarche: i32,
    /// What the connexion has at the end; at first it may have less.
    mapping: Mapping,
    /// The clone that goes into the same tables, if there is one.
    siblings: Vec<Sibling>,
    scope: Scope,
    keeping: Keeping,
    /// What happened, for whoever reads of a failure.
    told: Vec<String>,
}

fn draw(seed: u64, purpose: Purpose, number: u64) -> Draw {
    Draw::of(&[seed, purpose as u64, number])
}

fn below(draw: &mut Draw, bound: u64) -> usize {
    usize::try_from(draw.below(bound)).unwrap()
}

async fn form(stack: &Stack, number: i32) -> Demarche {
    let number = i64::from(number).try_into().unwrap();
    let source = stack.source("owner").await.unwrap();
    Demarche::read(&source.call(&Operation::GetDemarche(DemarcheVariables { number })).await.unwrap()).unwrap()
}

/// Lives a seed's story, and tells it. What went wrong, with what happened before, is the error.
pub(super) async fn live(seed: u64) -> Result<String, String> {
    let mut story = Story::begin(seed).await;
    let result = Box::pin(story.tell()).await;
    let told = story.told.join("\n  ");
    result.map(|()| told.clone()).map_err(|wrong| format!("{wrong}\n  {told}"))
}

impl Story {
    async fn begin(seed: u64) -> Self {
        let mut draw = draw(seed, Purpose::World, 0);
        let is_everyday = draw.chance(65);
        let dossiers = if is_everyday { *draw.pick(&[0, 1, 7, 30, 60, 99, 101, 130, 210]) } else { *draw.pick(&[3, 12, 25]) };
        let (everyday, complete) = if is_everyday { (dossiers, 0) } else { (0, dossiers) };
        let demarche = if is_everyday { ds::EVERYDAY } else { ds::COMPLETE };
        let ds = ds::Options { seed, everyday, complete, requests_per_minute: 1_000_000, counts_dossiers: draw.chance(80), ..ds::Options::default() };
        let stack = crate::logs::start(Options { ds, limits: generous().unwrap(), ..Options::default() }).await;
        let preset = *draw.pick(&[Preset::Everything, Preset::Everything, Preset::Essential, Preset::Nothing]);
        let has_linked = draw.chance(40);
        let mapping = stack.propose_with(demarche, |proposal| {
            proposal.apply(preset);
            for section in proposal.sections.iter_mut().filter(|section| has_linked && matches!(section.origin, SectionOrigin::Linked(_))) {
                section.lines.iter_mut().for_each(|line| line.is_chosen = true);
            }
        });
        let mut mapping = mapping.await.unwrap();
        let (copies_files, has_sibling) = (draw.chance(40), is_everyday && draw.chance(25));
        for column in mapping.tables.iter_mut().flat_map(|table| &mut table.columns).filter(|_| copies_files) {
            for source in &mut column.sources {
                if let Field::Champ(_, facet @ Facet::FileNames) = source {
                    (*facet, column.column_type) = (Facet::Files, ColumnType::Attachments);
                }
            }
        }
        let mut siblings = Vec::new();
        if has_sibling {
            let (ours, theirs) = (form(&stack, demarche).await, form(&stack, ds::SIBLING).await);
            siblings.push(Sibling::new(&mapping.fields, &ours.active_revision, &theirs));
        }
        let fate = |draw: &mut Draw| if draw.chance(40) { Keep::Remove } else { Keep::Mark };
        let keeping = Keeping { deleted: fate(&mut draw), outside: fate(&mut draw) };
        let scope = Scope::default();
        let told = vec![format!(
            "démarche {demarche}, {dossiers} dossiers, {preset:?}, linked tables: {has_linked}, files: {copies_files}, clone: {has_sibling}, {keeping:?}"
        )];
        let mut story = Self { seed, stack, demarche, mapping, siblings, scope, keeping, told };
        if draw.chance(45) {
            story.rescope(&mut draw);
        }
        story
    }

    /// Another selection of dossiers.
    fn rescope(&mut self, draw: &mut Draw) {
        let demarche = self.stack.ds.store().demarche(self.demarche).unwrap();
        let day = |draw: &mut Draw| {
            let day = clock::day(2024, 9, 2) + time::Duration::days(draw.between(0, 300));
            relais_engine::Day::parse(&clock::iso_date(day.date())).unwrap()
        };
        self.scope = match draw.below(7) {
            0 => Scope::default(),
            1 => Scope { states: [DossierState::EnInstruction].into(), ..Scope::default() },
            2 => Scope { states: [DossierState::EnConstruction, DossierState::Accepte].into(), ..Scope::default() },
            3 => Scope { archived: Some(draw.chance(50)), ..Scope::default() },
            4 => Scope { groupes: [i64::from(draw.pick(&demarche.groupes).number)].into(), ..Scope::default() },
            5 => Scope { labels: [clock::global_id("Label", draw.pick(&demarche.labels).id).as_str().into()].into(), ..Scope::default() },
            _ => {
                let (from, until) = (day(draw), day(draw));
                Scope { from: draw.chance(60).then_some(from), until: draw.chance(60).then_some(until), ..Scope::default() }
            }
        };
        self.told.push(format!("scope: {:?}", self.scope));
    }

    async fn tell(&mut self) -> Result<(), String> {
        let whole = self.mapping.clone();
        let mut draw = draw(self.seed, Purpose::World, 1);
        let rounds = 1 + draw.below(MOST_ROUNDS);
        let completed_at = if draw.chance(30) { draw.below(rounds + 1) } else { 0 };
        if completed_at > 0 {
            self.lessen(&mut draw);
        }
        for round in 0..rounds {
            if round == completed_at {
                self.mapping.clone_from(&whole);
            }
            self.round(round).await?;
        }
        self.mapping = whole;
        self.settle().await
    }

    /// A mapping of fewer columns, and maybe of fewer tables.
    fn lessen(&mut self, draw: &mut Draw) {
        let (main, others) = self.mapping.tables.split_first_mut().unwrap();
        let mut place = 0;
        main.columns.retain(|_| {
            place += 1;
            place == 1 || draw.chance(75)
        });
        let kept: Vec<bool> = others.iter().map(|_| draw.chance(75)).collect();
        let mut kept = std::iter::once(true).chain(kept);
        self.mapping.tables.retain(|_| kept.next().unwrap());
        self.told.push("fewer columns at first".to_owned());
    }

    fn change(&self, seed: u64) {
        let (store, mut draw) = (self.stack.ds.store(), draw(self.seed, Purpose::Change, seed));
        let demarche = if !self.siblings.is_empty() && draw.chance(40) { ds::SIBLING } else { self.demarche };
        change(store, demarche, &mut draw);
        if draw.chance(50) {
            // DS may be slow: a run lasts longer than increments overlap.
            store.pass(time::Duration::minutes(draw.between(1, 14)));
        }
    }

    /// The connexion as a page loads it.
    async fn connexion(&self, user: &str) -> Result<Connexion, String> {
        let mut connexion = self.stack.connexion(user, &self.mapping).await.map_err(|error| format!("the connexion cannot be loaded: {error}"))?;
        connexion.mapping.clone_from(&self.mapping);
        connexion.follow(self.scope.clone(), self.keeping);
        self.join_sibling(&mut connexion);
        Ok(connexion)
    }

    fn join_sibling(&self, connexion: &mut Connexion) {
        if !self.siblings.is_empty() && connexion.siblings.is_empty() {
            connexion.follow_siblings(self.siblings.clone());
        } else {
            // A mapping that was just replaced lacks the columns that say whose rows are whose.
            connexion.follow_siblings(connexion.siblings.clone());
        }
    }

    /// Something happens in DS, something goes wrong, and somebody runs.
    async fn round(&mut self, round: u64) -> Result<(), String> {
        let mut draw = draw(self.seed, Purpose::Round, round);
        for number in 0..draw.below(7) {
            self.change(round * 1000 + number);
        }
        let hours = *draw.pick(&[0, 0, 0, 1, 25, 9 * 24, 30 * 24]);
        self.stack.ds.store().pass(time::Duration::hours(hours));
        if draw.chance(15) {
            self.rescope(&mut draw);
        }
        let mut told = vec![format!("round {round}: {hours} h")];
        let fate = Self::fate(round, &mut draw, &mut told);
        let has_changes = !fate.changes.is_empty();
        let (has_colleague, sleeps) = (draw.chance(15), draw.chance(40));
        let user = *draw.pick(&["owner", "editor"]);
        // Pages that are open before anything goes wrong.
        let change = |seed| self.change(seed);
        let document = &self.stack.document;
        let page = Page::open(&self.stack, document, user, &change, fate).await;
        let colleague = Page::open(&self.stack, document, "editor", &change, Fate::default()).await;
        let (mut mine, mut theirs) = (self.connexion(user).await?, self.connexion("editor").await?);
        self.go_wrong(&mut draw, &mut told);
        let asleep = async || {
            // The page comes back minutes later, and a colleague has run meanwhile.
            page.let_lease_end().await;
            self.stack.ds.store().pass(time::Duration::minutes(5));
            if let Ok(mut theirs) = self.connexion("editor").await {
                colleague.run(&mut theirs, NOBODY).await;
            }
        };
        let ending = if has_colleague {
            join(page.run(&mut mine, NOBODY), colleague.run(&mut theirs, NOBODY)).await.0
        } else if sleeps {
            page.run(&mut mine, Some(asleep)).await
        } else {
            page.run(&mut mine, NOBODY).await
        };
        let outcome = match ending {
            Ending::Ended(outcome) => Some(outcome),
            Ending::Halted => None,
        };
        let ended = outcome.as_ref().map_or_else(
            || "killed".to_owned(),
            |outcome| format!("{:?}, {} problems, success: {}", outcome.stop, outcome.report.problems.len(), outcome.is_success()),
        );
        told.push(format!("\n    {user}, with a colleague: {has_colleague}, may sleep: {sleeps}: {ended}"));
        // The next person waits until the lease ends.
        page.let_lease_end().await;
        self.mend();
        let picture = Picture::of(document).await;
        let mut is_undone = false;
        if picture.is_ok() && draw.chance(12) {
            // Ctrl+Z takes the last run back, or what there was of it.
            is_undone = document.undo(user).unwrap();
            told.push(format!("then undone: {is_undone}"));
        }
        drop((page, colleague));
        self.told.push(told.join(", "));
        picture.map_err(|wrong| format!("after round {round}, {wrong}"))?;
        let is_success = outcome.is_some_and(|outcome| outcome.is_success());
        if is_success && !is_undone && !has_changes && !has_colleague && draw.chance(25) {
            self.compare(&[DossierField::Labels], round).await.map_err(|wrong| format!("round {round} said success: {wrong}"))?;
        }
        Ok(())
    }

    fn fate(round: u64, draw: &mut Draw, told: &mut Vec<String>) -> Fate {
        let mut fate = Fate::default();
        if draw.chance(45) {
            let moment = match draw.below(3) {
                0 => Moment::Before,
                1 => Moment::During(Duration::from_millis(draw.below(6))),
                _ => Moment::After,
            };
            // A run that copies files has hundreds.
            let steps = *draw.pick(&[STEPS / 2, STEPS, STEPS, STEPS * 16]);
            fate.halt = Some(Halt { step: below(draw, steps), moment });
        } else if draw.chance(10) {
            fate.cancelled_at = Some(1 + below(draw, STEPS));
        }
        if draw.chance(50) {
            for number in 0..=draw.below(8) {
                fate.changes.insert(below(draw, STEPS), round * 1000 + 500 + number);
            }
        }
        if draw.chance(25) {
            let codes = [SourceErrorCode::RateLimited, SourceErrorCode::ProxyUnavailable, SourceErrorCode::SessionExpired, SourceErrorCode::Internal];
            for _ in 0..=draw.below(3) {
                fate.failures.insert(below(draw, STEPS), *draw.pick(&codes));
            }
        }
        told.push(format!("{fate:?}"));
        fate
    }

    /// Faults of DS, and of Grist.
    fn go_wrong(&self, draw: &mut Draw, told: &mut Vec<String>) {
        let ds = &self.stack.ds;
        let numbers = ds.store().numbers(self.demarche);
        for _ in 0..draw.below(3) {
            let fault = match draw.below(22) {
                0..3 => Fault::Timeout,
                3..6 => Fault::PartialTimeout { served: below(draw, 40) },
                6..8 => Fault::PartialError,
                8 => Fault::TooManyRequests { seconds: 1 },
                9..11 => Fault::BadGateway,
                11 => Fault::Html,
                12 => Fault::ServerError,
                13..15 => Fault::ResetBeforeAnswer,
                15..17 => Fault::ResetInBody,
                17..19 => Fault::TruncatedBody,
                19 => Fault::AddressRefused,
                _ => Fault::TokenExpired,
            };
            told.push(format!("{fault:?}"));
            let mut rule = fault.times(1 + u32::try_from(draw.below(4)).unwrap()).after(u32::try_from(draw.below(6)).unwrap());
            if draw.chance(50) {
                rule = rule.on_operation(draw.pick::<&str>(&["getDossiers", "getDossiers", "getDossier", "getDossierNumbers", "getDeletedDossiers"]));
            }
            ds.faults().add(rule);
        }
        if draw.chance(30) {
            let most = *draw.pick(&[50, 25, 10, 10, 1]);
            told.push(format!("pages of {most}"));
            ds.faults().add(Fault::Timeout.always().on_operation("getDossiers").on_pages_above(most));
        }
        if draw.chance(20) && !numbers.is_empty() {
            let number = *draw.pick(&numbers);
            told.push(format!("{number} not served"));
            if draw.chance(50) { ds.faults().stick(number) } else { ds.faults().break_on(number) }
        }
        if draw.chance(12) {
            let requests = u32::try_from(draw.below(8)).unwrap();
            told.push(format!("the token expires after {requests}"));
            ds.tokens().expire_after(ds.token(), requests);
        }
        if draw.chance(25) {
            let kinds = [FileFault::Expired, FileFault::Unavailable, FileFault::Cut];
            let faults: Vec<FileFault> = (0..=draw.below(40)).map(|_| *draw.pick(&kinds)).collect();
            told.push(format!("{} files go wrong", faults.len()));
            ds.faults().on_files(faults);
        }
        if draw.chance(40) {
            let fault = match draw.below(5) {
                0 => GristFault::Refused(Refusal::new("[Sandbox] MemoryError", None)),
                1 => GristFault::Refused(Refusal::new("Blocked by table structure access rules", Some("ACL_DENY"))),
                2 => GristFault::Unanswered,
                _ => GristFault::AnswerLost,
            };
            let on = *draw.pick(&[On::Write, On::Write, On::Write, On::Read, On::Upload]);
            let calls = below(draw, 5);
            told.push(format!("{fault:?} {on:?} after {calls}"));
            self.stack.document.faults().after(calls, on, fault);
        }
    }

    fn mend(&self) {
        let ds = &self.stack.ds;
        ds.faults().clear();
        ds.tokens().renew(ds.token());
        self.stack.document.faults().clear();
    }

    /// One more run, then one that has nothing to do.
    async fn settle(&mut self) -> Result<(), String> {
        // Labels are compared once a day.
        self.stack.ds.store().pass(time::Duration::hours(25));
        let outcome = self.run_untroubled(&self.stack.document, &mut self.connexion("owner").await?).await?;
        let is_read = |outcome: &Outcome| {
            !outcome
                .report
                .problems
                .iter()
                .any(|problem| matches!(problem.kind, ProblemKind::Unserved(_) | ProblemKind::ListUnread(_) | ProblemKind::FileNotCopied { .. }))
        };
        if !is_read(&outcome) {
            return Err(format!("the last run did not read everything: {:?}", outcome.report.problems));
        }
        self.compare(&[], 1000).await?;
        let (shown, held) = (Picture::of(&self.stack.document).await?.attachments, held(&self.stack.document).await);
        if shown != held {
            return Err(format!("attachments in cells: {shown:?}, held: {held:?}"));
        }
        self.stack.document.reset_calls();
        let again = self.run_untroubled(&self.stack.document, &mut self.connexion("owner").await?).await?;
        match self.stack.document.calls().writes {
            0 => Ok(()),
            writes => Err(format!("a further run wrote {writes} times: {:?}", again.report)),
        }
    }

    async fn run_untroubled(&self, document: &SampleDocument, connexion: &mut Connexion) -> Result<Outcome, String> {
        let change = |_| ();
        let page = Page::open(&self.stack, document, "owner", &change, Fate::default()).await;
        match page.run(connexion, NOBODY).await {
            Ending::Ended(outcome) if outcome.stop.is_none() => Ok(*outcome),
            ending => Err(format!("a run without faults: {ending:?}")),
        }
    }

    /// A first run into a document of its own: what DS says, by no other way than that.
    async fn witness(&self, number: u64, mapping: Mapping, scope: Scope) -> Result<Picture, String> {
        let id = format!("temoin{:020}", draw(self.seed, Purpose::Witness, number).number());
        let document = self.stack.grist.add_document_with_id(&id, "Témoin").unwrap();
        let mut connexion = Connexion::new(mapping, &[]);
        connexion.follow(scope, Keeping { deleted: Keep::Mark, outside: Keep::Remove });
        self.join_sibling(&mut connexion);
        self.run_untroubled(&document, &mut connexion).await?;
        Picture::of(&document).await
    }

    /// The document against what DS says now.
    async fn compare(&self, ignored: &[DossierField], number: u64) -> Result<(), String> {
        let document = Picture::of(&self.stack.document).await?;
        let whole = self.witness(number * 2, self.mapping.clone(), Scope::default()).await?;
        let mut key = self.mapping.clone();
        key.tables.truncate(1);
        key.tables[0].columns.truncate(1);
        let followed = self.witness(number * 2 + 1, key, self.scope.clone()).await?;
        let mut wrong = document.differences(
            &whole,
            |number| followed.dossiers.contains_key(&number) || whole.dossiers.contains_key(&number) && document.dossiers.contains_key(&number),
            ignored,
        );
        for (number, row) in &document.dossiers {
            let is = |field: DossierField| row.get(&name(field)).map(|cell| *cell != serde_json::Value::Bool(false) && !cell.is_null());
            let is_served = whole.dossiers.contains_key(number);
            let is_followed = followed.dossiers.contains_key(number);
            if is_served && !is_followed && (self.keeping.outside == Keep::Remove || is(DossierField::HorsSelection) == Some(false)) {
                wrong.push(format!("{number} is left out by the scope"));
            }
            if is_followed && is(DossierField::HorsSelection) == Some(true) {
                wrong.push(format!("{number} is said to be left out"));
            }
            let marks = [DossierField::DateSuppression, DossierField::MotifSuppression].map(is);
            if is_served && marks.contains(&Some(true)) || !is_served && marks.contains(&Some(false)) {
                wrong.push(format!("{number} is served: {is_served}, and marked: {marks:?}"));
            }
            if !is_served && self.keeping.deleted == Keep::Remove {
                wrong.push(format!("{number} is not served"));
            }
            wrong.extend(self.mark(*number, row, is_served));
        }
        wrong.extend(document.dossiers.iter().flat_map(|(number, row)| self.unlike_ds(*number, row)));
        if wrong.is_empty() { Ok(()) } else { Err(wrong.into_iter().take(8).collect::<Vec<_>>().join("; ")) }
    }

    /// What of a dossier's row is not what the sample DS holds, read without the engine: texts, choices, numbers and ticks.
    fn unlike_ds(&self, number: i64, row: &Row) -> Vec<String> {
        let dossier = i32::try_from(number).ok().and_then(|number| self.stack.ds.store().dossier(number));
        let Some((demarche, dossier)) = dossier.filter(|(demarche, _)| demarche.number == self.demarche) else { return Vec::new() };
        let (revision, content) = (demarche.revision_of(&dossier.facts), dossier.content());
        let columns = self.mapping.tables.iter().filter(|table| table.key == TableKey::Dossiers).flat_map(|table| &table.columns);
        let alone: BTreeSet<String> = columns.filter(|column| column.sources.len() == 1).map(|column| column.sources[0].to_string()).collect();
        let mut wrong = Vec::new();
        for (fields, values) in [(&revision.champs, &content.champs), (&revision.annotations, &content.annotations)] {
            for field in fields {
                let held = shown(field, fields, values).flatten();
                let (facet, expected) = match held {
                    Some(held @ Held::Text(_)) => {
                        let facet = if field.kind == Kind::DropDownList { Facet::Choice } else { Facet::Text };
                        (facet, json!(held.text(field.kind)))
                    }
                    // Past 2^53 it does not fit a number, and is reported.
                    Some(Held::Integer(integer)) if integer.unsigned_abs() <= 1 << 53 => (Facet::Number, json!(integer)),
                    Some(Held::Decimal(decimal)) => (Facet::Number, json!(decimal.parse::<f64>().unwrap())),
                    Some(Held::Flag(flag)) if field.kind == Kind::Checkbox => (Facet::Bool, json!(flag)),
                    None if matches!(field.kind, Kind::IntegerNumber | Kind::DecimalNumber) => (Facet::Number, Value::Null),
                    None => (Facet::Text, Value::Null),
                    Some(_) => continue,
                };
                let name = Field::Champ(clock::global_id("Champ", field.id).as_str().into(), facet).to_string();
                let Some(cell) = row.get(&name).filter(|_| alone.contains(&name)) else { continue };
                let is_same = cell.as_f64().map_or(*cell == expected, |cell| Some(cell) == expected.as_f64());
                if !is_same {
                    wrong.push(format!("{number} {}: {cell}, and DS holds {expected}", field.label));
                }
            }
        }
        wrong
    }

    /// Since when a deleted dossier is said to be so: what DS lists, as long as it is asked for.
    fn mark(&self, number: i64, row: &Row, is_served: bool) -> Option<String> {
        let store = self.stack.ds.store();
        let gone = [self.demarche, ds::SIBLING].into_iter().flat_map(|demarche| store.all_gone(demarche));
        let gone = gone.into_iter().find(|gone| i64::from(gone.number) == number).filter(|_| !is_served)?;
        if gone.at < store.now() - time::Duration::days(20) {
            return None;
        }
        let said = row.get(&name(DossierField::DateSuppression))?.as_f64();
        #[expect(clippy::cast_precision_loss, reason = "seconds of this century")]
        let listed = gone.at.unix_timestamp() as f64;
        (said != Some(listed)).then(|| format!("{number} is said to be gone since {said:?}, not {listed}"))
    }
}
