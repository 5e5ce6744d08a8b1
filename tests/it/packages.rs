use std::process::Command;
use std::thread;

use support::{node, python};

#[test]
fn python_has_the_package_that_was_asked_for() {
    let python = python::venv(&["iniconfig==2.0.0"]);
    assert_eq!(output(Command::new(python).args(["-c", "import iniconfig; print(iniconfig.__name__)"])), "iniconfig");
}

#[test]
fn node_has_the_package_that_was_asked_for() {
    let modules = node::modules(&["ms@2.1.3"]);
    let mut node = Command::new("node");
    node.env("NODE_PATH", modules).args(["-e", "console.log(require('ms')('2 days'))"]);
    assert_eq!(output(&mut node), "172800000");
}

#[test]
fn whoever_comes_second_waits_and_gets_the_same_folder() {
    let folders = thread::scope(|scope| {
        let threads = [(); 4].map(|()| scope.spawn(|| python::venv(&[])));
        threads.map(|thread| thread.join().unwrap())
    });
    assert!(folders.iter().all(|folder| folder == &folders[0] && folder.is_file()), "{folders:?}");
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
