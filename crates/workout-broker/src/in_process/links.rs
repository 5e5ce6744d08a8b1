//! The connections to the server, and how their links are.

use tokio::sync::watch;

use crate::health::{Health, LinkHealth, LinkState};
use crate::in_process::state::State;
use crate::in_process::subscriber::{End, Mode};

/// What a link is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side {
    Publishing = 0,
    Consuming = 1,
}

impl State {
    pub(super) fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    pub(super) fn connect(&mut self) -> (u64, watch::Receiver<Health>) {
        let number = self.number();
        let [publishing, consuming] = self.links();
        let (sender, receiver) = watch::channel(Health::new(publishing, consuming));
        self.connections.insert(number, sender);
        (number, receiver)
    }

    pub(super) fn disconnect(&mut self, connection: u64) {
        self.connections.remove(&connection);
    }

    pub(super) fn is_down(&self, side: Side) -> bool {
        self.down[side as usize]
    }

    pub(super) fn set_down(&mut self, side: Side, down: bool) {
        let was = std::mem::replace(&mut self.down[side as usize], down);
        if was && !down {
            self.generations[side as usize] += 1;
        }
        self.tell_health();
    }

    fn links(&self) -> [LinkHealth; 2] {
        [Side::Publishing, Side::Consuming].map(|side| {
            let state = match side {
                _ if self.is_down(side) => LinkState::Down,
                Side::Publishing if self.blocked => LinkState::Blocked,
                Side::Publishing | Side::Consuming => LinkState::Up,
            };
            LinkHealth::new(state, self.generations[side as usize])
        })
    }

    pub(super) fn tell_health(&mut self) {
        let links = self.links();
        for health in self.connections.values() {
            health.send_if_modified(|health| {
                let before = *health;
                for (link, now) in [&mut health.publishing, &mut health.consuming].into_iter().zip(links) {
                    let same = (link.state, link.generation) == (now.state, now.generation);
                    if !same && link.state != LinkState::Closed {
                        *link = now;
                    }
                }
                *health != before
            });
        }
    }

    /// Its readers are told, and what they had not settled goes back.
    pub(super) fn close(&mut self, connection: u64) {
        if let Some(health) = self.connections.get(&connection) {
            health.send_if_modified(|health| {
                let open = health.publishing.state != LinkState::Closed;
                if open {
                    let closed = |link: LinkHealth| LinkHealth::new(LinkState::Closed, link.generation);
                    *health = Health::new(closed(health.publishing), closed(health.consuming));
                }
                open
            });
        }
        self.end_windows(Some(connection));
        for reader in self.readers_where(|reader| reader.connection == connection) {
            self.give_up(reader, Mode::Ending(End::Closed));
        }
    }
}
