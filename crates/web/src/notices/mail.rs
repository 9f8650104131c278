//! Mail by SMTP.

use std::time::Duration;

use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::config::{Mail, Tls};
use super::outbox::{Letter, OutboxError};

/// How long the mail server may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// That no person wrote it, so that nothing answers by itself (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// What sends mail.
pub struct Post {
    from: Mailbox,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Post {
    /// Makes ready to send by a server; it isn't called yet.
    pub fn new(mail: &Mail) -> Result<Self, OutboxError> {
        type Smtp = AsyncSmtpTransport<Tokio1Executor>;
        let bad = |error: &dyn std::error::Error| OutboxError::Config(error.to_string());
        let from = mail.from.parse();
        let from: Mailbox = from.map_err(|_| OutboxError::Config("from: no address".to_owned()))?;
        let mut builder = match mail.tls {
            Tls::Always => Smtp::relay(&mail.server).map_err(|error| bad(&error))?,
            Tls::Starttls => Smtp::starttls_relay(&mail.server).map_err(|error| bad(&error))?,
            Tls::None => Smtp::builder_dangerous(&mail.server),
        };
        if let Some(port) = mail.port {
            builder = builder.port(port);
        }
        if let (Some(user), Some(password)) = (&mail.user, &mail.password) {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        let transport = builder.timeout(Some(PATIENCE)).build();
        Ok(Self { from, transport })
    }

    /// Sends a letter; says why it isn't taken.
    pub async fn send(&self, letter: &Letter) -> Result<(), String> {
        let to: Mailbox = letter
            .address
            .parse()
            .map_err(|_| "the address can't be read".to_owned())?;
        let host = self.from.email.domain();
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(letter.subject.clone())
            // The same where it is sent again, so that it can be seen to be the same.
            .message_id(Some(format!("<{}@{host}>", letter.key)))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.body.clone())
            .map_err(|error| error.to_string())?;
        let sent = self.transport.send(message).await;
        sent.map(drop).map_err(|error| match error.status() {
            // The server's own words may hold the address.
            Some(code) => format!("the mail server answered {code}"),
            None => "the mail server can't be reached".to_owned(),
        })
    }
}

/// Whether a text is an address that mail can be sent to.
pub fn is_address(text: &str) -> bool {
    text.len() <= 254 && text.parse::<lettre::Address>().is_ok()
}
