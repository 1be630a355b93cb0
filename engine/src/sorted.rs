//! Maps and sets as sorted lists.
//!
//! The trees of the standard library bring some twenty functions for each type that is put in one, and weighed a twentieth of the
//! widget. What they held is short, or comes in order: lists that are searched by halves do as well. What is looked up
//! among a hundred thousand dossiers is in hash maps.

use std::{borrow::Borrow, slice, vec};

use serde::{Serialize, Serializer};

use crate::json::{FromJson, Json, Malformed};

/// A map in the order of its keys. In JSON, an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortedMap<K, V>(Vec<(K, V)>);

/// A set in the order of its items. In JSON, a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortedSet<T>(Vec<T>);

impl<K, V> SortedMap<K, V> {
    /// An empty map.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// How many keys it has.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each key with its value.
    pub fn iter(&self) -> slice::Iter<'_, (K, V)> {
        self.0.iter()
    }

    /// The keys.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }

    /// The values.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    /// The values, to change them.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// Keeps part of it.
    pub fn retain(&mut self, is_kept: impl Fn(&K, &V) -> bool) {
        self.0.retain(|(key, value)| is_kept(key, value));
    }
}

impl<K: Ord, V> SortedMap<K, V> {
    /// Where a key is, or where it would be.
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        self.0.binary_search_by(|(known, _)| known.borrow().cmp(key))
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let index = self.find(key).ok()?;
        self.0.get(index).map(|(_, value)| value)
    }

    /// The value of a key, to change it.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let index = self.find(key).ok()?;
        self.0.get_mut(index).map(|(_, value)| value)
    }

    /// Whether it has a key.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// Gives a key its value, in the place of the one that it had.
    pub fn insert(&mut self, key: K, value: V) {
        match self.find(&key) {
            Ok(index) => {
                if let Some((_, known)) = self.0.get_mut(index) {
                    *known = value;
                }
            }
            Err(index) => self.0.insert(index, (key, value)),
        }
    }

    /// Takes out the value of a key.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let index = self.find(key).ok()?;
        Some(self.0.remove(index).1)
    }

    /// The value of a key, to change it: an empty one when it had none.
    #[expect(clippy::indexing_slicing, reason = "the key was found there, or has just been put there")]
    pub fn get_or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let index = self.find(&key).unwrap_or_else(|index| {
            self.0.insert(index, (key, V::default()));
            index
        });
        &mut self.0[index].1
    }
}

impl<T> SortedSet<T> {
    /// An empty set.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// How many items it has.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The items.
    pub fn iter(&self) -> slice::Iter<'_, T> {
        self.0.iter()
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl<T: Ord> SortedSet<T> {
    /// Where an item is, or where it would be.
    fn find<Q: Ord + ?Sized>(&self, item: &Q) -> Result<usize, usize>
    where
        T: Borrow<Q>,
    {
        self.0.binary_search_by(|known| known.borrow().cmp(item))
    }

    /// Whether it has an item.
    pub fn contains<Q: Ord + ?Sized>(&self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.find(item).is_ok()
    }

    /// Puts an item in. False when it was there.
    pub fn insert(&mut self, item: T) -> bool {
        let place = self.find(&item);
        if let Err(index) = place {
            self.0.insert(index, item);
        }
        place.is_err()
    }

    /// Takes an item out. False when it was not there.
    pub fn remove<Q: Ord + ?Sized>(&mut self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        let place = self.find(item);
        if let Ok(index) = place {
            self.0.remove(index);
        }
        place.is_ok()
    }
}

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Default for SortedSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Ord, V> Extend<(K, V)> for SortedMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<T: Ord> Extend<T> for SortedSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        for item in items {
            self.insert(item);
        }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for SortedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<T: Ord> FromIterator<T> for SortedSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut set = Self::new();
        set.extend(items);
        set
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for SortedSet<T> {
    fn from(items: [T; N]) -> Self {
        items.into_iter().collect()
    }
}

impl<K, V> IntoIterator for SortedMap<K, V> {
    type Item = (K, V);
    type IntoIter = vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, K, V> IntoIterator for &'a SortedMap<K, V> {
    type Item = &'a (K, V);
    type IntoIter = slice::Iter<'a, (K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> IntoIterator for SortedSet<T> {
    type Item = T;
    type IntoIter = vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a SortedSet<T> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: Serialize, V: Serialize> Serialize for SortedMap<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl<T: Serialize> Serialize for SortedSet<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<K: FromJson + Ord, V: FromJson> FromJson for SortedMap<K, V> {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        let mut map = Self::new();
        for (name, value) in json.members()? {
            map.insert(K::from_json(&Json::Text(name.as_ref().into()))?, V::from_json(value)?);
        }
        Ok(map)
    }
}

impl<T: FromJson + Ord> FromJson for SortedSet<T> {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        let mut set = Self::new();
        set.extend(Vec::from_json(json)?);
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;
    use crate::json;

    proptest! {
        #[test]
        fn they_hold_what_trees_hold(changes in proptest::collection::vec((0_u8..20, any::<bool>(), any::<i64>()), 0..60)) {
            let (mut map, mut set, mut map_tree, mut set_tree) = (SortedMap::new(), SortedSet::new(), BTreeMap::new(), BTreeSet::new());
            for (number, is_added, value) in changes {
                let key = number.to_string();
                if is_added {
                    prop_assert_eq!(set.insert(key.clone()), set_tree.insert(key.clone()));
                    map.insert(key.clone(), value);
                    map_tree.insert(key.clone(), value);
                } else {
                    prop_assert_eq!(set.remove(key.as_str()), set_tree.remove(key.as_str()));
                    prop_assert_eq!(map.remove(key.as_str()), map_tree.remove(key.as_str()));
                }
                prop_assert_eq!(map.get(key.as_str()), map_tree.get(key.as_str()));
                prop_assert_eq!(set.contains(key.as_str()), set_tree.contains(key.as_str()));
            }
            let (map_text, set_text) = (serde_json::to_string(&map).unwrap(), serde_json::to_string(&set).unwrap());
            prop_assert_eq!(&map_text, &serde_json::to_string(&map_tree).unwrap());
            prop_assert_eq!(&set_text, &serde_json::to_string(&set_tree).unwrap());
            prop_assert_eq!(json::read::<SortedMap<String, i64>>(map_text.as_bytes()).unwrap(), map);
            prop_assert_eq!(json::read::<SortedSet<String>>(set_text.as_bytes()).unwrap(), set);
        }
    }
}
