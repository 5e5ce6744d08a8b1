//! Which RabbitMQ.

use std::error::Error;

use clap::Args;
use workout_broker::Broker;

#[derive(Args)]
pub(crate) struct Server {
    /// RabbitMQ: `amqp://user:password@host/vhost`, where the vhost `/` is written %2f.
    #[arg(long, value_name = "URL", env = "AMQP_URL", hide_env_values = true)]
    amqp: Option<String>,
    /// Permits `amqp://` to another machine, in the clear.
    #[arg(long)]
    allow_plaintext: bool,
}

impl Server {
    pub(crate) async fn connect(&self) -> Result<Broker, Box<dyn Error>> {
        let url = self.amqp.as_deref().filter(|url| !url.is_empty());
        let mut builder = Broker::builder(url.ok_or("no RabbitMQ is named: set AMQP_URL, or give --amqp URL")?);
        if self.allow_plaintext {
            builder = builder.allow_plaintext();
        }
        Ok(builder.connect().await?)
    }
}
