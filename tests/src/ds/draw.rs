//! Draws: the source of everything that looks random in the sample.

/// A sequence of draws that depends on nothing but the numbers it was made from.
///
/// SplitMix64 (Steele, Lea and Flood, 2014): one multiplication or two a draw, no state to set up, and the same
/// numbers with any version of any crate, so that a seed printed by a failing test is worth keeping.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    /// The sequence that belongs to these numbers, in this order.
    pub fn of(parts: &[u64]) -> Self {
        let mut draw = Self(0x5EED_0F5A_3B1E_D500);
        for part in parts {
            draw.0 = draw.0.wrapping_add(*part);
            draw.0 = draw.number();
        }
        draw
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 when the bound is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        // Multiply-shift rather than a remainder: no division, and no bias that a test could see.
        u64::try_from((u128::from(self.number()) * u128::from(bound)) >> 64).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high.saturating_sub(low)).unwrap_or(0) + 1;
        low + i64::try_from(self.below(width)).unwrap_or(0)
    }

    /// True that many times in a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of the choices.
    ///
    /// # Panics
    /// When there is nothing to choose from, which is an error of the sample's author.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let at = usize::try_from(self.below(choices.len() as u64)).unwrap_or(0);
        choices.get(at).unwrap_or_else(|| panic!("nothing to pick from"))
    }

    /// So many decimal digits.
    pub fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + u8::try_from(self.below(10)).unwrap_or(0))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Draw;

    #[test]
    fn the_same_parts_give_the_same_sequence_and_others_another() {
        let take = |parts: &[u64]| {
            let mut draw = Draw::of(parts);
            [draw.number(), draw.number(), draw.below(100)]
        };
        assert_eq!(take(&[1, 2, 3]), take(&[1, 2, 3]));
        assert_ne!(take(&[1, 2, 3]), take(&[1, 3, 2]));
        assert_ne!(take(&[1, 2]), take(&[1, 2, 0]));
    }

    #[test]
    fn draws_stay_within_their_bounds_and_reach_them() {
        let mut draw = Draw::of(&[7]);
        let seen: std::collections::BTreeSet<i64> = (0..200).map(|_| draw.between(-2, 2)).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [-2, -1, 0, 1, 2]);
        assert_eq!(draw.below(0), 0);
    }
}
