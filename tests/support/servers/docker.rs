//! Servers in containers, where an engine answers and has the images.

use std::time::Duration;

use testcontainers::bollard::Docker;
use testcontainers::bollard::query_parameters::ListImagesOptions;
use testcontainers::core::IntoContainerPort;
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, ContainerRequest, GenericImage, ImageExt};
use tokio::{task, time};

use crate::rabbitmq::Management;
use crate::servers::process::START_LIMIT;
use crate::{env, postgres, wait};

/// An engine that takes longer to say whether it is there is not there.
const ENGINE_LIMIT: Duration = Duration::from_secs(3);

/// An image that the engine has.
pub(crate) struct Image {
    repository: &'static str,
    tag: String,
}

/// A container that is removed with this value.
#[derive(Debug)]
pub(crate) struct Running(ContainerAsync<GenericImage>);

impl Running {
    /// Removes the container and waits for that, which dropping the value does not.
    pub(crate) async fn remove(self) {
        if let Err(error) = self.0.rm().await {
            eprintln!("with-servers: a container stays behind: {error}");
        }
    }
}

/// The image of this repository whose tag ends with the first of `endings` that fits one, or any other.
pub(crate) async fn local_image(repository: &'static str, endings: &[&str]) -> Option<Image> {
    let docker = Docker::connect_with_defaults().ok()?;
    let images = time::timeout(ENGINE_LIMIT, docker.list_images(None::<ListImagesOptions>)).await.ok()?.ok()?;
    let prefix = format!("{repository}:");
    let mut tags = images
        .iter()
        .flat_map(|image| &image.repo_tags)
        .filter_map(|tag| tag.strip_prefix(&prefix))
        .collect::<Vec<_>>();
    tags.sort_unstable();
    let fits = endings.iter().find_map(|ending| tags.iter().find(|tag| tag.ends_with(ending)));
    let tag = (*fits.or(tags.first())?).to_owned();
    Some(Image { repository, tag })
}

/// Starts RabbitMQ with its management API.
pub(crate) async fn rabbitmq(image: Image) -> Result<(Running, Vec<(&'static str, String)>), String> {
    let request = generic(image, &[5672, 15672])
        // The images whose tag does not end with `management` have the plugin and do not enable it.
        .with_copy_to("/etc/rabbitmq/enabled_plugins", b"[rabbitmq_management].\n".to_vec());
    let container = start(request).await?;
    let (amqp, management) = (address(&container, 5672).await?, address(&container, 15672).await?);
    let api = format!("http://guest:guest@{management}");
    let client = Management::new(&api);
    wait::poll(START_LIMIT, || async { client.get("vhosts").await.ok() })
        .await
        .ok_or_else(|| format!("no answer in {START_LIMIT:?} from RabbitMQ in a container"))?;
    let url = format!("amqp://guest:guest@{amqp}");
    Ok((Running(container), vec![(env::AMQP_URL, url), (env::RABBITMQ_API, api)]))
}

/// Starts PostgreSQL.
pub(crate) async fn postgres(image: Image) -> Result<(Running, Vec<(&'static str, String)>), String> {
    let request = generic(image, &[5432]).with_env_var("POSTGRES_PASSWORD", "postgres").with_cmd([
        "postgres",
        "-c",
        "fsync=off",
        "-c",
        "full_page_writes=off",
        "-c",
        "max_connections=200",
    ]);
    let container = start(request).await?;
    let url = format!("postgres://postgres:postgres@{}", address(&container, 5432).await?);
    wait::poll(START_LIMIT, || {
        let url = url.clone();
        async { task::spawn_blocking(move || postgres::execute(&url, "SELECT 1")).await.ok()?.ok() }
    })
    .await
    .ok_or_else(|| format!("no answer in {START_LIMIT:?} from PostgreSQL in a container"))?;
    Ok((Running(container), vec![(env::POSTGRES_URL, url)]))
}

fn generic(image: Image, ports: &[u16]) -> GenericImage {
    let image = GenericImage::new(image.repository.to_owned(), image.tag);
    ports.iter().fold(image, |image, port| image.with_exposed_port(port.tcp()))
}

async fn start(request: impl Into<ContainerRequest<GenericImage>>) -> Result<ContainerAsync<GenericImage>, String> {
    request.into().start().await.map_err(|error| format!("a container cannot be started: {error}"))
}

async fn address(container: &ContainerAsync<GenericImage>, port: u16) -> Result<String, String> {
    let said = |error| format!("a container has no port {port}: {error}");
    let host = container.get_host().await.map_err(said)?;
    let port = container.get_host_port_ipv4(port).await.map_err(said)?;
    Ok(format!("{host}:{port}"))
}
