//! What can be set, as data: the help, the flags, the names in the environment and in files follow from it.

/// One thing that can be set.
///
/// The setting `amqp-url` is the flag `--amqp-url`, `AMQP_URL` in the environment, and `amqp_url` in a file of settings; the
/// first of them that says something holds, and else the default.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) help: &'static str,
    pub(super) default: Option<&'static str>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// With what stands for its value in the help.
    Text(&'static str),
    Switch,
    Secret,
}

impl Setting {
    /// A value; `value` stands for it in the help, as in `--listen ADDRESS`.
    #[must_use]
    pub const fn new(name: &'static str, value: &'static str, help: &'static str) -> Self {
        Self { name, kind: Kind::Text(value), help, default: None }
    }

    /// Something that is on or off: a flag without a value; `yes` or `no` in the environment; true or false in a file.
    #[must_use]
    pub const fn switch(name: &'static str, help: &'static str) -> Self {
        Self { name, kind: Kind::Switch, help, default: None }
    }

    /// A value that is not for everybody's eyes. There is no flag for it, since whoever is on the machine sees those:
    /// the environment has it, or a file that `--amqp-url-file`, `AMQP_URL_FILE` or `amqp_url_file` names.
    #[must_use]
    pub const fn secret(name: &'static str, help: &'static str) -> Self {
        Self { name, kind: Kind::Secret, help, default: None }
    }

    /// What holds when nothing is said.
    #[must_use]
    pub const fn default(self, value: &'static str) -> Self {
        Self { default: Some(value), ..self }
    }

    /// The flag, and the name of a secret's file.
    pub(super) fn flag(&self) -> String {
        match self.kind {
            Kind::Secret => format!("{}-file", self.name),
            Kind::Text(_) | Kind::Switch => self.name.to_owned(),
        }
    }

    /// As the environment calls it.
    pub(super) fn variable(&self) -> String {
        self.key().to_uppercase()
    }

    /// As files call it.
    pub(super) fn key(&self) -> String {
        self.name.replace('-', "_")
    }
}

/// Which RabbitMQ. For [`Settings::broker`](super::Settings::broker).
pub const AMQP_URL: Setting = Setting::secret("amqp-url", "The RabbitMQ, such as amqps://user:password@host/vhost");

/// Whether passwords may travel in the open. For [`Settings::broker`](super::Settings::broker).
pub const AMQP_PLAINTEXT: Setting = Setting::switch("amqp-plaintext", "AMQP_URL may name another host without TLS");
