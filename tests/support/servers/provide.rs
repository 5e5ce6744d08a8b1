//! Meeting needs: choosing a source for each, installing what is missing, starting what has to be started.

use crate::servers::docker::{self, Image};
use crate::servers::local::Local;
use crate::servers::{postgres, programs, rabbitmq};
use crate::{debian, env};

/// Something that tests cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Need {
    /// A RabbitMQ with its management API.
    RabbitMq,
    /// A PostgreSQL and a user who may create databases.
    Postgres,
    /// Python with `venv` and `pip`.
    Python,
    /// Node.js with `npm`.
    Node,
    /// Chromium, and `chromedriver`.
    Browser,
}

/// What was provided. It ends when this value is stopped or dropped.
#[derive(Debug, Default)]
#[must_use = "the servers stop when this value is dropped"]
pub struct Servers {
    settings: Vec<(&'static str, String)>,
    local: Vec<Local>,
    containers: Vec<docker::Running>,
}

impl Servers {
    /// The environment variables that name the servers to the tests.
    #[must_use]
    pub fn settings(&self) -> &[(&'static str, String)] {
        &self.settings
    }

    /// The value of one of them.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_str())
    }

    /// Stops what [`provide`] started and removes its files.
    pub async fn stop(self) {
        for container in self.containers {
            container.remove().await;
        }
    }
}

/// Meets all the needs, or says in one line why that cannot be done.
///
/// Cancelling the future stops what it has started so far.
///
/// # Errors
///
/// One line for whoever runs the tests: what is missing here, or what a server said when it did not start.
pub async fn provide(needs: &[Need]) -> Result<Servers, String> {
    let mut sources = Vec::new();
    for need in needs {
        sources.push((*need, need.source().await?));
    }
    let missing = || sources.iter().filter(|(_, source)| matches!(source, Source::Missing)).map(|(need, _)| *need);
    if missing().next().is_some() {
        if !debian::can_install() {
            return Err(advice(missing()));
        }
        debian::install(&missing().flat_map(Need::packages).copied().collect::<Vec<_>>())?;
        for (need, source) in &mut sources {
            if matches!(source, Source::Missing) {
                *source = need.source().await?;
            }
        }
        if let Some((need, _)) = sources.iter().find(|(_, source)| matches!(source, Source::Missing)) {
            return Err(format!("{need:?} is not found although its packages {:?} are installed", need.packages()));
        }
    }

    let mut servers = Servers::default();
    for (need, source) in sources {
        match (need, source) {
            (_, Source::Given(settings)) => servers.settings.extend(settings),
            (_, Source::Ready | Source::Missing) | (Need::Python | Need::Node | Need::Browser, _) => {}
            (Need::RabbitMq, Source::Image(image)) => servers.hold(docker::rabbitmq(image).await?),
            (Need::Postgres, Source::Image(image)) => servers.hold(docker::postgres(image).await?),
            (Need::RabbitMq, Source::Programs) => servers.keep(rabbitmq::start().await?),
            (Need::Postgres, Source::Programs) => servers.keep(postgres::start().await?),
        }
    }
    Ok(servers)
}

impl Servers {
    fn keep(&mut self, (local, settings): (Local, Vec<(&'static str, String)>)) {
        self.local.push(local);
        self.settings.extend(settings);
    }

    fn hold(&mut self, (container, settings): (docker::Running, Vec<(&'static str, String)>)) {
        self.containers.push(container);
        self.settings.extend(settings);
    }
}

/// Where a need can be met from.
enum Source {
    /// The environment names a server.
    Given(Vec<(&'static str, String)>),
    /// A Docker engine has this image.
    Image(Image),
    /// The server's programs are here.
    Programs,
    /// It is a program and it is here.
    Ready,
    /// Nowhere, so far.
    Missing,
}

impl Need {
    async fn source(self) -> Result<Source, String> {
        if let Some(settings) = self.given()? {
            return Ok(Source::Given(settings));
        }
        if let Some(image) = self.image().await {
            return Ok(Source::Image(image));
        }
        let present = |present, source| if present { source } else { Source::Missing };
        Ok(match self {
            Self::RabbitMq => present(rabbitmq::is_installed(), Source::Programs),
            Self::Postgres => present(postgres::is_installed(), Source::Programs),
            // Debian's own Python has `venv` without what it needs to work.
            Self::Python => present(programs::succeeds("python3", &["-c", "import venv, ensurepip"]), Source::Ready),
            Self::Node => {
                let both = ["node", "npm"].iter().all(|program| programs::succeeds(program, &["--version"]));
                present(both, Source::Ready)
            }
            Self::Browser => {
                let both =
                    ["chromium", "chromedriver"].iter().all(|program| programs::succeeds(program, &["--version"]));
                present(both, Source::Ready)
            }
        })
    }

    /// What the environment names, which is all or nothing.
    fn given(self) -> Result<Option<Vec<(&'static str, String)>>, String> {
        let names = self.variables();
        let given = names.iter().filter_map(|name| Some((*name, env::get(name)?))).collect::<Vec<_>>();
        match given.len() {
            0 => Ok(None),
            some if some == names.len() => Ok(Some(given)),
            _ => Err(format!("{} are needed together, and only {} is set", names.join(" and "), given[0].0)),
        }
    }

    async fn image(self) -> Option<Image> {
        match self {
            Self::RabbitMq => docker::local_image("rabbitmq", &["4-management", "management"]).await,
            Self::Postgres => docker::local_image("postgres", &["17"]).await,
            Self::Python | Self::Node | Self::Browser => None,
        }
    }

    fn variables(self) -> &'static [&'static str] {
        match self {
            Self::RabbitMq => &[env::AMQP_URL, env::RABBITMQ_API],
            Self::Postgres => &[env::POSTGRES_URL],
            Self::Python | Self::Node | Self::Browser => &[],
        }
    }

    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::RabbitMq => &["rabbitmq-server"],
            Self::Postgres => &["postgresql"],
            Self::Python => &["python3", "python3-venv", "python3-pip"],
            Self::Node => &["nodejs", "npm"],
            Self::Browser => &["chromium", "chromium-driver"],
        }
    }

    fn remedy(self) -> String {
        let variables = self.variables().join(" and ");
        match self {
            Self::RabbitMq => format!("RabbitMQ (a package, the Docker image rabbitmq:4-management, or {variables})"),
            Self::Postgres => format!("PostgreSQL (a package, the Docker image postgres:17, or {variables})"),
            Self::Python => "Python 3 with venv and pip".to_owned(),
            Self::Node => "Node.js with npm".to_owned(),
            Self::Browser => "Chromium with chromedriver".to_owned(),
        }
    }
}

fn advice(missing: impl Iterator<Item = Need>) -> String {
    let missing = missing.map(Need::remedy).collect::<Vec<_>>();
    format!("the tests need what is not found here, please install: {}", missing.join("; "))
}
