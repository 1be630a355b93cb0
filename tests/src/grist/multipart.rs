//! Bodies of type `multipart/form-data`, as far as uploads need them.

/// One part that is a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) field: String,
    pub(crate) file_name: String,
    pub(crate) bytes: Vec<u8>,
}

/// The files of a body; parts without a file name are left out. Nothing when the body is broken.
pub(crate) fn files(content_type: &str, body: &[u8]) -> Option<Vec<Part>> {
    let boundary = content_type.split(';').find_map(|part| part.trim().strip_prefix("boundary="))?;
    let delimiter = format!("--{}", boundary.trim_matches('"'));
    let mut rest = after(body, delimiter.as_bytes())?;
    let mut files = Vec::new();
    while !rest.starts_with(b"--") {
        rest = rest.strip_prefix(b"\r\n")?;
        let end = find(rest, b"\r\n\r\n")?;
        let (head, content) = rest.split_at_checked(end)?;
        let content = content.get(4..)?;
        let end = find(content, format!("\r\n{delimiter}").as_bytes())?;
        let (bytes, next) = content.split_at_checked(end)?;
        let head = String::from_utf8_lossy(head);
        if let Some(file_name) = parameter(&head, "filename") {
            files.push(Part { field: parameter(&head, "name").unwrap_or_default(), file_name, bytes: bytes.to_vec() });
        }
        rest = next.get(2 + delimiter.len()..)?;
    }
    Some(files)
}

/// A parameter of `Content-Disposition`; browsers write a quote in it as `%22`.
fn parameter(head: &str, name: &str) -> Option<String> {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
    let marker = format!("; {name}=\"");
    let start = line.find(&marker)? + marker.len();
    let value = line.get(start..)?;
    let value = value.get(..value.find('"')?)?;
    Some(value.replace("%22", "\""))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn after<'a>(bytes: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    bytes.get(find(bytes, wanted)? + wanted.len()..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"upload\"; filename=\"a%22é.txt\"\r\n\
            Content-Type: text/plain\r\n\r\nbon\r\njour\r\n--x\r\n\
            Content-Disposition: form-data; name=\"note\"\r\n\r\nrien\r\n--x--\r\n";
        let files = files("multipart/form-data; boundary=x", body.as_bytes());
        assert_eq!(files, Some(vec![Part { field: "upload".to_owned(), file_name: "a\"é.txt".to_owned(), bytes: b"bon\r\njour".to_vec() }]));
        assert_eq!(super::files("multipart/form-data; boundary=y", body.as_bytes()), None);
    }
}
