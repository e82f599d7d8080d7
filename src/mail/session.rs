//! One connection to the mail server, and what its answers mean.

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret;

use crate::config::{Mail, MailTls};

/// How far an attempt came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Connect,
    Tls,
    Login,
    /// The sender was named.
    Sender,
    Recipient,
    /// The server was asked whether it takes the mail now.
    Data,
    /// The mail was sent, its answer is missing.
    Answer,
}

impl Stage {
    fn word(self) -> &'static str {
        match self {
            Stage::Connect => "connecting",
            Stage::Tls => "starting TLS",
            Stage::Login => "logging in",
            Stage::Sender => "naming the sender",
            Stage::Recipient => "naming the recipient",
            Stage::Data => "offering the mail",
            Stage::Answer => "waiting for the answer to the mail",
        }
    }
}

/// What a failed attempt means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The server never takes this mail, or not for this recipient.
    Refused(String),
    /// The server does not take this mail now.
    Later(String),
    /// No mail can be sent now.
    Down(String),
}

/// How the server answered a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// A reply code.
    Code(u16),
    /// None: the connection broke, or what came is no reply.
    Broken,
}

/// What an answer means at a stage. Codes that tell about the server or our login, not about the mail, are no fault of the
/// mail at any stage.
fn judge(stage: Stage, answer: Answer, text: String) -> Trouble {
    match (stage, answer) {
        (_, Answer::Broken | Answer::Code(421 | 530 | 534 | 535 | 538)) => Trouble::Down(text),
        (Stage::Connect | Stage::Tls | Stage::Login | Stage::Sender, Answer::Code(_)) => Trouble::Down(text),
        (Stage::Recipient | Stage::Data | Stage::Answer, Answer::Code(500..=599)) => Trouble::Refused(text),
        (Stage::Recipient | Stage::Data | Stage::Answer, Answer::Code(_)) => Trouble::Later(text),
    }
}

fn trouble(stage: Stage, error: &Error) -> Trouble {
    let answer = error.status().map_or(Answer::Broken, |code| Answer::Code(u16::from(code)));
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    let said = causes.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    judge(stage, answer, format!("{}: {said}", stage.word()))
}

/// A connection that is kept for the next mail.
#[derive(Default)]
pub(super) struct Session {
    connection: Option<AsyncSmtpConnection>,
}

impl Session {
    /// Sends a mail within the time-out of the settings.
    pub(super) async fn deliver(&mut self, mail: &Mail, from: Address, to: Address, message: &[u8]) -> Result<(), Trouble> {
        let mut stage = Stage::Connect;
        let attempt = async {
            let mut connection = match self.connection.take() {
                Some(mut kept) => match kept.test_connected().await {
                    true => kept,
                    // The server ends connections that say nothing for a while.
                    false => connect(mail, &mut stage).await?,
                },
                None => connect(mail, &mut stage).await?,
            };
            send(&mut connection, from, to, message, &mut stage).await?;
            Ok(connection)
        };
        // Time is up for the whole attempt, not for each answer: a server that sends a byte now and then is as bad as one that
        // sends none.
        let result = tokio::time::timeout(mail.timeout, attempt).await;
        match result {
            Ok(Ok(connection)) => {
                self.connection = Some(connection);
                Ok(())
            }
            Ok(Err(trouble)) => Err(trouble),
            Err(_) => {
                let seconds = mail.timeout.as_secs();
                Err(judge(stage, Answer::Broken, format!("{}: not done in {seconds} seconds", stage.word())))
            }
        }
    }

    /// Says goodbye.
    pub(super) async fn close(&mut self, mail: &Mail) {
        if let Some(mut connection) = self.connection.take() {
            let _ = tokio::time::timeout(mail.timeout, connection.quit()).await;
        }
    }
}

