//! Whose certificates an account's connections trust: those of the system, and those of its `ca_file`.

use std::cell::RefCell;

use reqwest::Certificate;

use super::SetupError;
use crate::config::Account;

thread_local! {
    static TRUSTED: RefCell<Vec<Certificate>> = const { RefCell::new(Vec::new()) };
}

/// Every client that is made meanwhile, in this thread, trusts these beside those of the system: so no connector can forget them.
pub(super) fn trusting<T>(authorities: Vec<Certificate>, make: impl FnOnce() -> T) -> T {
    let before = TRUSTED.replace(authorities);
    let made = make();
    TRUSTED.set(before);
    made
}

/// What a client that is made now trusts beside the authorities of the system.
pub(super) fn trusted() -> Vec<Certificate> {
    TRUSTED.with_borrow(Clone::clone)
}

/// The certificates of an account's `ca_file`.
pub(super) fn of(account: &Account) -> Result<Vec<Certificate>, SetupError> {
    let Some(path) = &account.ca_file else { return Ok(Vec::new()) };
    let fault = |wrong: String| SetupError::CaFile { account_id: account.account_id, path: path.clone(), wrong };
    let pem = std::fs::read(path).map_err(|error| fault(format!("cannot be read ({error})")))?;
    let found = Certificate::from_pem_bundle(&pem).map_err(|error| fault(format!("cannot be understood ({error})")))?;
    if found.is_empty() { Err(fault("has no certificate".to_owned())) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::path::PathBuf;
    use std::sync::Arc;
    use std::time::Duration;

    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::{ServerConfig, ServerConnection};

    use super::{of, trusting};
    use crate::config::Account;
    use crate::connectors::http::{Http, use_ring};
    use crate::connectors::{ChannelError, check_settings};

    fn file(name: &str) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/tls").join(name)
    }

    fn account(ca: &str) -> Account {
        Account { ca_file: Some(file(ca)), ..crate::connectors::tests::account("sandbox", "") }
    }

    /// A server with a certificate for 127.0.0.1 of an authority that only the test knows.
    fn secured() -> String {
        use_ring();
        let chain = CertificateDer::pem_file_iter(file("server.pem")).unwrap().map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_file(file("server.key")).unwrap();
        let config = Arc::new(ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}/", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                let mut stream = rustls::Stream::new(&mut connection, &mut stream);
                // A client that does not trust hangs up.
                if stream.read(&mut [0; 4096]).is_ok() {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
                }
            }
        });
        url
    }

    #[test]
    fn a_certificate_is_checked_and_an_authority_of_ones_own_can_be_trusted() {
        let url = secured();
        let get = |http: &Http| http.send(http.post(&url));
        let trusting = trusting(of(&account("ca.pem")).unwrap(), || Http::new(Duration::from_secs(5)).unwrap());
        assert_eq!(get(&trusting).unwrap().status, 200);
        match get(&Http::new(Duration::from_secs(5)).unwrap()) {
            Err(ChannelError::Unavailable { reason, .. }) => assert!(reason.to_lowercase().contains("certificate"), "{reason}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_file_without_certificates_is_named_before_anything_starts() {
        assert!(check_settings(&account("ca.pem")).is_ok());
        for ca in ["server.key", "none.pem"] {
            let text = check_settings(&account(ca)).unwrap_err().to_string();
            assert!(text.contains("ca_file: ") && text.contains(ca) && text.contains("PEM"), "{text}");
        }
    }
}
