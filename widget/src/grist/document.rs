//! The document, as the engine wants it.

use js_sys::{Array, JSON, Object, Reflect};
use relais_engine::{
    grist::{Applied, ApplyOptions, CellValue, ColumnId, DocumentError, TableId, UserAction},
    json::Json,
    ports::{Document, NewAttachment, Rows},
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

use super::{Grist, attachments::upload};

impl Document for Grist {
    type Rows = GristRows;
    type File = Blob;

    async fn fetch_table(&self, table: &TableId) -> Result<GristRows, DocumentError> {
        let columns = self.fetch(table.as_str()).await?;
        columns.dyn_into().map(GristRows).map_err(|_| DocumentError::Other("a table is not an object".to_owned()))
    }

    async fn apply(&self, actions: &[UserAction], options: &ApplyOptions) -> Result<Applied, DocumentError> {
        self.write((actions, options)).await
    }

    async fn attach(&self, files: &[NewAttachment<'_, Blob>]) -> Result<Vec<i64>, DocumentError> {
        upload(self, files).await
    }
}

/// A table as the browser holds it: one column at a time is read into Rust.
#[derive(Clone, Debug)]
pub struct GristRows(Object);

impl GristRows {
    fn values(&self, column: &str) -> Option<Array> {
        Reflect::get(&self.0, &column.into()).ok()?.dyn_into().ok()
    }
}

impl Rows for GristRows {
    #[expect(clippy::cast_possible_truncation, reason = "row ids are small whole numbers")]
    fn row_ids(&self) -> Vec<i64> {
        let ids = self.values("id").unwrap_or_default();
        ids.iter().map(|id| id.as_f64().unwrap_or_default() as i64).collect()
    }

    fn column(&self, column: &ColumnId) -> Option<Vec<CellValue>> {
        Some(self.values(column.as_str())?.iter().map(|value| cell_value(&value)).collect())
    }
}

/// A cell as Grist encodes it.
pub fn cell_value(value: &JsValue) -> CellValue {
    if let Some(text) = value.as_string() {
        return CellValue::Text(text.into());
    }
    if let Some(number) = value.as_f64() {
        return CellValue::Number(number);
    }
    if let Some(value) = value.as_bool() {
        return CellValue::Bool(value);
    }
    if value.is_null() || value.is_undefined() {
        return CellValue::Null;
    }
    if let Some(list) = value.dyn_ref::<Array>()
        && list.get(0).as_string().as_deref() == Some("L")
    {
        return CellValue::List(list.iter().skip(1).map(|item| cell_value(&item)).collect());
    }
    let json = JSON::stringify(value).ok().and_then(|json| json.as_string()).unwrap_or_default();
    CellValue::Other(Box::new(Json::parse(json.as_bytes()).unwrap_or(Json::Null).to_value()))
}
