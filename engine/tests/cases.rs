//! The cases of `cases/`: an input, and beside it what is expected of it. `INSTA_UPDATE=always cargo test -p relais-engine`
//! writes the expectations anew, for review.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;

use relais_engine::{
    ds::{Champ, ChampDescriptor, ChampType},
    grist::CellValue,
    json::{self, FromJson, Json, Malformed},
    mapping::{encode, offers, read},
    words,
};

struct ChampCase {
    descriptor: ChampDescriptor,
    champs: Vec<Champ>,
}

impl FromJson for ChampCase {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { descriptor: json.read("descriptor")?, champs: json.read("champs")? })
    }
}

/// Each value of each type, through every facet of its field: the cell that it becomes, or why it is left alone.
#[test]
fn champs_become_cells() {
    let mut seen = Vec::new();
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../cases/champs" }, {
        insta::glob!("../cases/champs", "*.json", |path| {
            let case: ChampCase = json::read(&std::fs::read(path).unwrap()).unwrap();
            let mut text = String::new();
            for offer in offers(&case.descriptor) {
                let mark = if offer.is_proposed { " ★" } else { "" };
                writeln!(text, "{} ({}){mark} → {}", offer.facet.name(), words::facet(offer.facet), offer.column_type).unwrap();
                for champ in &case.champs {
                    match read(champ, offer.facet).map(|value| encode(value, &offer.column_type)) {
                        Ok(Ok(CellValue::Null)) => writeln!(text, "  (vide)"),
                        Ok(Ok(cell)) => writeln!(text, "  {}", serde_json::to_string(&cell).unwrap()),
                        Ok(Err(misfit)) => writeln!(text, "  ne tient pas : {}", misfit.shown),
                        Err(why) => writeln!(text, "  illisible : {why:?}"),
                    }
                    .unwrap();
                }
            }
            insta::assert_snapshot!(text);
            seen.push(case.descriptor.champ_type);
        });
    });
    for champ_type in ChampType::KNOWN {
        assert!(seen.contains(champ_type), "no case for {}", champ_type.typename());
    }
}
