//! Files of DS that become attachments: storage of the sample DS → proxy → sample Grist.

use std::collections::BTreeMap;

use relais_engine::{
    ds::{ChampType, SourceErrorCode},
    grist::{ColumnType, DocumentError},
    mapping::{Facet, Field},
    sync::{FileFailure, Outcome, ProblemKind},
};
use relais_tests::{
    ds::{
        faults::FileFault,
        world::value::{Attachment, Value as Held},
    },
    grist::{Fault, On, Refusal},
    ports::SystemClock,
    stack::Onlooker,
};
use serde_json::json;

use super::World;

const COLUMN: &str = "Budget_previsionnel";

impl World {
    /// The small démarche, whose files are copied rather than named.
    async fn with_files(dossiers: u32) -> Self {
        let mut world = Self::everyday(dossiers).await;
        world.copy_files();
        world
    }

    fn copy_files(&mut self) {
        for column in self.mapping.tables.iter_mut().flat_map(|table| &mut table.columns) {
            for source in &mut column.sources {
                if let Field::Champ(_, facet @ Facet::FileNames) = source {
                    (*facet, column.column_type) = (Facet::Files, ColumnType::Attachments);
                }
            }
        }
    }

    fn budget(&self) -> u32 {
        self.stack.ds.store().field(self.demarche, "Budget prévisionnel").unwrap()
    }

    fn files_in_ds(&self, number: i32) -> Vec<Attachment> {
        match self.stack.ds.store().dossier(number).unwrap().1.content().champs.get(&self.budget()) {
            Some(Held::Files(files)) => files.clone(),
            _ => Vec::new(),
        }
    }

    fn set_files(&self, number: i32, files: Vec<Attachment>) {
        let value = (!files.is_empty()).then_some(Held::Files(files));
        self.stack.ds.store().set_champ(number, self.budget(), value).unwrap();
    }

    /// Name and bytes of the attachments in the cell of a dossier.
    async fn files_in_grist(&self, number: i32) -> Vec<(String, Vec<u8>)> {
        let cell = self.cell(number, COLUMN).await;
        let names = self.table("_grist_Attachments").await;
        let ids = cell.as_array().into_iter().flatten().skip(1).map(|id| id.as_i64().unwrap());
        let file = |id: i64| {
            let row = names["id"].as_array().unwrap().iter().position(|known| known.as_i64() == Some(id)).unwrap();
            (names["fileName"][row].as_str().unwrap().to_owned(), self.stack.document.attachment(id).unwrap().to_vec())
        };
        ids.map(file).collect()
    }

    /// Every cell has the files of DS, byte for byte.
    async fn assert_same_files(&self) {
        let mut files = 0;
        for number in self.numbers() {
            let expected: Vec<(String, Vec<u8>)> = self.files_in_ds(number).iter().map(|file| (file.filename.clone(), file.bytes())).collect();
            assert_eq!(self.files_in_grist(number).await, expected, "dossier {number}");
            files += expected.len();
        }
        assert!(files > 0);
        let kept = self.table("Relais_Fichiers").await;
        assert_eq!(kept["id"].as_array().unwrap().len(), files, "no more than these are held");
    }

    fn uploaded(&self) -> usize {
        self.stack.document.attachments().len()
    }
}

fn failures(outcome: &Outcome) -> BTreeMap<String, FileFailure> {
    let failure = |kind: &ProblemKind| match kind {
        ProblemKind::FileNotCopied { file, why, .. } => (file.clone(), why.clone()),
        other => panic!("{other:?}"),
    };
    outcome.report.problems.iter().map(|problem| failure(&problem.kind)).collect()
}

#[tokio::test]
async fn the_files_of_ds_become_attachments_once() {
    let world = World::with_files(30).await;
    let outcome = world.run().await;
    assert!(outcome.is_success(), "{outcome:?}");
    world.assert_same_files().await;
    assert_eq!(outcome.report.files, world.uploaded());
    world.assert_settled().await;
    // Everything is read again; no file is fetched or uploaded.
    let mut connexion = world.stack.connexion("owner", &world.mapping).await.unwrap();
    connexion.read_all_again();
    world.stack.ds.requests().reset();
    let source = world.stack.source("owner").await.unwrap();
    let again = world.stack.run_connexion(&source, "owner", &mut connexion, SystemClock::default(), &Onlooker).await.unwrap();
    assert_eq!((again.report.read, again.report.updated, again.report.files), (30, 0, 0));
    assert_eq!((world.stack.ds.requests().files(), world.uploaded()), (0, outcome.report.files));
}

