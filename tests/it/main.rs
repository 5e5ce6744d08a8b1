//! What crosses a process, a server or a language.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report; clippy sees helpers as ordinary functions")]

mod broker;
mod browser;
mod coach;
mod command;
mod consumer;
mod dead_letters;
mod doctor;
mod embedded;
mod examine;
mod faults;
mod guide;
mod http;
mod interop;
mod lost_link;
mod migrations;
mod outbox;
mod packages;
mod postgres;
mod rabbitmq;
mod rights;
mod services;
mod store;
mod thin_path;
mod topology_command;
mod traps;
mod wait;
mod with_servers;
