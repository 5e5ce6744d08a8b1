//! TLS, by rustls: the same provider and the same authorities as for the broker itself.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use crate::failure::Failure;

/// The authorities of this file, or those that the machine trusts.
pub(crate) fn config(authority: Option<&Path>) -> Result<TlsConfig, Failure> {
    let roots = authority.map_or_else(|| Ok(of_machine()), of_file)?;
    if roots.is_empty() {
        return Err(Failure::new("there is no authority to trust; name one with --ca"));
    }
    let provider = Arc::new(ring::default_provider());
    let config = TlsConfig::builder().root_certs(RootCerts::Specific(Arc::new(roots)));
    Ok(config.unversioned_rustls_crypto_provider(provider).build())
}

fn of_machine() -> Vec<Certificate<'static>> {
    let found = rustls_native_certs::load_native_certs().certs;
    found.into_iter().map(|der| Certificate::from_der(&der).to_owned()).collect()
}

fn of_file(file: &Path) -> Result<Vec<Certificate<'static>>, Failure> {
    let text = fs::read(file).map_err(|error| Failure::at(file, error))?;
    let items = parse_pem(&text).filter_map(Result::ok);
    Ok(items.filter_map(|item| if let PemItem::Certificate(it) = item { Some(it) } else { None }).collect())
}