#[tokio::test]
async fn a_changed_file_is_the_only_one_copied() {
    let world = World::with_files(10).await;
    world.run().await;
    let before = world.uploaded();
    let number = world.numbers()[4];
    let mut files = world.files_in_ds(number);
    // The same name and the same size: only its checksum tells it from the other.
    files[0].seed += 1;
    world.set_files(number, files);
    let emptied = world.numbers()[5];
    world.set_files(emptied, Vec::new());
    let outcome = world.run().await;
    assert_eq!((outcome.report.files, world.uploaded()), (1, before + 1));
    world.assert_same_files().await;
    world.assert_settled().await;
}

#[tokio::test]
async fn a_file_sent_twice_is_copied_once() {
    let world = World::with_files(5).await;
    let number = world.numbers()[2];
    let first = world.files_in_ds(number).remove(0);
    // The same content under another name is another file.
    let renamed = Attachment { filename: "copie.pdf".to_owned(), ..first.clone() };
    world.set_files(number, vec![first.clone(), first.clone(), renamed.clone()]);
    let outcome = world.run().await;
    assert_eq!((outcome.report.failed(), outcome.report.files), (0, world.uploaded()));
    let expected = [&first, &renamed].map(|file| (file.filename.clone(), file.bytes()));
    assert_eq!(world.files_in_grist(number).await, expected);
    assert_eq!(world.table("Relais_Fichiers").await["id"].as_array().unwrap().len(), world.uploaded());
    world.assert_settled().await;
}

#[tokio::test]
async fn an_expired_address_is_asked_for_anew() {
    let world = World::with_files(10).await;
    world.stack.ds.faults().on_files([FileFault::Expired; 3]);
    let outcome = world.run().await;
    assert!(outcome.is_success(), "{outcome:?}");
    world.assert_same_files().await;
    let asked = world.stack.ds.requests().count_of("getDossier");
    assert!((1..=3).contains(&asked), "{asked}: each of their dossiers once");
}

#[tokio::test]
async fn rule_10_a_file_that_cannot_be_had_is_reported_and_retried() {
    let world = World::with_files(6).await;
    let number = world.numbers()[0];
    let mut files = world.files_in_ds(number);
    let mut others: Vec<Attachment> = ["infecté.pdf", "abîmé.pdf", "nouveau.pdf"]
        .into_iter()
        .zip(["infected", "integrity_error", "pending"])
        .map(|(name, scan)| Attachment { filename: name.to_owned(), scan, ..files[0].clone() })
        .collect();
    files.append(&mut others);
    world.set_files(number, files.clone());
    let outcome = world.run().await;
    // DS itself leaves out what its antivirus refuses: the name of what is only not yet cleared is said.
    assert_eq!(failures(&outcome), BTreeMap::from([("nouveau.pdf".to_owned(), FileFailure::Pending)]));
    assert_eq!((outcome.report.failed(), outcome.report.added), (1, 6));
    // It is cleared, which DS does not date.
    files.retain(|file| file.scan == "safe" || file.scan == "pending");
    for file in &mut files {
        file.scan = "safe";
    }
    let (field, cleared) = (world.budget(), Held::Files(files));
    world.stack.ds.store().edit(number, |dossier, _| drop(dossier.content_mut().champs.insert(field, cleared))).unwrap();
    assert!(world.run().await.is_success());
    world.assert_same_files().await;
    world.assert_settled().await;
}

#[tokio::test]
async fn files_cut_on_their_way_never_reach_the_document() {
    let world = World::with_files(4).await;
    // One that is cut once is asked for again at once.
    world.stack.ds.faults().on_files([FileFault::Cut]);
    assert!(world.run().await.is_success());
    let number = world.numbers()[0];
    let files = world.files_in_ds(number).into_iter().map(|file| Attachment { seed: file.seed + 1, ..file }).collect::<Vec<_>>();
    let before = world.uploaded();
    world.set_files(number, files.clone());
    world.stack.ds.faults().on_files(vec![FileFault::Cut; 3 * files.len()]);
    let outcome = world.run().await;
    assert!(
        outcome.report.problems.len() == files.len()
            && failures(&outcome).values().all(|why| *why == FileFailure::Source(SourceErrorCode::InvalidAnswer))
    );
    assert_eq!(world.uploaded(), before);
    assert!(world.run().await.is_success());
    world.assert_same_files().await;
}

