//! Small letters.
//!
//! The standard library's table knows the capitals of all scripts, and weighs five kilobytes of the widget. Those of the
//! scripts of Europe follow rules; names in others are compared as they are.

/// A text in small letters, for names that differ by more than their capitals.
pub fn small(text: &str) -> String {
    text.chars().map(small_letter).collect()
}

/// The small letter of a capital.
pub fn small_letter(letter: char) -> char {
    let code = u32::from(letter);
    let is_even = code % 2 == 0;
    let small = match letter {
        'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' | 'Α'..='Ρ' | 'Σ'..='Ϋ' | 'А'..='Я' => code + 32,
        'Ѐ'..='Џ' => code + 80,
        'Ā'..='Į' | 'Ĳ'..='Ķ' | 'Ŋ'..='Ŷ' | 'Ḁ'..='Ẕ' | 'Ạ'..='Ỿ' if is_even => code + 1,
        'Ĺ'..='Ň' | 'Ź'..='Ž' if !is_even => code + 1,
        'Ÿ' => u32::from('ÿ'),
        'ẞ' => u32::from('ß'),
        'Ά' => u32::from('ά'),
        'Έ'..='Ί' => code + 37,
        'Ό' => u32::from('ό'),
        'Ύ' | 'Ώ' => code + 63,
        _ => code,
    };
    char::from_u32(small).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_say_what_the_table_says() {
        // But for the dotted capital of Turkish, which becomes two characters.
        let of_europe = ('\0'..='\u{17f}').chain('\u{386}'..='\u{3ce}').chain('\u{400}'..='\u{45f}').chain('\u{1e00}'..='\u{1eff}');
        for letter in of_europe.filter(|letter| *letter != 'İ') {
            assert_eq!(Some(small_letter(letter)), letter.to_lowercase().next(), "{letter}");
        }
        assert_eq!(small("DÉPARTEMENT d’Œuvre"), "département d’œuvre");
    }
}
