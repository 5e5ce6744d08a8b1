//! A file for each kind of fault.

mod cancelled;
mod changed;
mod collisions;
mod commit;
mod consumers;
mod crash;
mod full;
mod killed;
mod read_only;
mod sqlite;
mod stall;
mod statements;
mod versions;