async fn send(connection: &mut AsyncSmtpConnection, from: Address, to: Address, message: &[u8], stage: &mut Stage) -> Result<(), Trouble> {
    *stage = Stage::Sender;
    connection.command(MailFrom::new(Some(from), Vec::new())).await.map_err(|error| trouble(*stage, &error))?;
    *stage = Stage::Recipient;
    connection.command(Rcpt::new(to, Vec::new())).await.map_err(|error| trouble(*stage, &error))?;
    *stage = Stage::Data;
    connection.command(Data).await.map_err(|error| trouble(*stage, &error))?;
    *stage = Stage::Answer;
    connection.message(message).await.map_err(|error| trouble(*stage, &error))?;
    Ok(())
}

/// A connection that is encrypted and logged in, as the settings want it.
async fn connect(mail: &Mail, stage: &mut Stage) -> Result<AsyncSmtpConnection, Trouble> {
    let hello = mail.hello_name.clone().map_or_else(ClientId::default, ClientId::Domain);
    let tls = match mail.tls {
        MailTls::None => None,
        MailTls::Starttls | MailTls::Implicit => Some(tls(mail)?),
    };
    let at_once = tls.clone().filter(|_| mail.tls == MailTls::Implicit);
    let server = (mail.host.as_str(), mail.port);
    let connected = AsyncSmtpConnection::connect_tokio1(server, Some(mail.timeout), &hello, at_once, None).await;
    let mut connection = connected.map_err(|error| trouble(*stage, &error))?;
    if mail.tls == MailTls::Starttls
        && let Some(tls) = tls
    {
        *stage = Stage::Tls;
        connection.starttls(tls, &hello).await.map_err(|error| trouble(*stage, &error))?;
    }
    if let Some((user, password)) = &mail.login {
        *stage = Stage::Login;
        let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
        connection.auth(DEFAULT_MECHANISMS, &credentials).await.map_err(|error| trouble(*stage, &error))?;
    }
    Ok(connection)
}

fn tls(mail: &Mail) -> Result<TlsParameters, Trouble> {
    let mut tls = TlsParameters::builder(mail.host.clone());
    if let Some(ca) = &mail.ca {
        let certificate = Certificate::from_pem(ca.as_bytes());
        tls = tls.add_root_certificate(certificate.map_err(|error| Trouble::Down(format!("mail.ca_file cannot be used: {error}")))?);
    }
    tls.build().map_err(|error| Trouble::Down(format!("TLS cannot be started: {error}")))
}

/// Connects and logs in; nothing is sent.
pub(super) async fn check(mail: &Mail) -> Result<(), String> {
    let mut stage = Stage::Connect;
    let connected = tokio::time::timeout(mail.timeout, connect(mail, &mut stage)).await;
    match connected {
        Ok(Ok(mut connection)) => {
            let _ = tokio::time::timeout(mail.timeout, connection.quit()).await;
            Ok(())
        }
        Ok(Err(Trouble::Refused(text) | Trouble::Later(text) | Trouble::Down(text))) => Err(text),
        Err(_) => Err(format!("{}: not done in {} seconds", stage.word(), mail.timeout.as_secs())),
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Stage, Trouble, judge};

    fn meaning(stage: Stage, answer: Answer) -> &'static str {
        match judge(stage, answer, String::new()) {
            Trouble::Refused(_) => "refused",
            Trouble::Later(_) => "later",
            Trouble::Down(_) => "down",
        }
    }

    #[test]
    fn a_refused_address_is_no_fault_of_the_server_and_a_refused_login_none_of_the_mail() {
        for (stage, code, means) in [
            (Stage::Recipient, 550, "refused"),
            (Stage::Recipient, 450, "later"),
            (Stage::Answer, 554, "refused"),
            (Stage::Answer, 451, "later"),
            (Stage::Data, 452, "later"),
            (Stage::Sender, 550, "down"),
            (Stage::Login, 535, "down"),
            (Stage::Recipient, 530, "down"),
            (Stage::Recipient, 421, "down"),
            (Stage::Connect, 554, "down"),
        ] {
            assert_eq!(meaning(stage, Answer::Code(code)), means, "{stage:?} {code}");
        }
        for stage in [Stage::Connect, Stage::Tls, Stage::Recipient, Stage::Answer] {
            assert_eq!(meaning(stage, Answer::Broken), "down", "{stage:?}");
        }
    }
}
