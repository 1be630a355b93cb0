//! The text of what DS gives as HTML.

/// The text that people read: tags are dropped, lines and paragraphs end lines, entities are characters again. A `<` that
/// opens no tag is a `<`.
pub(super) fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(place) = rest.find(['<', '&']) {
        let (before, from) = rest.split_at(place);
        text.push_str(before);
        rest = match tag(from) {
            Some((name, after)) => {
                if ENDS_A_LINE.contains(&name.to_ascii_lowercase().as_str()) && !text.ends_with('\n') {
                    text.push('\n');
                }
                after
            }
            None => match entity(from) {
                Some((character, after)) => {
                    text.push(character);
                    after
                }
                None => {
                    let mut characters = from.chars();
                    text.extend(characters.next());
                    characters.as_str()
                }
            },
        };
    }
    text.push_str(rest);
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned()
}

const ENDS_A_LINE: [&str; 8] = ["br", "/p", "/div", "/li", "/h1", "/h2", "/h3", "/tr"];

/// The tag that a text starts with, with its slash, and what follows.
fn tag(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('<')?;
    if !inside.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/' || first == '!') {
        return None;
    }
    let (inside, after) = inside.split_once('>')?;
    let name = inside.split([' ', '\t', '\n', '\r']).next().unwrap_or(inside);
    // `<br/>`, not `</p>`.
    Some((name.strip_suffix('/').unwrap_or(name), after))
}

/// The character that a text starts with as an entity, and what follows.
fn entity(text: &str) -> Option<(char, &str)> {
    let (name, after) = text.strip_prefix('&')?.split_once(';')?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((character, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_read_is_kept() {
        for (html, text) in [
            ("Bonjour,<br>merci.", "Bonjour,\nmerci."),
            ("<p>Un</p><p>Deux<br/></p>", "Un\nDeux"),
            ("<p class=\"x\">L&#39;avis &amp; la <strong>suite</strong></p>\n", "L'avis & la suite"),
            ("3 < 5 et 5 > 3", "3 < 5 et 5 > 3"),
            ("R&D ; a & b; &eacute;", "R&D ; a & b; &eacute;"),
            ("fin <", "fin <"),
            ("<a href=\"https://exemple.fr\">lien</a>&nbsp;!", "lien\u{a0}!"),
            ("&#x1F3F0; &#99999999;", "🏰 &#99999999;"),
            ("", ""),
        ] {
            assert_eq!(plain(html), text, "{html}");
        }
    }
}
