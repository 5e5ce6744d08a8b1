//! The pages for people, without a browser. What a browser makes of them is tested at the end of the workspace's tests.

mod figures;
mod files;
mod forms;
mod safety;
mod site;
mod size;
mod walk;
