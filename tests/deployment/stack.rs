//! The containers of `deploy/compose.yaml`, under a name and with ports of their own.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::engine::Engine;
use crate::{Outcome, call, progress};

/// A stack that is taken down with this value, with everything that it kept.
pub(crate) struct Stack<'e> {
    engine: &'e Engine,
    root: PathBuf,
    project: String,
    settings: Vec<(&'static str, String)>,
}

/// A container of it.
#[derive(Debug, Clone)]
pub(crate) struct Container {
    pub(crate) id: String,
    pub(crate) service: String,
}

impl<'e> Stack<'e> {
    /// With passwords of its own, and nothing started yet.
    pub(crate) fn new(engine: &'e Engine, root: &Path, image: &str) -> Outcome<Self> {
        let secrets = engine.folder().join("secrets");
        call::output(engine.command(&root.join("deploy/secrets.sh")).arg(&secrets))?;
        let ports = free_ports(8)?;
        let settings = vec![
            ("SECRETS", secrets.display().to_string()),
            ("WORKOUT_IMAGE", image.to_owned()),
            ("COACH_PORT", ports.to_string()),
            ("MONOLITH_PORT", (ports + 1).to_string()),
            ("STATS_PORTS", format!("{}-{}", ports + 2, ports + 7)),
        ];
        let project = format!("workout-trial-{}", std::process::id());
        Ok(Self { engine, root: root.to_owned(), project, settings })
    }

    /// Compose, with these words and this to read.
    pub(crate) fn fed(&self, words: &[&str], input: &str) -> Outcome<String> {
        call::fed(self.composing().args(words), input)
    }

    /// Makes others in place of these passwords, and returns what tells PostgreSQL.
    pub(crate) fn rotate(&self, passwords: &[&str]) -> Outcome<String> {
        let secrets = self.engine.folder().join("secrets");
        for password in passwords {
            std::fs::remove_file(secrets.join(password)).map_err(|error| format!("{password}: {error}"))?;
        }
        call::output(self.engine.command(&self.root.join("deploy/secrets.sh")).arg(&secrets))?;
        self.secret("postgres-passwords.sql")
    }

    /// Compose, with these words.
    pub(crate) fn compose(&self, words: &[&str]) -> Outcome<String> {
        call::output(self.composing().args(words))
    }

    /// What is in a file of secrets.
    pub(crate) fn secret(&self, name: &str) -> Outcome<String> {
        let file = self.engine.folder().join("secrets").join(name);
        std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))
    }

    /// The client of the engine, with these words.
    pub(crate) fn docker(&self, words: &[&str]) -> Outcome<String> {
        call::output(self.engine.docker().args(words))
    }

    /// Runs a program in a container, with these variables and this to read.
    pub(crate) fn inside(
        &self,
        container: &Container,
        variables: &[(&str, &str)],
        words: &[&str],
        input: &str,
    ) -> Outcome<String> {
        let mut command = self.engine.docker();
        command.args(["exec", "--interactive"]);
        for (name, value) in variables {
            // By the environment of the client, where `ps` does not show it.
            command.args(["--env", name]).env(name, value);
        }
        call::fed(command.arg(&container.id).args(words), input)
    }

    /// The containers of a service that run.
    pub(crate) fn containers(&self, service: &str) -> Outcome<Vec<Container>> {
        let ids = self.compose(&["ps", "--quiet", service])?;
        let container = |id: &str| Container { id: id.to_owned(), service: service.to_owned() };
        Ok(ids.lines().filter(|line| !line.is_empty()).map(container).collect())
    }

    /// The only container of a service.
    pub(crate) fn container(&self, service: &str) -> Outcome<Container> {
        self.containers(service)?.pop().ok_or_else(|| format!("{service} has no container"))
    }

    /// Where a container of a service of ours answers on this machine.
    pub(crate) fn url(&self, container: &Container) -> Outcome<String> {
        let ports = self.docker(&["port", &container.id, "8080/tcp"])?;
        let address = ports.lines().next().ok_or_else(|| format!("{} publishes no port", container.service))?;
        Ok(format!("http://{}", address.trim()))
    }

    /// What the health check of a container says.
    pub(crate) fn is_healthy(&self, container: &Container) -> bool {
        let said = self.docker(&["inspect", "--format", "{{.State.Health.Status}}", &container.id]);
        said.is_ok_and(|said| said.trim() == "healthy")
    }

    /// What containers have said, for whoever has to find out why something failed.
    pub(crate) fn logs(&self) -> String {
        self.compose(&["logs", "--no-color", "--tail=40"]).unwrap_or_else(|problem| problem)
    }

    fn composing(&self) -> Command {
        let mut command = self.engine.compose();
        command.arg("--project-name").arg(&self.project).arg("--file").arg(self.root.join("deploy/compose.yaml"));
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Drop for Stack<'_> {
    fn drop(&mut self) {
        progress("taking the stack down");
        if let Err(problem) = self.compose(&["down", "--volumes", "--remove-orphans", "--timeout=30"]) {
            eprintln!("try-deployment: containers of {} stay behind: {problem}", self.project);
        }
    }
}

/// The first of so many ports in a row that are free now.
fn free_ports(count: u16) -> Outcome<u16> {
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let offset = u16::try_from(std::process::id() % 1_000).unwrap_or_default();
    // Below those that the system gives to clients.
    let mut firsts = (0..100).map(|nth| 20_000 + (offset + nth * 16) % 12_000);
    let first = firsts.find(|first| (*first..*first + count).all(is_free));
    first.ok_or_else(|| format!("no {count} ports in a row are free"))
}
