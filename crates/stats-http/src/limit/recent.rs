//! A map that forgets whom it has not met for long, instead of growing.

use std::collections::HashMap;
use std::hash::Hash;
use std::mem;

/// Remembers the last ones that were met: at least `most` of them, and at most twice as many.
///
/// There are two generations. When the younger one is full, the older one is forgotten. Who is met meanwhile belongs to the
/// younger one, so nobody who keeps coming is forgotten, however many others come.
#[derive(Debug)]
pub(super) struct Recent<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    most: usize,
}

impl<K: Eq + Hash + Clone, V> Recent<K, V> {
    pub(super) fn new(most: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), most }
    }

    /// What is remembered of this one.
    pub(super) fn meet(&mut self, key: &K, begin: impl FnOnce() -> V) -> &mut V {
        if !self.young.contains_key(key) {
            let value = self.old.remove(key).unwrap_or_else(begin);
            if self.young.len() >= self.most {
                self.old = mem::take(&mut self.young);
            }
            return self.young.entry(key.clone()).or_insert(value);
        }
        self.young.entry(key.clone()).or_insert_with(begin)
    }

    /// What is remembered of this one, if anything is, without meeting it.
    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        match self.young.get_mut(key) {
            None => self.old.get_mut(key),
            found => found,
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_keeps_coming_is_remembered_in_any_crowd() {
        let mut recent = Recent::new(10);
        for stranger in 1..1_000 {
            *recent.meet(&0, || 0) += 1;
            recent.meet(&stranger, || 0);
            assert!(recent.len() <= 20);
        }
        assert_eq!(recent.get_mut(&0).copied(), Some(999));
        assert_eq!(recent.get_mut(&1), None);
    }
}
