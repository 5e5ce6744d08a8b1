//! The names of what can be found.

use serde::Serialize;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Severity {
    /// Events can be lost, doubled, or come to a halt.
    Unsafe,
    /// Nothing is lost by it alone.
    Advice,
}

/// Declares the codes once: for each a name that does not change, how bad it is, and what it is called in the docs.
macro_rules! codes {
    ($($variant:ident $name:literal $severity:ident $meaning:literal,)+) => {
        /// What a broker can be found to have. What a database can be found to have is `stats_store::Risk`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Code {
            $(#[doc = $meaning] $variant,)+
        }

        impl Code {
            /// In the order of the docs.
            #[cfg(test)]
            pub(super) const ALL: &[Self] = &[$(Self::$variant,)+];

            pub(super) const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            pub(super) const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)+ }
            }

            #[cfg(test)]
            pub(super) const fn describe(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)+ }
            }
        }
    };
}

codes! {
    Alarm "alarm" Unsafe "A node is short of memory or disk now, and the cluster takes no event in.",
    Partition "partition" Unsafe "Nodes do not see one another, and each side goes its own way.",
    VersionUnable "version_unable" Unsafe "RabbitMQ before 3.10 cannot keep dead letters safe on their way.",
    FeatureFlagOff "feature_flag_off" Unsafe "A feature flag is off without which queues cannot keep what they promise.",
    NodeDown "node_down" Advice "A node of the cluster does not run.",
    OneNode "one_node" Advice "The cluster has one node: while it is away, nothing is published or consumed.",
    VersionOld "version_old" Advice "This series of RabbitMQ gets no corrections any more.",
    ClockSkew "clock_skew" Advice "The clocks of the broker and of this machine differ.",
    GuestRemote "guest_remote" Unsafe "Everybody who reaches the broker knows its user and password.",
    Guest "guest" Advice "The user is `guest` with the password that every RabbitMQ is installed with.",
    Administrator "administrator" Advice "The user of the services may delete every queue and user.",
    Plaintext "plaintext" Advice "Password and events cross the network in the clear.",
    ExchangeMissing "exchange_missing" Unsafe "An exchange of the contract is not there: publishing to it fails.",
    ExchangeDiffers "exchange_differs" Unsafe "An exchange of the contract is of another kind, or not durable.",
    ExchangeUnbound "exchange_unbound" Unsafe "`workout.events` does not carry what `workout.performed` does.",
    QueueMissing "queue_missing" Unsafe "A queue is not there: its events go past it.",
    QueueDiffers "queue_differs" Unsafe "A queue is not as it is declared by its service.",
    NotQuorum "not_quorum" Unsafe "A queue is not replicated.",
    QueueVanishes "queue_vanishes" Unsafe "A queue goes away by itself, with its messages.",
    NoDeadLetters "no_dead_letters" Unsafe "What a work queue gives up is dropped.",
    DeadLettersGone "dead_letters_gone" Unsafe "Dead letters lead to an exchange or a queue that is not there.",
    DeadLettersAtMostOnce "dead_letters_at_most_once" Unsafe "Messages can be lost between a queue and its dead letters.",
    DeliveryLimitLow "delivery_limit_low" Unsafe "Events die after fewer deliveries than the consumer needs.",
    LettersLimited "letters_limited" Unsafe "Dead letters are dropped after they were looked at a few times.",
    DropsWhenFull "drops_when_full" Unsafe "A full queue drops its oldest messages.",
    MessageTtl "message_ttl" Unsafe "Messages are dropped or dead after a time.",
    ConsumerTimeout "consumer_timeout" Unsafe "Handlers may take longer than RabbitMQ waits for them.",
    NoBinding "no_binding" Unsafe "A work queue hears nothing.",
    AutoAck "auto_ack" Unsafe "A consumer takes events without acknowledging them.",
    DelayEndless "delay_endless" Unsafe "Messages in a delay queue wait for ever.",
    DelayAstray "delay_astray" Unsafe "Messages of a delay queue do not come back to their work queue.",
    FewMembers "few_members" Advice "A queue is on fewer nodes than it could be, or some of them are away.",
    DeliveryLimitUnset "delivery_limit_unset" Advice "How often an event may come back is not said, and differs between versions.",
    DeadLettersElsewhere "dead_letters_elsewhere" Advice "Dead letters go where `workout dlq` does not look.",
    Bounded "bounded" Advice "A queue refuses events when it is full.",
    PolicyOverrides "policy_overrides" Advice "A policy has a say in what a queue does: editing it changes the queue.",
    NoPrefetch "no_prefetch" Advice "A consumer is handed everything that waits at once.",
    NoConsumer "no_consumer" Advice "Events wait and nobody reads them.",
    DeadLettersWaiting "dead_letters_waiting" Advice "There are dead letters, each of which needs a person.",
    DelayOther "delay_other" Advice "A delay queue waits for another time than its name says.",
    LadderIncomplete "ladder_incomplete" Advice "A delay queue of the consumer's ladder is not there.",
    LeftBehind "left_behind" Advice "The work queue of dead letters is gone.",
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use stats_store::Risk;

    use super::*;

    #[test]
    fn the_docs_have_a_row_for_each_code_and_no_other() {
        let docs = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/doctor.md")).unwrap();
        let ours = Code::ALL.iter().map(|code| (code.as_str(), code.severity(), code.describe()));
        let severity = |risk: &Risk| if risk.is_unsafe() { Severity::Unsafe } else { Severity::Advice };
        let stores = Risk::ALL.iter().map(|risk| (risk.code(), severity(risk), risk.describe()));
        let want: BTreeSet<_> = ours
            .chain(stores)
            .map(|(code, severity, text)| {
                format!("| `{code}` | {} | {text} |", if severity == Severity::Unsafe { "unsafe" } else { "advice" })
            })
            .collect();
        let rows: BTreeSet<_> = docs.lines().filter(|line| line.starts_with("| `")).map(str::to_owned).collect();
        assert_eq!(rows, want);
        assert_eq!(want.len(), Code::ALL.len() + Risk::ALL.len(), "two have the same code");
    }
}
