//! JSON on lines that people read and compare. The writer of serde_json for this would come a second time for every type
//! that is written, in the widget too; a text that is JSON already takes a page.

/// A text of JSON without spaces, each member and item on a line of its own.
pub(super) fn indented(json: &str) -> String {
    let mut text = String::with_capacity(json.len() * 2);
    let (mut depth, mut is_text, mut is_escaped) = (0_usize, false, false);
    let mut characters = json.chars().peekable();
    while let Some(character) = characters.next() {
        if is_text {
            text.push(character);
            is_text = is_escaped || character != '"';
            is_escaped = !is_escaped && character == '\\';
            continue;
        }
        match character {
            '{' | '[' => {
                text.push(character);
                if let Some(close) = characters.next_if(|next| matches!(next, '}' | ']')) {
                    text.push(close);
                } else {
                    depth += 1;
                    line(&mut text, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut text, depth);
                text.push(character);
            }
            ',' => {
                text.push(character);
                line(&mut text, depth);
            }
            ':' => text.push_str(": "),
            _ => {
                is_text = character == '"';
                text.push(character);
            }
        }
    }
    text.push('\n');
    text
}

fn line(text: &mut String, depth: usize) {
    text.push('\n');
    text.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use serde_json::json;

    use super::*;

    #[test]
    fn it_is_written_as_serde_json_does() {
        let value = json!({ "a": [1, [], {}, "x, [y]: {z}", { "b\"\\": null }], "c": { "d": "\\", "e": "\u{7f}\né" }, "f": [[true]] });
        assert_eq!(indented(&value.to_string()), format!("{}\n", serde_json::to_string_pretty(&value).unwrap()));
    }
}
