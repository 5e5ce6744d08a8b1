//! Values under numbers that are not used again.

/// Values under tokens. A token names a slot and how often that was used before, so that an old one finds nothing.
#[derive(Debug)]
pub(super) struct Slots<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
}

#[derive(Debug)]
struct Slot<T> {
    uses: u32,
    value: Option<T>,
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: Vec::new() }
    }
}

impl<T> Slots<T> {
    pub(super) fn insert(&mut self, value: T) -> u64 {
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot { uses: 0, value: None });
            u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
        });
        let Some(slot) = self.slots.get_mut(index as usize) else { return u64::MAX };
        slot.uses = slot.uses.wrapping_add(1);
        slot.value = Some(value);
        u64::from(slot.uses) << 32 | u64::from(index)
    }

    pub(super) fn get_mut(&mut self, token: u64) -> Option<&mut T> {
        self.slot(token)?.value.as_mut()
    }

    pub(super) fn remove(&mut self, token: u64) -> Option<T> {
        let value = self.slot(token)?.value.take()?;
        self.free.push(index_of(token));
        Some(value)
    }

    fn slot(&mut self, token: u64) -> Option<&mut Slot<T>> {
        self.slots.get_mut(index_of(token) as usize).filter(|slot| u64::from(slot.uses) == token >> 32)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half of a token is its slot")]
const fn index_of(token: u64) -> u32 {
    token as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_token_finds_nothing() {
        let mut slots = Slots::default();
        let (one, two) = (slots.insert("one"), slots.insert("two"));
        assert_eq!(slots.remove(one), Some("one"));
        let three = slots.insert("three");
        assert!(slots.get_mut(one).is_none() && slots.remove(one).is_none());
        assert_eq!(slots.get_mut(two), Some(&mut "two"));
        assert_eq!(slots.get_mut(three), Some(&mut "three"));
        assert_eq!(slots.slots.len(), 2, "places are used again");
    }
}
