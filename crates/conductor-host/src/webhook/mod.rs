//! Calling an address of the user's when something waits for them.

mod sign;

use std::time::Duration;

use jiff::Timestamp;
use thiserror::Error;
use ureq::Agent;
use ureq::http::Uri;

pub use sign::{NoSecret, Secret};

/// How long a call may take, from the name of the host to the answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Where to call, and how.
#[derive(Debug, Clone)]
pub struct Webhook {
    url: String,
    /// Scheme and host: all of the address that is ever shown, since the rest may be a secret.
    place: String,
    secret: Option<Secret>,
    timeout: Duration,
}

/// An address that cannot be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an address that begins with http:// or https:// and names a host")]
pub struct NoAddress;

/// Why a call did not succeed.
#[derive(Debug, Error)]
pub enum WebhookError {
    /// The other side said something else than yes.
    #[error("{place} answered with status {status}")]
    Status {
        /// Whom was called.
        place: String,
        /// The status.
        status: u16,
    },
    /// It did not answer in time.
    #[error("{place} did not answer within {seconds} s")]
    Timeout {
        /// Whom was called.
        place: String,
        /// How long it had.
        seconds: u64,
    },
    /// There was no connection, or it broke.
    #[error("{place} could not be reached: {source}")]
    Unreachable {
        /// Whom was called.
        place: String,
        /// What happened.
        source: Box<ureq::Error>,
    },
}

impl WebhookError {
    /// Whether the same call may succeed later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Status { status, .. } => *status == 429 || *status >= 500,
            Self::Timeout { .. } | Self::Unreachable { .. } => true,
        }
    }
}

/// Scheme and host of an address.
///
/// # Errors
/// When it cannot be called.
pub fn place_of(url: &str) -> Result<String, NoAddress> {
    let uri: Uri = url.parse().map_err(|_| NoAddress)?;
    let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https")).ok_or(NoAddress)?;
    let host = uri.host().filter(|host| !host.is_empty()).ok_or(NoAddress)?;
    Ok(format!("{scheme}://{host}"))
}

impl Webhook {
    /// An address to call, with the secret that calls are signed with.
    ///
    /// # Errors
    /// When it is no address.
    pub fn new(url: &str, secret: Option<Secret>) -> Result<Self, NoAddress> {
        Ok(Self { url: url.to_owned(), place: place_of(url)?, secret, timeout: TIMEOUT })
    }

    /// Sends a JSON document once. `id` names what it tells, so that a repeated call is known for one. Only a status from
    /// 200 to 299 is success; a redirect is followed nowhere, since the answer of one host is no reason to tell another.
    ///
    /// # Errors
    /// When the other side did not take it.
    pub fn send(&self, id: &str, at: Timestamp, body: &str) -> Result<(), WebhookError> {
        let agent: Agent = Agent::config_builder()
            .timeout_global(Some(self.timeout))
            .max_redirects(0)
            .http_status_as_error(false)
            .proxy(None)
            .user_agent(concat!("conductor/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        let seconds = at.as_second();
        let mut request = agent
            .post(&self.url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds.to_string());
        if let Some(secret) = &self.secret {
            request = request.header("webhook-signature", secret.sign(id, seconds, body));
        }
        let response = request.send(body).map_err(|error| self.failure(error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        Err(WebhookError::Status { place: self.place.clone(), status: status.as_u16() })
    }

    fn failure(&self, error: ureq::Error) -> WebhookError {
        let place = self.place.clone();
        if matches!(error, ureq::Error::Timeout(_)) {
            return WebhookError::Timeout { place, seconds: self.timeout.as_secs() };
        }
        WebhookError::Unreachable { place, source: Box::new(error) }
    }
}

#[cfg(test)]
mod tests;