#[tokio::test]
async fn a_host_that_is_down_stops_no_row() {
    let world = World::with_files(40).await;
    world.stack.ds.faults().on_files([FileFault::Unavailable; 1000]);
    let outcome = world.run().await;
    assert_eq!((outcome.stop.clone(), outcome.report.added, outcome.report.failed()), (None, 40, 40));
    assert!(failures(&outcome).values().all(|why| *why == FileFailure::Source(SourceErrorCode::DsUnavailable)));
    let tries = world.stack.ds.requests().files();
    assert!(tries <= 25 * 6, "{tries} tries: no other file is tried after so many");
    world.stack.ds.faults().clear();
    assert!(world.run().await.is_success());
    world.assert_same_files().await;
}

#[tokio::test]
async fn what_grist_refuses_together_goes_one_by_one_and_what_it_refuses_alone_is_said() {
    let world = World::with_files(3).await;
    let refused = || Fault::Refused(Refusal::new("request entity too large", None));
    // Together, then the first one alone.
    world.stack.document.faults().next(On::Upload, refused());
    world.stack.document.faults().next(On::Upload, refused());
    let outcome = world.run().await;
    assert_eq!(failures(&outcome).len(), 1, "{outcome:?}");
    assert!(failures(&outcome).into_values().all(|why| matches!(why, FileFailure::Document(_))));
    assert!(world.run().await.is_success());
    world.assert_same_files().await;
}

#[tokio::test]
async fn files_that_are_too_large_for_grist_keep_no_other_from_being_copied() {
    let world = World::with_files(40).await;
    // The first 25 together, then each.
    for _ in 0..=25 {
        world.stack.document.faults().next(On::Upload, Fault::Refused(Refusal::new("Attachments must not exceed 1 KB", None)));
    }
    let outcome = world.run().await;
    assert_eq!((outcome.stop.clone(), outcome.report.added, outcome.report.problems.len()), (None, 40, 25));
    assert!(failures(&outcome).into_values().all(|why| why == FileFailure::Document(DocumentError::TooLarge)));
    let files: usize = world.numbers().into_iter().map(|number| world.files_in_ds(number).len()).sum();
    assert_eq!(world.uploaded(), files - 25);
    // They are not fetched again until DS or the agent says so.
    world.stack.ds.requests().reset();
    world.run().await;
    assert_eq!((world.stack.ds.requests().files(), world.uploaded()), (0, files - 25));
}

#[tokio::test]
async fn the_files_of_rows_annotations_avis_and_messages_are_copied_too() {
    let mut world = World::complete(25).await;
    world.mapping = world
        .stack
        .propose_with(world.demarche, |proposal| {
            let mut identities = 0;
            for line in proposal.sections.iter_mut().flat_map(|section| &mut section.lines) {
                if line.champ_type == Some(ChampType::TitreIdentite) {
                    identities += 1;
                    assert_ne!(line.column_type, ColumnType::Attachments, "identity documents never are");
                }
                line.is_chosen = line.is_key || line.column_type == ColumnType::Attachments;
            }
            assert!(identities > 0);
        })
        .await
        .unwrap();
    world.stack.ds.faults().clear();
    let outcome = world.run().await;
    assert!(outcome.is_success(), "{outcome:?}");
    let mut filled = Vec::new();
    for (id, table) in world.content().await {
        let columns = table.as_object().unwrap();
        for (column, values) in columns {
            let files = values.as_array().into_iter().flatten().filter(|cell| cell.get(0) == Some(&json!("L"))).count();
            if files > 0 {
                filled.push(format!("{id}.{column}"));
            }
        }
    }
    for part in [".Devis_", "Pieces_complementaires.", ".Rapport_de_visite", "Avis.", "Messages."] {
        assert!(filled.iter().any(|column| column.contains(part)), "{part}: {filled:?}");
    }
    world.assert_settled().await;
}
